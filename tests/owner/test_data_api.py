"""A program asks for a site's tokens, mails, activity and seen origins with an owner's token."""

from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from comments.identity.accounts.actions import add_moderator
from comments.identity.accounts.token_actions import make_api_token
from comments.identity.errors import ApiTokenUnknown, ScopeRefused
from comments.notifications.trial_mail import NO_SERVER
from comments.outbox.actions import enqueue
from comments.outbox.models import Outbox
from comments.owner.outbox_routes import MailUnknown
from comments.sites.backup_actions import note_backup
from comments.sites.models import SeenOrigin
from comments.sites.queries import Backup, site_by_name
from comments.threads.outbox_jobs import WAS_ANSWERED
from tests.support.site import SiteUnderTest

pytestmark = pytest.mark.anyio


@pytest.fixture
async def as_owner(site: SiteUnderTest) -> Any:
    def token(session: Session) -> str:
        at, of = site.clock.now(), site_by_name(session, "blog").id
        account = add_moderator(session, of, "ana@mail.example", role="owner", at=at)
        session.flush()
        return make_api_token(session, site.service.keys, of, account.id, at=at, scopes={"admin", "read"})

    return {"authorization": f"Bearer {await site.service.db.write(token)}"}


async def test_a_token_makes_none_that_may_do_more_than_itself(site: SiteUnderTest, as_owner: Any) -> None:
    more = await site.send("POST", "tokens", {"scopes": ["moderate"]}, **as_owner)
    assert (more.status_code, more.json()["code"]) == (422, ScopeRefused.code)
    made = await site.send("POST", "tokens", {"scopes": ["read"], "name": "Chart"}, **as_owner)
    assert made.status_code == 201
    reading: Any = {"authorization": f"Bearer {made.json()['token']}"}
    assert (await site.send("GET", "moderation/comments", None, **reading)).status_code == 200
    assert (await site.send("POST", "tokens", {"scopes": ["read"]}, **reading)).status_code == 403

    found = (await site.send("GET", "tokens", None, **as_owner)).json()["tokens"]
    (chart,) = [one for one in found if one["name"] == "Chart"]
    assert (chart["email"], chart["scopes"]) == ("ana@mail.example", ["read"])
    assert made.json()["token"] not in str(found)
    assert (await site.send("DELETE", f"tokens/{chart['id']}", None, **as_owner)).status_code == 200
    assert (await site.send("GET", "moderation/comments", None, **reading)).status_code == 401
    again = await site.send("DELETE", f"tokens/{chart['id']}", None, **as_owner)
    assert (again.status_code, again.json()["code"]) == (404, ApiTokenUnknown.code)


async def test_a_mail_that_was_given_up_is_sent_again_and_other_tasks_are_not(
    site: SiteUnderTest, as_owner: Any
) -> None:
    def fail(session: Session) -> None:
        of, at = site_by_name(session, "blog").id, site.clock.now()
        for kind in (WAS_ANSWERED, "webhook"):
            enqueue(session, kind, of, {}, due=at, key=kind)
        session.execute(update(Outbox).values(state="dead", last_error="550 no such user", attempts=9))

    await site.service.db.write(fail)
    outbox = (await site.send("GET", "outbox", None, **as_owner)).json()
    (mail,) = outbox["failed"]
    assert (mail["state"], mail["error"], outbox["waiting"]) == ("dead", "550 no such user", 0)

    assert (await site.send("POST", f"outbox/{mail['id']}/again", {}, **as_owner)).status_code == 202
    assert (await site.send("GET", "outbox", None, **as_owner)).json()["waiting"] == 1
    for other in (mail["id"], str(UUID(int=1)), "none"):
        refused = await site.send("POST", f"outbox/{other}/again", {}, **as_owner)
        assert (refused.status_code, refused.json()["code"]) == (404, MailUnknown.code)
    trial = (await site.send("POST", "outbox/test", {}, **as_owner)).json()
    assert trial == {"sent": False, "answer": NO_SERVER}


async def test_what_came_in_and_where_the_discussion_was_seen(site: SiteUnderTest, as_owner: Any) -> None:
    def see(session: Session) -> None:
        of = site_by_name(session, "blog").id
        for origin in ("https://blog.example", "https://copy.example"):
            session.add(SeenOrigin(site_id=of, origin=origin, url=f"{origin}/page", at=site.clock.now()))

    await site.service.db.write(see)
    removed = await site.posted("Rude")
    await site.decide("remove", removed["id"])

    days = (await site.send("GET", "activity", None, **as_owner)).json()["days"]
    assert (len(days), days[-1]["day"]) == (90, site.clock.now().date().isoformat())
    assert days[-1] == {"day": days[-1]["day"], "approved": 0, "pending": 0, "spam": 0, "removed": 1}
    seen = (await site.send("GET", "seen", None, **as_owner)).json()["seen"]
    assert {one["origin"]: one["allowed"] for one in seen} == {
        "https://blog.example": True,
        "https://copy.example": False,
    }


async def test_a_program_hears_when_the_service_was_backed_up_and_not_where(
    site: SiteUnderTest, as_owner: Any
) -> None:
    at = site.clock.now()
    none = (await site.send("GET", "backup", None, **as_owner)).json()

    await site.service.db.write(note_backup, Backup(at, "/srv/copy.zip", with_key=True))
    known = await site.send("GET", "backup", None, **as_owner)

    assert none == {"made_at": None, "with_key": False}
    assert datetime.fromisoformat(known.json()["made_at"]) == at
    assert "copy.zip" not in known.text
