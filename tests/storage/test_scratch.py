"""Scratch tables: gone with the process, full with a reason, and fit to be read while they are written."""

from pathlib import Path

import pytest

from comments.storage import StorageFull
from comments.storage.sqlite.scratch import Scratch


def test_a_full_temporary_folder_is_said_in_words() -> None:
    scratch = Scratch("CREATE TABLE words (word TEXT)")
    scratch.run("PRAGMA max_page_count = 4")

    with pytest.raises(StorageFull, match="SQLITE_TMPDIR"):
        scratch.run_many("INSERT INTO words VALUES (?)", [("x" * 1_000,)] * 100)
    scratch.close()


def test_it_leaves_no_file_and_has_none_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SQLITE_TMPDIR", str(tmp_path))
    scratch = Scratch("CREATE TABLE words (word TEXT)")
    # More than it keeps in memory, so that it has to go to the disk.
    scratch.run_many("INSERT INTO words VALUES (?)", [("x" * 1_000,)] * 20_000)

    assert list(tmp_path.iterdir()) == []
    assert scratch.row("SELECT count(*) FROM words") == (20_000,)
    scratch.close()


def test_rows_are_read_while_others_are_written() -> None:
    scratch = Scratch("CREATE TABLE numbers (n INTEGER PRIMARY KEY); CREATE TABLE doubled (n INTEGER)")
    scratch.run_many("INSERT INTO numbers VALUES (?)", [(n,) for n in range(1_000)])

    for (n,) in scratch.rows("SELECT n FROM numbers ORDER BY n"):
        scratch.run("INSERT INTO doubled VALUES (?)", (2 * n,))

    assert scratch.row("SELECT sum(n) FROM doubled") == (999_000,)
    scratch.close()
