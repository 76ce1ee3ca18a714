"""`comments thread`, as typed in a shell, on both databases."""

import asyncio
import re

from comments.moderation.threads.schemas import thread_of_page
from comments.sites.queries import site_by_name
from comments.storage import open_database
from comments.threads.actions.open_thread import open_thread
from comments.threads.addresses.page_keys import page_keys
from tests.conftest import NOON
from tests.moderation.seeding import Seed
from tests.support.live import Installation


async def _open_threads(url: str, *pages: str) -> None:
    db = await open_database(url)
    site = await db.read(site_by_name, "blog")
    for page in pages:
        keys = page_keys(f"https://a.example{page}", None)
        await db.write(open_thread, site.id, keys, page.strip("/"), title_confirmed=True, at=NOON)
    await db.close()


async def _comment_on(url: str, page: str) -> str:
    """Have a comment wait on a page, and return its id."""
    db = await open_database(url)
    site = await db.read(site_by_name, "blog")
    seed = Seed()
    seed.rows.clear()
    seed.site_id = site.id
    thread_id = await db.read(thread_of_page, site.id, page)
    comment_id = seed.comment(thread_id, seed.author())
    await db.write(seed.store)
    await db.close()
    return str(comment_id)


def blog(here: Installation, database_url: str, *pages: str) -> None:
    here.run("site", "add", "blog", "--origin", "https://a.example")
    here.run("moderator", "add", "ana@mail.example", "--site", "blog")
    asyncio.run(_open_threads(database_url, *pages))


def test_a_page_is_closed_held_slowed_down_and_freed_again(here: Installation, database_url: str) -> None:
    blog(here, database_url, "/one")
    at = ("--site", "blog")

    assert here.run("thread", "close", "/one", *at, "--by", "ana@mail.example") == "Closed /one.\n"
    assert here.run("thread", "hold", "/one", *at) == "Comments on /one wait.\n"
    assert here.run("thread", "slow", "/one", "60", *at) == "/one: one comment in 60 seconds.\n"

    shown = here.run("thread", "show", "https://a.example/one", *at)
    for line in (
        r"state +closed",
        r"hold_all +yes",
        r"slow_seconds +60",
        r"found by url +http://a.example/one",
    ):
        assert re.search(line, shown), shown
    assert here.run("thread", "open", "/one", *at) == "Opened /one.\n"
    here.run("thread", "release", "/one", *at)
    assert here.run("thread", "slow", "/one", "0", *at) == "/one: no slow mode.\n"
    shown = here.run("thread", "show", "/one", *at)
    assert re.search(r"state +open\n(.*\n)*hold_all +no\nslow_seconds +0\n", shown), shown
    assert "is whole: 7 entries" in here.run("log", "verify", "--site", "blog")


def test_what_was_decided_about_a_page_is_taken_back_by_its_number(
    here: Installation, database_url: str
) -> None:
    blog(here, database_url, "/one")
    at = ("--site", "blog")
    kept = here.attempt("thread", "keep-open", "/one", *at)
    assert kept.stdout == "/one stays open, whatever its age.\n"
    command = kept.stderr.split("To take it back: comments ")[1].split()

    assert here.run(*command) == "Undone. It is open.\n"
    assert here.run(*command) == "Undone. It is open.\n", "it is done once"
    again = here.attempt("thread", "keep-open", "/one", *at).stderr.split()[-3]
    here.run("thread", "close", "/one", *at, "--by", "ana@mail.example")
    changed = here.attempt("thread", "undo", again, *at)
    assert (changed.returncode, "Not undone: " in changed.stderr) == (1, True)
    assert here.attempt("thread", "undo", "99", *at).returncode == 1


def test_a_page_is_renamed_merged_and_loses_a_comment(here: Installation, database_url: str) -> None:
    blog(here, database_url, "/one", "/two")
    at = ("--site", "blog")
    comment = asyncio.run(_comment_on(database_url, "/one"))

    renamed = here.run("thread", "rename", "/one", "https://a.example/new", *at)
    moved = here.run("thread", "move", comment, "--page", "/two", *at, "--by", "ana@mail.example")
    merged = here.run("thread", "merge", "/two", "/one", *at)

    assert renamed == "/one is at https://a.example/new now.\n"
    assert (moved, merged) == ("Moved 1 comment.\n", "Merged /two into /one: 1 comment.\n")
    shown = here.run("thread", "show", "/two", *at)
    assert re.search(r"url +https://a.example/new\n", shown), shown
    assert shown.count("found by url") == 3
    assert here.attempt("thread", "move", comment, *at).returncode == 2
    taken = here.attempt("thread", "rename", "/two", "https://b.example/", *at)
    assert (taken.returncode, "https://a.example" in taken.stderr) == (1, True)


def test_a_page_nobody_has_written_on_is_said_to_be_one(here: Installation, database_url: str) -> None:
    blog(here, database_url)

    refused = here.attempt("thread", "close", "/none", "--site", "blog")

    assert (refused.returncode, refused.stderr) == (1, "Nobody has written on this page.\n")
