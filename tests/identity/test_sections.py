"""Sections: how they are written, stored, and given to a moderator."""

from uuid import UUID

import pytest

from comments.clock import FixedClock
from comments.identity.accounts import actions, queries, team_queries
from comments.identity.accounts.sections import in_sections, read_sections
from comments.identity.errors import RoleRefused, SectionRefused
from comments.sites.actions import add_site
from comments.storage import Database
from comments.threads.addresses.urls import page_path

ANA = "ana@mail.example"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (["/news/"], ("/news/",)),
        (["/news"], ("/news/",)),
        ([" //news//today/ ", "/a", "/news/today"], ("/a/", "/news/today/")),
        (["/"], None),
        (["/news/", "/"], None),
    ],
)
def test_a_section_has_one_spelling_and_the_root_is_the_whole_site(
    written: list[str], read: tuple[str, ...] | None
) -> None:
    assert read_sections(written) == read


@pytest.mark.parametrize(
    "written",
    ["", "news/", "https://blog.example/news/", "/a/../b", "/a b/", "/a?b", "/%61", "/ä/", "/" + "a" * 200],
)
def test_what_is_no_path_is_refused(written: str) -> None:
    with pytest.raises(SectionRefused) as caught:
        read_sections([written])
    assert caught.value.code == "section-refused"


def test_more_than_twenty_are_refused() -> None:
    with pytest.raises(SectionRefused):
        read_sections([f"/{number}/" for number in range(21)])


@pytest.mark.parametrize(
    ("url", "is_in"),
    [
        ("https://blog.example/news/a", True),
        ("https://blog.example/news", True),
        ("https://blog.example/news/index.html?id=1", True),
        ("https://blog.example//%6Eews/a", True),
        ("https://blog.example/x/../news/a", True),
        ("https://blog.example/newspaper", False),
        ("https://blog.example/news/../sport/a", False),
        ("https://blog.example/News/a", False),
        ("https://blog.example/?/news/", False),
        ("https://blog.example/x#!/news/", False),
    ],
)
def test_a_page_is_in_a_section_by_its_path_however_it_is_spelled(url: str, is_in: bool) -> None:
    assert in_sections(("/news/",), page_path(url)) is is_in
    assert in_sections(None, page_path(url))


@pytest.mark.anyio
async def test_sections_are_kept_until_others_are_given_and_owners_have_none(
    db: Database, clock: FixedClock
) -> None:
    site_id: UUID = (await db.write(add_site, "blog", ["https://blog.example"], at=clock.now())).id

    async def after(sections: list[str], role: str | None = None) -> tuple[str, ...] | None:
        await db.write(actions.add_moderator, site_id, ANA, role=role, sections=sections, at=clock.now())
        return (await db.read(queries.moderator_by_email, site_id, ANA)).sections

    assert await after(["/news/"]) == ("/news/",)
    assert await after([]) == ("/news/",)
    assert await after(["/sport"], "moderator") == ("/sport/",)
    assert [one.sections for one in await db.read(team_queries.team, site_id)] == [("/sport/",)]
    with pytest.raises(RoleRefused):
        await after(["/news/"], "owner")
    assert await after([], "owner") is None
    await db.write(actions.add_moderator, site_id, "mia@mail.example", role="owner", at=clock.now())
    assert await after([], "moderator") is None
