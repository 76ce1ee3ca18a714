"""Banning over the API: from a comment or by value, with what they wrote, and lifting it again."""

import json
import re
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest

from comments.background.maintenance import tidy
from comments.identity.accounts.queries import Moderator
from comments.moderation.audit.log import erase_author_from_log
from comments.moderation.audit.other_entries import other_entries
from comments.moderation.audit.verify import LogCheck, checked, log_lines
from comments.moderation.bans.actions import BanWish, ban_somebody
from comments.policy.errors import BanOutside
from comments.sites.queries import site_by_name
from tests.policy.asking import stored
from tests.support.site import ORIGIN, PAGE, Guest, SiteUnderTest

pytestmark = pytest.mark.anyio


async def asked(site: SiteUnderTest, method: str, rest: str, body: Any = None) -> Any:
    return await site.send(method, rest, body, authorization=f"Bearer {await site.moderator()}")


async def test_a_comments_author_is_banned_and_listed_and_let_in_again(site: SiteUnderTest) -> None:
    jonas = Guest()
    comment = await site.approved("First", guest=jonas)

    made = await asked(site, "POST", "bans", {"kind": "author", "comment_id": comment["id"]})
    refused = await site.post("Second", guest=jonas)
    listed = (await asked(site, "GET", "bans")).json()
    lifted = await asked(site, "DELETE", f"bans/{made.json()['ban']['id']}")

    assert made.status_code == 201
    assert refused.status_code == 403
    assert [(one["label"], one["outcome"]) for one in listed["bans"]] == [("Jonas", "refuse")]
    assert lifted.status_code == 200
    assert (await site.posted("Third", guest=jonas))["state"] == "approved"
    assert (await asked(site, "DELETE", f"bans/{made.json()['ban']['id']}")).json()["code"] == "ban-unknown"


async def test_a_ban_that_was_lifted_stands_again_on_its_old_terms_for_an_hour(site: SiteUnderTest) -> None:
    until = site.clock.now() + timedelta(days=7)
    order = {"kind": "domain", "value": "spam.example", "until": until.isoformat(), "reason": "Sells pills"}
    made = (await asked(site, "POST", "bans", order)).json()["ban"]
    lifted = (await asked(site, "DELETE", f"bans/{made['id']}")).json()
    assert (await asked(site, "GET", "bans")).json()["bans"] == []
    (entry, *_) = (await asked(site, "GET", "moderation/log")).json()["entries"]
    assert (entry["decision"], entry["undo"]) == ("lift", lifted["undo"])
    await tidy(site.service.db, site.clock.now())

    # Pressed twice it is done once.
    back = [await asked(site, "POST", "bans/undo", {"number": lifted["undo"]}) for _ in range(2)]

    assert [one.json() for one in back] == [made, made]
    assert (await asked(site, "GET", "bans")).json()["bans"] == [made]
    entries = (await asked(site, "GET", "moderation/log")).json()["entries"]
    assert [one["decision"] for one in entries] == ["ban", "lift", "ban"]
    assert [one["undo"] for one in entries] == [None, None, None]
    assert (await asked(site, "POST", "bans/undo", {"number": 1})).json()["code"] == "decision-unknown"
    again = (await asked(site, "DELETE", f"bans/{made['id']}")).json()
    site.clock.advance(timedelta(hours=2))
    await tidy(site.service.db, site.clock.now())
    late = await asked(site, "POST", "bans/undo", {"number": again["undo"]})
    assert (late.status_code, late.json()["code"]) == (404, "ban-unknown")


async def test_the_api_tells_the_whole_log_with_the_rules_of_then(site: SiteUnderTest) -> None:
    comment = await site.posted("First", guest=Guest("Jonas"))
    await site.decide("approve", comment["id"])
    site.clock.advance(timedelta(seconds=1))
    about = {"comment_id": comment["id"], "reason": "Sells pills"}
    await asked(site, "POST", "bans", {"kind": "author", **about})
    site.clock.advance(timedelta(seconds=1))
    found = (await asked(site, "GET", f"moderation/thread?page={PAGE['url']}")).json()
    closed = await asked(site, "PATCH", f"moderation/threads/{found['id']}", {"state": "closed"})
    assert closed.status_code == 200, closed.text

    told = (await asked(site, "GET", "moderation/log")).json()["entries"]

    assert [(one["kind"], one["decision"]) for one in told] == [
        ("thread", "set"),
        ("ban", "ban"),
        ("decision", "approve"),
    ]
    thread, ban, decision = told
    assert thread["thread"]["url"] == PAGE["url"]
    assert thread["facts"]["after"] == {"state": "closed"}
    assert (ban["author"], ban["reason"], ban["facts"]["banned"]) == ("Jonas", "Sells pills", "author")
    assert decision["comment_id"] == comment["id"]
    assert all(re.fullmatch(r"[\w.+-]+/\d+", one["rules"]) for one in told)


async def test_a_field_that_nobody_knows_bans_nobody(site: SiteUnderTest) -> None:
    comment = await site.posted("Hello")
    wish = {"kind": "author", "comment_id": comment["id"]}

    refused = await asked(site, "POST", "bans", {**wish, "days": 3})
    nested = {"decision": "spam", "decisions": [{"id": comment["id"], "version": 1}]}
    decided = await asked(site, "POST", "moderation/decisions", nested)

    assert (refused.status_code, refused.json()["code"]) == (422, "body-refused")
    assert refused.json()["errors"] == {"days": "is no field of this"}
    assert (await asked(site, "GET", "bans")).json()["bans"] == []
    assert (decided.status_code, list(decided.json()["errors"])) == (422, ["decisions[0].version"])
    later = await site.post("Hello again", brings={"of_a_later_widget": "x"})
    assert later.status_code == 201, "readers' pages may hold a widget of another release"


async def test_bans_stand_in_the_log_and_their_names_go_with_the_author(site: SiteUnderTest) -> None:
    db, keys = site.service.db, site.service.keys
    found = await db.read(site_by_name, site.name)
    comment = await site.posted("First", guest=Guest("Jonas"))
    about = {"comment_id": comment["id"], "reason": "Sells pills", "outcome": "silent"}

    author = (await asked(site, "POST", "bans", {"kind": "author", **about})).json()["ban"]["id"]
    await asked(site, "POST", "bans", {"kind": "address", **about})
    await asked(site, "POST", "bans", {"kind": "domain", "value": "jonas.example", "reason": "Jonas"})
    await asked(site, "DELETE", f"bans/{author}")

    lines = [json.loads(line) for line in await db.read(lambda session: list(log_lines(session, found.id)))]
    entries = [json.loads(line["entry"]) for line in lines]
    told = [(one["choice"], one["banned"], one["after"]) for one in entries if one["kind"] == "ban"]
    assert told == [
        ("ban", "author", "silent"),
        ("ban", "address", "silent"),
        ("ban", "domain", "refuse"),
        ("lift", "author", None),
    ]
    assert "Jonas" not in json.dumps(entries)
    kept = [line["personal"] for line in lines[1:]]
    assert [one["author"][1] for one in kept if one] == ["Jonas", "address of Jonas", "Jonas"]
    assert [one["reason"][1] for one in kept if "reason" in one] == ["Sells pills"] * 2

    everywhere = Moderator(uuid4(), found.id, "Mia", "moderator", None)
    in_sport = Moderator(uuid4(), found.id, "Mia", "moderator", ("/sport/",))
    asked_for = partial(other_entries, newer=None, older=None)
    assert len(await db.read(asked_for, everywhere)) == 4
    assert await db.read(asked_for, in_sport) == []

    await db.write(erase_author_from_log, [UUID(comment["id"])])

    gone = await db.read(checked, keys, found.id)
    assert gone == LogCheck(head=gone.head, older=0, erased=5, faults=[])


@pytest.mark.parametrize("kind", ["author", "address", "network", "domain"])
async def test_what_they_wrote_goes_with_them(site: SiteUnderTest, kind: str) -> None:
    spammer = Guest("Eve", address="198.51.100.9")
    author = {"name": "Eve", "email": "eve@mail.spam.example"}
    public = await site.approved("One", guest=spammer, author=author)
    waiting = await site.posted("Two https://a.example", guest=spammer, author=author)
    other = await site.approved("Three", guest=Guest("Ann", address="203.0.113.1"))

    order = {"kind": kind, "comment_id": public["id"], "remove": True}
    made = await asked(site, "POST", "bans", order)

    assert made.json()["removed"] == 2
    states = [(await stored(site, one)).state for one in (public, waiting, other)]
    assert states == ["removed", "removed", "approved"]
    assert (await site.post("Four", guest=spammer, author=author)).status_code == 403


async def test_a_value_is_banned_as_one_writes_it(site: SiteUnderTest) -> None:
    for kind, value in (("address", "198.51.100.7"), ("network", "192.0.2.0/24"), ("domain", "spam.example")):
        made = await asked(site, "POST", "bans", {"kind": kind, "value": value, "outcome": "silent"})
        assert made.status_code == 201, made.text

    listed = (await asked(site, "GET", "bans")).text
    comment = await site.posted("Hello", guest=Guest(address="192.0.2.77"), page={"url": f"{ORIGIN}/b"})

    assert "198.51.100.7" not in listed
    assert (await stored(site, comment)).queue == "silent"


@pytest.mark.parametrize(
    ("order", "field"),
    [
        ({"kind": "author"}, "comment_id"),
        ({"kind": "network", "value": "192.0.0.0/16"}, "value"),
        ({"kind": "domain", "value": "nonsense"}, "value"),
        ({"kind": "domain", "value": "a.example", "until": "2001-01-01T00:00:00Z"}, "until"),
    ],
)
async def test_what_cannot_be_banned_is_refused(
    site: SiteUnderTest, order: dict[str, str], field: str
) -> None:
    answer = await asked(site, "POST", "bans", order)

    assert answer.json()["code"] == "ban-refused"
    assert list(answer.json()["errors"]) == [field]


async def test_the_team_cannot_be_banned_by_their_comments(site: SiteUnderTest) -> None:
    comment = await site.said("Welcome")

    answer = await asked(site, "POST", "bans", {"kind": "author", "comment_id": comment["id"]})

    assert answer.json()["code"] == "ban-refused"


async def test_only_who_moderates_the_whole_site_can_ban(site: SiteUnderTest) -> None:
    found = await site.service.db.read(site_by_name, site.name)
    mia = Moderator(uuid4(), found.id, "Mia", "moderator", ("/sport/",))

    with pytest.raises(BanOutside) as refused:
        await site.service.db.write(
            ban_somebody,
            BanWish(mia, "domain", value="spam.example"),
            site.service.keys,
            at=site.clock.now(),
        )

    assert refused.value.code == "ban-outside"
