"""The log's chain: what somebody without the key does to it is found, and erasing a person is no fault."""

import json
import sys
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import anyio
import pytest
from sqlalchemy import delete, insert, text, update
from sqlalchemy.orm import Session

from comments import __version__
from comments.background.maintenance import seal_logs
from comments.ids import new_id
from comments.keys import Keyring
from comments.moderation.audit.log import erase_author_from_log, erase_moderator_from_log
from comments.moderation.audit.verify import LogCheck, checked, head, log_lines
from comments.moderation.decisions.decide import decide
from comments.moderation.decisions.requests import CommentChoice, DecisionOrder
from comments.moderation.models import Decision, LogHead, LogLink
from comments.storage import Database
from comments.threads.models import Comment
from tests.moderation.desk import KEYS, Desk

pytestmark = pytest.mark.anyio

AWAY = 1_000_000


async def check(desk: Desk, keys: Keyring = KEYS, **more: Any) -> LogCheck:
    return await desk.db.scan(checked, keys, desk.seed.site_id, **more)


async def end(desk: Desk) -> tuple[int, str]:
    link = await desk.db.read(head, desk.seed.site_id)
    assert link is not None
    return link.number, link.mac.hex()


async def five_decisions(desk: Desk) -> Sequence[UUID]:
    """Fill the log with its opening and five decisions: entries 1 to 6."""
    ids = await desk.comments(5, name="Jonas")
    for comment_id in ids:
        await desk.decide("spam", [comment_id], reason="casino")
    return ids


async def test_each_decision_is_logged_and_the_log_is_whole(desk: Desk) -> None:
    ids = await five_decisions(desk)
    await desk.decide("approve", ids)

    found = await check(desk)

    assert found == LogCheck(head=found.head, older=0, erased=0, faults=[])
    assert (found.head.number, found.head.mac.hex()) == await end(desk) == (11, found.head.mac.hex())
    lines = await desk.db.read(lambda session: list(log_lines(session, desk.seed.site_id)))
    entry = json.loads(json.loads(lines[1])["entry"])
    assert {name: entry[name] for name in ("choice", "before", "after", "rules", "account", "comment")} == {
        "choice": "spam",
        "before": "pending",
        "after": "spam",
        "rules": f"{__version__}/1",
        "account": str(desk.mia.account_id),
        "comment": str(ids[0]),
    }
    assert "Jonas" not in json.dumps(entry)
    assert json.loads(lines[1])["personal"]["author"][1] == "Jonas"


def _change_entry(session: Session) -> None:
    [entry] = session.execute(text("SELECT entry FROM log_links WHERE number = 4")).scalars()
    changed = bytes(entry).replace(b'"after":"spam"', b'"after":"gone"')
    session.execute(update(LogLink).where(LogLink.number == 4).values(entry=changed))


def _swap(session: Session) -> None:
    _renumber(session, 3, AWAY)
    _renumber(session, 4, 3)
    _renumber(session, AWAY, 4)


def _renumber(session: Session, old: int, new: int) -> None:
    session.execute(update(LogLink).where(LogLink.number == old).values(number=new))


def _close_a_gap(session: Session) -> None:
    """Take an entry out and move those behind it up, numbers in the entries included."""
    session.execute(delete(LogLink).where(LogLink.number == 4))
    for number in (5, 6):
        [entry] = session.execute(
            text("SELECT entry FROM log_links WHERE number = :number"), {"number": number}
        ).scalars()
        moved = bytes(entry).replace(b'"number":%d' % number, b'"number":%d' % (number - 1))
        session.execute(
            update(LogLink).where(LogLink.number == number).values(number=number - 1, entry=moved)
        )


def _insert_a_copy(session: Session) -> None:
    _renumber(session, 6, 7)
    session.execute(
        text(
            "INSERT INTO log_links (site_id, number, entry, mac)"
            " SELECT site_id, 6, entry, mac FROM log_links WHERE number = 5"
        )
    )


def _change_value(session: Session) -> None:
    session.execute(
        text("UPDATE log_links SET personal = replace(personal, 'casino', 'rude') WHERE number = 4")
    )


def _decision(**values: Any) -> Callable[[Session], None]:
    def change(session: Session) -> None:
        fourth = session.execute(text("SELECT decision_id FROM log_links WHERE number = 4")).scalar_one()
        session.execute(update(Decision).where(Decision.id == UUID(str(fourth))).values(**values))

    return change


def _remove_decision(session: Session) -> None:
    fourth = session.execute(text("SELECT decision_id FROM log_links WHERE number = 4")).scalar_one()
    session.execute(delete(Decision).where(Decision.id == UUID(str(fourth))))


def _loose_decision(session: Session) -> None:
    session.execute(
        text(
            "INSERT INTO decisions"
            " (id, site_id, comment_id, moderator_name, decision, before, after, reason, at)"
            " SELECT :id, site_id, comment_id, moderator_name, decision, before, after, reason, at"
            " FROM decisions LIMIT 1"
        ),
        {"id": "0" * 32},
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_change_entry, "Entry 4 was changed, or its MAC was."),
        (
            lambda session: session.execute(update(LogLink).where(LogLink.number == 4).values(mac=b"x" * 16)),
            "Entry 4 was changed, or its MAC was.",
        ),
        (
            lambda session: session.execute(
                update(LogLink).where(LogLink.number == 4).values(entry=b"\xff{")
            ),
            "Entry 4 was changed: it cannot be read.",
        ),
        (
            lambda session: session.execute(delete(LogLink).where(LogLink.number == 4)),
            "Entry 4 is missing.",
        ),
        (_swap, "Entry 3 stands in the wrong place: it was entry 4."),
        (_close_a_gap, "Entry 4 was changed, or its MAC was."),
        (_insert_a_copy, "Entry 6 stands in the wrong place: it was entry 5."),
        (
            lambda session: session.execute(delete(LogLink).where(LogLink.number >= 5)),
            "The log ends with entry 4, and should end with entry 6.",
        ),
        (
            lambda session: session.execute(update(LogHead).values(digest=b"x" * 32)),
            "The end of the log was changed.",
        ),
        (_change_value, "Entry 4: the reason was changed."),
        (_decision(after="approved"), "The decision of entry 4: the state after was changed."),
        (_decision(moderator_name="Ana"), "The decision of entry 4: the moderator's name was changed."),
        (_decision(reason=""), "The decision of entry 4: the reason was changed."),
        (
            _decision(replaced='{"settled_title":true}'),
            "The decision of entry 4: what it replaced was changed.",
        ),
        (_remove_decision, "The decision of entry 4 is missing."),
        (_loose_decision, "1 decisions are not in the log, and 0 are older than it."),
    ],
)
async def test_a_change_by_somebody_without_the_key_is_found(
    desk: Desk, change: Callable[[Session], Any], words: str
) -> None:
    await five_decisions(desk)

    await desk.db.write(change)

    assert words in (await check(desk)).faults


async def test_a_cut_is_found_by_an_end_that_was_seen(desk: Desk) -> None:
    await five_decisions(desk)
    seen = await end(desk)

    def cut(session: Session) -> None:
        session.execute(delete(LogLink).where(LogLink.number >= 5))
        session.execute(delete(Decision).where(Decision.id.not_in(_logged(session))))
        mac = session.execute(text("SELECT mac FROM log_links WHERE number = 4")).scalar_one()
        digest = (checked(session, KEYS, desk.seed.site_id)).head.digest
        session.execute(update(LogHead).values(number=4, digest=digest, mac=bytes(mac)))

    await desk.db.write(cut)

    assert (await check(desk)).faults == [], "nothing is left of what was cut"
    assert (await check(desk, known=seen)).faults == [
        "The log was cut: it ends with entry 4, and entry 6 was there."
    ]
    await desk.decide("approve", await desk.comments(2))
    assert (await check(desk, known=seen)).faults == ["Entry 6 is not the one that was the log's end."]


def _logged(session: Session) -> Sequence[UUID]:
    rows = session.execute(text("SELECT decision_id FROM log_links WHERE decision_id IS NOT NULL"))
    return [UUID(str(one)) for one in rows.scalars()]


async def test_without_the_key_nobody_adds_an_entry(desk: Desk) -> None:
    [comment_id] = await desk.comments()
    await five_decisions(desk)
    forger = Keyring("another secret, and just as long as it")

    order = DecisionOrder(desk.mia, "approve", [CommentChoice(comment_id)])
    await desk.db.write(decide, order, forger, at=desk.clock.now())

    assert "Entry 7 was changed, or its MAC was." in (await check(desk)).faults


async def test_erasing_a_person_keeps_the_chain(desk: Desk) -> None:
    ids = await five_decisions(desk)
    seen = await end(desk)

    await desk.db.write(erase_author_from_log, ids[:2])
    await desk.db.write(erase_moderator_from_log, desk.seed.site_id, desk.mia.account_id)

    found = await check(desk, known=seen)
    assert (found.faults, found.erased) == ([], 5 + 2 * 2)
    kept = await desk.db.read(lambda session: b"".join(log_lines(session, desk.seed.site_id)))
    assert b"Mia" not in kept
    assert kept.count(b"Jonas") == kept.count(b"casino") == 3
    await desk.db.write(_decision(moderator_name="Ana"))
    assert (await check(desk)).faults == ["The decision of entry 4: the moderator's name was changed."]


async def test_the_log_outlives_the_comment(desk: Desk) -> None:
    ids = await five_decisions(desk)

    await desk.db.write(lambda session: session.execute(delete(Comment).where(Comment.id == ids[2])))

    found = await check(desk)
    assert (found.faults, found.head.number) == ([], 6)


async def test_what_is_older_than_the_log_is_counted_and_not_vouched_for(desk: Desk) -> None:
    [comment_id, other] = await desk.comments(2)
    old = {"comment_id": comment_id, "site_id": desk.seed.site_id, "account_id": desk.mia.account_id}
    told = {"moderator_name": "Mia", "decision": "hold", "before": "pending", "after": "pending"}
    row = {"id": new_id(desk.clock.now()), **old, **told, "reason": "", "at": desk.clock.now()}
    await desk.db.write(lambda session: session.execute(insert(Decision), [row]))
    assert (await check(desk)).older == 1

    await desk.decide("approve", [other])

    found = await check(desk)
    assert (found.faults, found.older, found.head.number) == ([], 1, 2)


async def test_what_somebody_put_there_is_not_vouched_for_by_what_follows(desk: Desk) -> None:
    """Entries and digests can be made anew by anybody; the next MAC must not be over them."""
    await five_decisions(desk)

    def forge(session: Session) -> None:
        _change_entry(session)
        digest = checked(session, KEYS, desk.seed.site_id).head.digest
        session.execute(update(LogHead).values(digest=digest))

    await desk.db.write(forge)
    await desk.decide("approve", await desk.comments(1))

    words = "Nothing vouches for entries 1 to 6: they were changed, or their key is lost."
    assert words in (await check(desk)).faults


async def test_the_key_can_be_changed(desk: Desk) -> None:
    """What follows vouches for what was made with the old key, when that is gone."""
    await five_decisions(desk)
    new = "a new secret for tests only, long enough"
    both = Keyring(new, "a secret for tests only, long enough")
    assert (await check(desk, both)).faults == []

    assert (await check(desk, Keyring(new))).faults == ["Entry 1 was changed, or its MAC was."]

    assert await seal_logs(desk.db, both, desk.clock.now()) == 1
    assert await seal_logs(desk.db, both, desk.clock.now()) == 0

    assert (await check(desk, Keyring(new))).faults == []
    await desk.db.write(_change_entry)
    assert (await check(desk, Keyring(new))).faults != []


async def test_writers_at_once_hold_the_chain(desk: Desk, db: Database) -> None:
    # All wait for one head and one moderator's row: more writers on a slow machine, and the last waits
    # longer than the five seconds after which a write is refused.
    threads = [desk.seed.thread() for _ in range(4)]
    ids = [[desk.seed.comment(thread, desk.jonas) for _ in range(10)] for thread in threads]
    await db.write(desk.seed.store)

    async def work(mine: list[UUID]) -> None:
        for comment_id in mine:
            order = DecisionOrder(desk.mia, "approve", [CommentChoice(comment_id)])
            await db.write(decide, order, KEYS, at=desk.clock.now())

    async with anyio.create_task_group() as all_at_once:
        for mine in ids:
            all_at_once.start_soon(work, mine)

    found = await check(desk)
    assert (found.faults, found.head.number) == ([], 41)


ONE_OF_TWO = """
import asyncio, sys
from datetime import UTC, datetime
from uuid import UUID
from comments.identity.accounts.queries import Moderator
from comments.keys import Keyring
from comments.moderation.decisions.decide import decide
from comments.moderation.decisions.requests import CommentChoice, DecisionOrder
from comments.storage import open_database

async def work(url, account, site, *ids):
    mia = Moderator(UUID(account), UUID(site), "Mia", "moderator")
    keys = Keyring("a secret for tests only, long enough")
    db = await open_database(url)
    for one in ids:
        order = DecisionOrder(mia, "spam", [CommentChoice(UUID(one))])
        await db.write(decide, order, keys, at=datetime.now(UTC))
    await db.close()

asyncio.run(work(*sys.argv[1:]))
"""


async def test_two_processes_hold_the_chain(desk: Desk, database_url: str) -> None:
    ids = [str(comment_id) for comment_id in await desk.comments(40)]
    who = (database_url, str(desk.mia.account_id), str(desk.seed.site_id))

    async with anyio.create_task_group() as both:
        for mine in (ids[::2], ids[1::2]):
            both.start_soon(anyio.run_process, [sys.executable, "-c", ONE_OF_TWO, *who, *mine])

    found = await check(desk)
    assert (found.faults, found.head.number) == ([], 41)
