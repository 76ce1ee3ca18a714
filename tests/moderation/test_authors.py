"""What is known of an author: beside their name, on their page, by program; and most reported first."""

import pytest

from comments.moderation import messages
from comments.moderation.queue.comments import held_comments
from comments.moderation.queue.filters import QueueFilter
from comments.sites.actions import add_site
from tests.moderation.desk import Desk
from tests.moderation.test_pages import signed_in
from tests.support.site import SiteUnderTest

pytestmark = pytest.mark.anyio


async def test_a_row_says_how_its_authors_comments_fared(desk: Desk) -> None:
    await desk.comments(3)
    await desk.comments(2, state="spam")
    await desk.comments(1, state="removed")

    page = await desk.db.read(
        lambda session: held_comments(session, desk.seed.site_id, QueueFilter(), after=None, limit=1)
    )

    (held,) = page.comments
    assert messages.fared(held.author.counts) == "0 approved, 3 waiting, 1 removed, 2 spam"
    assert not held.author.is_banned(desk.clock.now())


async def test_what_most_readers_reported_comes_first_page_by_page(desk: Desk) -> None:
    (few,) = await desk.comments(report_count=1)
    (many,) = await desk.comments(report_count=5)
    (none,) = await desk.comments()
    (some,) = await desk.comments(report_count=5)
    wish, seen, after = QueueFilter("reported", most_reported=True), [], None

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


async def test_an_authors_page_says_who_they_are_and_what_was_decided(site: SiteUnderTest) -> None:
    comment = await site.posted("Rude", author={"name": "<b>Ana", "email": "ana.private@mail.example"})
    bearer = f"Bearer {await site.moderator()}"
    for what, body in (
        ("bans", {"kind": "author", "comment_id": comment["id"], "reason": "Again"}),
        ("moderation/decisions", {"decision": "note", "comment_ids": [comment["id"]], "reason": "Twice now"}),
        ("moderation/decisions", {"decision": "remove", "comment_ids": [comment["id"]]}),
    ):
        assert (await site.send("POST", what, body, authorization=bearer)).status_code < 300
    mia, author = await signed_in(site), comment["author"]["id"]

    page = (await mia.get(f"/moderate/blog?state=all&author={author}")).text
    told = (await site.send("GET", f"moderation/authors/{author}", authorization=bearer)).json()
    nobody = await site.send("GET", f"moderation/authors/{comment['id']}", authorization=bearer)
    await site.service.db.write(add_site, "other", ["https://other.example"], at=site.clock.now())
    ana = await signed_in(site, "ana@other.example", "other")
    elsewhere = (await ana.get(f"/moderate/other?state=all&author={author}")).text

    expected = ("&lt;b&gt;Ana", "gave a mail address", "for good", "Again", "Twice now", "waiting → removed")
    assert [one for one in expected if one not in page] == []
    assert "ana.private" not in page
    assert [one["decision"] for one in told["decisions"]] == ["remove", "note"]
    assert (told["removed"], told["reachable"], told["bans"][0]["reason"]) == (
        1,
        True,
        "Again",
    )
    assert (nobody.status_code, nobody.json()["code"]) == (404, "author-unknown")
    assert "Ana" not in elsewhere.partition("<main")[2]
