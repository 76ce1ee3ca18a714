"""Imports that are run twice, continued, tried first, or run while people write."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import select, update

from comments.clock import FixedClock
from comments.importers.pipeline import build_drafts, run
from comments.importers.pipeline.write_rows import WrittenMeanwhile, write_batch
from comments.sites.queries import site_by_name
from comments.text import render
from comments.threads.models import Comment
from tests.importers.blog import Blog, wrong_counters
from tests.importers.exports import disqus, post, thread
from tests.support.disqus_export import write_disqus_export
from tests.support.site import running_site

pytestmark = pytest.mark.anyio

EXPORT = disqus(
    thread(1),
    thread(2, "https://blog.example/b"),
    post(1),
    post(2, parent=1),
    post(3, thread=2),
    post(4, parent=99),
    post(5, thread=77),
)


async def test_a_second_run_imports_nothing(blog: Blog) -> None:
    first = await blog.imports(EXPORT)
    rows = await blog.rows()
    second = await blog.imports(EXPORT)

    assert (first.imported, second.imported) == (4, 0)
    assert second.skipped == {"it is already imported": 4, "its page is not in the file": 1}
    assert await blog.rows() == rows


async def test_a_dry_run_changes_nothing_and_reports_what_the_import_does(blog: Blog) -> None:
    before = await blog.rows()
    trial = await blog.imports(EXPORT, dry_run=True)
    assert await blog.rows() == before

    done = await blog.imports(EXPORT)
    assert trial.as_json() == {**done.as_json(), "dry_run": True}
    assert trial.in_words()[0] == "Nothing has been changed yet. 4 would be imported, 1 skipped. 5 were read."
    assert done.in_words()[0] == "Done: 4 imported, 1 skipped. 5 were read."

    again = await blog.imports(EXPORT, dry_run=True)
    assert (again.imported, again.skipped["it is already imported"]) == (0, 4)


async def test_a_newer_export_adds_what_is_new_also_below_what_is_here(blog: Blog) -> None:
    await blog.imports(EXPORT)
    whole = await blog.imports(EXPORT.replace("</disqus>", post(6, parent=2) + "</disqus>"))
    part = await blog.imports(disqus(thread(9, "http://blog.example/a/"), post(7, thread=9, parent=6)))
    comments = await blog.comments()

    assert (whole.imported, part.imported, part.orphans) == (1, 1, 0)
    assert len(await blog.threads()) == 2
    assert [comments[key].depth for key in ("1", "2", "6", "7")] == [0, 1, 2, 3]
    assert comments["1"].reply_total == 3


async def test_a_reply_follows_whom_it_answers_to_another_thread(blog: Blog) -> None:
    await blog.imports(EXPORT)
    comments = await blog.comments()
    moved_to = comments["3"].thread_id
    report = await blog.imports(disqus(thread(5, "https://blog.example/c"), post(8, thread=5, parent=3)))

    assert report.imported == 1
    assert (await blog.comments())["8"].thread_id == moved_to
    assert await blog.thread_at("https://blog.example/c") is None


class Interrupted(Exception):
    """Stands for whatever ends an import in the middle."""


@pytest.mark.parametrize("after", [1, 3])
async def test_an_interrupted_import_is_continued_by_running_it_again(
    blog: Blog, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    path = blog.folder / "big.xml"
    write_disqus_export(path, 500, seed=after)
    once = await Blog(blog.db, blog.clock, blog.folder, name="once").add()
    monkeypatch.setattr(build_drafts, "BATCH_COMMENTS", 80)
    expected = await once.imports(path)

    write = blog.db.write
    done = 0

    async def write_a_few(*arguments: object, **more: object) -> object:
        nonlocal done
        done += arguments[0] is write_batch
        if done > after:
            raise Interrupted
        return await write(*arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(blog.db, "write", write_a_few)
    with pytest.raises(Interrupted):
        await blog.imports(path)
    monkeypatch.setattr(blog.db, "write", write)
    report = await blog.imports(path)

    assert report.skipped["it is already imported"] == 80 * after
    assert report.imported == expected.imported - 80 * after
    assert await shape(blog) == await shape(once)


async def shape(blog: Blog) -> set[tuple[object, ...]]:
    """Return all that is said of a site's comments, but for the ids that are of this site only."""

    def query(session: object) -> set[tuple[object, ...]]:
        site = site_by_name(session, blog.name)  # type: ignore[arg-type]
        rows = session.scalars(select(Comment).where(Comment.site_id == site.id)).all()  # type: ignore[attr-defined]
        old_ids = {one.id: one.source_id for one in rows}
        return {
            (
                one.source_id,
                old_ids.get(one.parent_id),
                old_ids.get(one.root_id),
                one.depth,
                one.state,
                one.listed,
                one.reply_total,
                one.html,
                one.author_name,
                one.created_at,
            )
            for one in rows
        }

    return await blog.db.read(query)


async def test_a_generated_export_is_counted_to_the_last_comment(blog: Blog) -> None:
    path = blog.folder / "generated.xml.gz"
    written = write_disqus_export(path, 2_000)
    report = await blog.imports(path, helpers=2)

    assert report.read == written.posts
    assert report.states == dict(written.by_state)
    assert report.imported == written.by_state.total()
    assert report.hosts == {"localhost:4000": written.other_hosts}
    assert report.skipped["its page is not in the file"] == written.without_page
    assert report.orphans == written.orphans


async def test_what_is_shown_while_the_file_is_read_is_the_same(
    blog: Blog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "HELD_ROWS", 2)
    texts = {str(number): f"<p>{number} <b>x<i>y</b><script>z</script></p>" for number in range(1, 40)}
    posts = [post(int(old), text=text) for old, text in texts.items()]
    await blog.imports(disqus(thread(1), *posts), helpers=2)

    shown = {old: comment.html for old, comment in (await blog.comments()).items()}
    assert shown == {old: render(text, format="html").html for old, text in texts.items()}


async def test_readers_write_while_an_import_runs_and_every_counter_is_right(
    database_url: str, clock: FixedClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build_drafts, "BATCH_COMMENTS", 20)
    posts = [post(number, parent=number - 1 if number % 3 else None) for number in range(1, 301)]
    async with running_site(database_url, clock, tmp_path) as site:
        await site.said("Here before")
        blog = Blog(site.service.db, clock, tmp_path)
        importing = asyncio.create_task(blog.imports(disqus(thread(1), *posts), helpers=0))
        answers = 0
        while not importing.done():
            for shown in (await site.thread(sort="newest", limit=5))["comments"]:
                await site.said(f"Answer {answers}", parent_id=shown["id"])
                answers += 1
            await asyncio.sleep(0)
        report = await importing

        assert report.imported == 300
        assert answers > 5
        assert (await site.thread())["thread"]["comment_count"] == 301 + answers
        assert await blog.db.read(wrong_counters) == []


async def test_two_imports_at_once_bring_in_each_comment_once(
    blog: Blog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build_drafts, "BATCH_COMMENTS", 40)
    path = blog.folder / "big.xml"
    written = write_disqus_export(path, 400)
    other = Blog(blog.db, blog.clock, blog.folder)

    reports = await asyncio.gather(blog.imports(path), other.imports(path))

    assert sum(report.imported for report in reports) == written.by_state.total()
    assert len(await blog.comments()) == written.by_state.total()


async def test_a_row_that_somebody_else_has_just_written_stops_an_import_in_words(blog: Blog) -> None:
    await blog.imports(EXPORT)
    # As if it had come after the import looked for it, and stayed unseen each time it looks again.
    await blog.db.write(lambda session: session.execute(update(Comment).values(source_id=None)))

    with pytest.raises(WrittenMeanwhile, match="run the import again when they are done"):
        await blog.imports(EXPORT)
