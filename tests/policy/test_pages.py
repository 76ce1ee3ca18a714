"""Pages that are held, slowed down, new, old or closed, as who posts meets them."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from comments.threads.models import Thread
from tests.support.site import Guest, SiteUnderTest

pytestmark = pytest.mark.anyio


async def set_all_threads(site: SiteUnderTest, **values: Any) -> None:
    def write(session: Session) -> None:
        session.execute(update(Thread).values(**values))

    await site.service.db.write(write)


async def known(site: SiteUnderTest) -> Guest:
    guest = Guest()
    await site.approved("First", guest=guest)
    return guest


async def test_in_slow_mode_an_author_waits_between_comments(site: SiteUnderTest) -> None:
    jonas = await known(site)
    await set_all_threads(site, slow_seconds=60)

    soon = await site.post("Second", guest=jonas)
    site.clock.advance(timedelta(seconds=60))
    later = await site.post("Third", guest=jonas)

    assert (soon.status_code, soon.json()["code"]) == (429, "too-many-posts")
    assert 1 <= int(soon.headers["retry-after"]) <= 60
    assert later.json()["comment"]["state"] == "approved"


async def test_on_a_held_page_everything_by_guests_waits_edits_too(site: SiteUnderTest) -> None:
    jonas = await known(site)
    public = await site.posted("Second", guest=jonas)
    await set_all_threads(site, hold_all=True)

    third = await site.posted("Third", guest=jonas)
    edited = await site.send("PATCH", f"comments/{public['id']}", {"body": "Other"}, guest=jonas)

    assert third["state"] == "pending"
    assert edited.json()["comment"]["waiting_body"] == "Other"
    assert (await site.said("Welcome"))["state"] == "approved"


async def test_a_page_closes_by_its_age(site: SiteUnderTest) -> None:
    jonas = await known(site)
    await site.set(close_after_days="10", hold_after_days="5")

    states: list[str] = []
    for _ in range(2):
        states.append((await site.posted(f"After {len(states)}", guest=jonas))["state"])
        site.clock.advance(timedelta(days=6))

    assert states == ["approved", "pending"]
    assert (await site.post("Too late", guest=jonas)).json()["code"] == "thread-closed"
