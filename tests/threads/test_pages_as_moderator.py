"""Who is signed in and moderates the site writes on its plain pages as the moderator they are."""

import pytest
from sqlalchemy.orm import Session

from comments.identity.accounts.actions import add_moderator
from comments.identity.sign_in.email_link_actions import make_sign_in_link, sign_in
from comments.sites.queries import site_by_name
from tests.support.plain import PlainBrowser
from tests.support.site import PAGE, SiteUnderTest

pytestmark = pytest.mark.anyio

WRITE = f"/d/blog/write?url={PAGE['url']}"


async def signed_in(site: SiteUnderTest, *, sections: tuple[str, ...] = ()) -> PlainBrowser:
    def act(session: Session) -> str:
        at, keys = site.clock.now(), site.service.keys
        site_id = site_by_name(session, "blog").id
        account = add_moderator(
            session, site_id, "mia@blog.example", role="moderator", name="Mia", sections=sections, at=at
        )
        session.flush()
        return sign_in(session, keys, make_sign_in_link(session, keys, account.id, at=at), at=at).cookie

    site.client.cookies.set("comments", await site.service.db.write(act))
    return PlainBrowser(site.client)


async def test_a_moderator_posts_under_their_own_name_and_at_once(site: SiteUnderTest) -> None:
    browser = await signed_in(site)

    form = await browser.open(WRITE)
    assert "Mia · Moderator" in form.text
    assert "name" not in form.form_with("Post").fields
    await browser.press("Post", body="Welcome, all of you.")

    (comment,) = (await site.thread())["comments"]
    assert (comment["author"]["name"], comment["author"]["kind"]) == ("Mia", "moderator")


async def test_beyond_their_sections_they_are_readers(site: SiteUnderTest) -> None:
    browser = await signed_in(site, sections=("/elsewhere/",))

    await browser.open(WRITE)
    page = await browser.press("Post", body="Just reading here.", name="Mia L")

    assert "Thank you, Mia L." in page.text
    assert await site.shown() == []
