"""The processes that read and sanitise: they answer as this one does, in order, and end with it."""

import os
import signal
from datetime import timedelta
from pathlib import Path

import pytest

from comments.importers.errors import FileBroken
from comments.importers.pipeline.processes import HelperPool, HelperStopped
from comments.importers.pipeline.read_file import FilePart, ReadOrder
from comments.importers.pipeline.sanitise import ImportText
from tests.importers.exports import disqus, post, thread
from tests.importers.helpers import helpers_of

pytestmark = pytest.mark.anyio

TEXTS = [ImportText(f"<p>{number}</p><script>x</script>", "html") for number in range(50)]


async def test_helpers_answer_as_this_process_does() -> None:
    async with HelperPool(0) as alone, HelperPool(2) as pool:
        expected = [await alone.show(TEXTS[start : start + 10]) for start in range(0, 50, 10)]
        answers = [await pool.show(TEXTS[start : start + 10]) for start in range(0, 50, 10)]

    assert answers == expected
    assert answers[0][3].html == "<p>3</p>"


async def test_a_helper_that_ends_by_itself_is_an_expected_failure() -> None:
    async with HelperPool(1) as pool:
        await pool.show(TEXTS)
        for pid in helpers_of(os.getpid()):
            os.kill(pid, signal.SIGKILL)
        with pytest.raises(HelperStopped, match="Run the import again"):
            await pool.show(TEXTS)


def reading(path: Path, **more: int) -> ReadOrder:
    order = {"most_bytes": None, "addresses_since": 0, "rows_at_once": 3} | more
    return ReadOrder(str(path), "comments.importers.formats.disqus", timedelta(), **order)  # type: ignore[arg-type]


async def read_by(pool: HelperPool, order: ReadOrder) -> tuple[list[FilePart], list[tuple[int, int]]]:
    moved: list[tuple[int, int]] = []
    return [one async for one in pool.read(order, lambda *to: moved.append(to))], moved


async def test_a_helper_reads_a_file_as_this_process_does_and_shows_afterwards(tmp_path: Path) -> None:
    path = tmp_path / "export.xml"
    path.write_text(
        disqus(
            thread(1),
            thread(2),
            *(post(number, at="no date" if number == 5 else None) for number in range(1, 11)),
        )
    )
    async with HelperPool(0) as alone, HelperPool(1) as pool:
        expected = await read_by(alone, reading(path))
        assert await read_by(pool, reading(path)) == expected
        assert len(await pool.show(TEXTS)) == 50

    stretches, moved = expected
    assert [len(one.comments) for one in stretches] == [1, 3, 2, 3, 0]
    assert [one.unusable for one in stretches] == [{}, {}, {"its date cannot be read": 1}, {}, {}]
    assert moved == [(path.stat().st_size, path.stat().st_size)]


async def test_a_helper_refuses_a_file_in_the_words_of_this_process(tmp_path: Path) -> None:
    path = tmp_path / "export.xml"
    whole = disqus(thread(1), *(post(number) for number in range(1, 11)))
    path.write_text(whole[: whole.index("<p>Post 9")])
    for order in (reading(path), reading(path, most_bytes=1_000)):
        async with HelperPool(0) as alone, HelperPool(1) as pool:
            with pytest.raises(FileBroken) as expected:
                await read_by(alone, order)
            with pytest.raises(FileBroken) as raised:
                await read_by(pool, order)

        assert raised.value.detail == expected.value.detail
