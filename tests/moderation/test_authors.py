"""What stands beside an author's name, and what most readers reported first."""

import pytest

from comments.moderation import words
from comments.moderation.queries.queue import held_comments
from comments.moderation.queries.wish import Wish
from tests.moderation.desk import Desk

pytestmark = pytest.mark.anyio


async def test_a_row_says_how_its_authors_comments_fared(desk: Desk) -> None:
    await desk.comments(3)
    await desk.comments(2, state="spam")
    await desk.comments(1, state="removed")

    page = await desk.db.read(
        lambda session: held_comments(session, desk.seed.site_id, Wish(), after=None, limit=1)
    )

    (held,) = page.comments
    assert words.fared(held.author.counts) == "0 approved, 3 waiting, 1 removed, 2 spam"
    assert not held.author.is_banned(desk.clock.now())


async def test_what_most_readers_reported_comes_first_page_by_page(desk: Desk) -> None:
    (few,) = await desk.comments(report_count=1)
    (many,) = await desk.comments(report_count=5)
    (none,) = await desk.comments()
    (some,) = await desk.comments(report_count=5)
    wish, seen, after = Wish("reported", most_reported=True), [], None

    for _ in range(3):
        page = await desk.db.read(
            lambda session, after=after: held_comments(  # type: ignore[misc]
                session, desk.seed.site_id, wish, after=after, limit=1
            )
        )
        seen += [held.row.id for held in page.comments]
        after = page.next

    assert seen == [some, many, few]
    assert none not in seen
    assert after is None
