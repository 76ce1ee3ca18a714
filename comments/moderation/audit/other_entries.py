"""What the log says was done with whole discussions, and who was banned, between two decisions of it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, ScalarSelect, func, select
from sqlalchemy.orm import Session, aliased

from comments.identity.accounts.queries import Moderator
from comments.identity.models import Account
from comments.moderation.audit.log import in_words
from comments.moderation.audit.thread_entries import BY_PROGRAM, can_part
from comments.moderation.models import LogLink
from comments.policy.models import Ban
from comments.threads.models import Comment, Thread
from comments.threads.queries.find_threads import THREAD
from comments.threads.scope import threads_within

MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class ThreadEntry:
    """One entry: `facts` as they were logged, and the discussion as it is now; "" if it is gone.

    `stands` is false where it was taken back, or something else was decided about the same since.
    """

    at: datetime
    by: str
    facts: dict[str, Any]
    thread_id: UUID
    thread_url: str = ""
    thread_title: str | None = None
    stands: bool = False

    @property
    def number(self) -> int:
        return int(self.facts["number"])

    @property
    def place(self) -> str:
        """Return how the discussion is called now."""
        return self.thread_title or self.thread_url


@dataclass(frozen=True, slots=True)
class BanEntry:
    """One entry about a ban: whom it meant and why, "" where that is erased or was never logged.

    `stands` says of a lifting that it can be taken back.
    """

    at: datetime
    by: str
    facts: dict[str, Any]
    label: str
    reason: str
    stands: bool = False

    @property
    def number(self) -> int:
        return int(self.facts["number"])


def other_entries(
    session: Session, moderator: Moderator, *, newer: UUID | None, older: UUID | None
) -> Sequence[ThreadEntry | BanEntry]:
    """Return what was done between two decisions, bans after the rest; None is an end of the log.

    Bans are for the whole site, and shown to nobody who moderates a part of it.
    """
    between = select(LogLink.entry, LogLink.personal).where(
        LogLink.site_id == moderator.site_id, LogLink.decision_id.is_(None), LogLink.number > 0
    )
    if newer is not None:
        # Nothing where that was decided before there was a log.
        between = between.where(LogLink.number < _number_of(moderator.site_id, newer))
    if older is not None:
        between = between.where(LogLink.number > func.coalesce(_number_of(moderator.site_id, older), 0))
    links = session.execute(between.order_by(LogLink.number.desc()).limit(MOST_SHOWN))
    found = [(json.loads(entry), json.loads(personal or "{}")) for entry, personal in links]
    entries = [facts for facts, _ in found if facts["kind"] == "thread"]
    banned = [one for one in found if one[0]["kind"] == "ban" and moderator.sections is None]
    people = _people(session, [*entries, *(facts for facts, _ in banned)])
    lifted = _lifted(session, moderator.site_id, [facts for facts, _ in banned if facts["choice"] == "lift"])
    bans = [
        BanEntry(
            *_when_and_who(facts, people),
            facts,
            _kept(personal, "author"),
            _kept(personal, "reason"),
            (facts["ban"], facts["at"]) in lifted,
        )
        for facts, personal in banned
    ]
    return [*_of_threads(session, moderator, entries, people), *bans]


def _lifted(session: Session, site_id: UUID, entries: Sequence[dict[str, Any]]) -> set[tuple[str, str]]:
    """Return of which bans it is kept that they were lifted then, and nothing has become of them since."""
    if not entries:
        return set()
    ids = {UUID(facts["ban"]) for facts in entries}
    rows = session.execute(select(Ban.id, Ban.until).where(Ban.site_id == site_id, Ban.id.in_(ids)))
    return {(str(row.id), in_words(row.until)) for row in rows if row.until is not None}


def _number_of(site_id: UUID, decision_id: UUID) -> ScalarSelect[int]:
    entry = aliased(LogLink)
    mine = (entry.site_id == site_id) & (entry.decision_id == decision_id)
    return select(entry.number).where(mine).scalar_subquery()


def _of_threads(
    session: Session, moderator: Moderator, entries: Sequence[dict[str, Any]], people: dict[UUID, str]
) -> Sequence[ThreadEntry]:
    now = _threads(session, moderator, {_thread_of(facts) for facts in entries}) if entries else {}
    standing = _standing(session, moderator.site_id, entries, now)
    return [
        ThreadEntry(
            *_when_and_who(facts, people),
            facts,
            _thread_of(facts),
            thread.url if thread else "",
            thread.title if thread else None,
            facts["number"] in standing,
        )
        for facts in entries
        for thread in [now.get(_thread_of(facts))]
        # Of what is gone nobody can tell in which section it was.
        if thread or moderator.sections is None
    ]


def _standing(
    session: Session, site_id: UUID, entries: Sequence[dict[str, Any]], now: Mapping[UUID, Row[Any]]
) -> set[int]:
    """Return the numbers of what can be taken back, of entries that come the newest first.

    What was decided otherwise after all of these is told apart by how things are now.
    """
    moved = [UUID(facts["comment"]) for facts in entries if facts["choice"] == "move" and "comment" in facts]
    places = _places(session, site_id, moved) if moved else {}
    merges = [facts for facts in entries if facts["choice"] == "merge" and "undoes" not in facts]
    parted = can_part(session, merges) if merges else set()
    later: set[tuple[str, str]] = set()
    standing = set()
    for facts in entries:
        if facts["choice"] == "set":
            thread = now.get(UUID(facts["thread"]))
            decided = {(facts["thread"], name) for name in facts["after"]}
            holds = thread is not None and all(
                getattr(thread, name) == value for name, value in facts["after"].items()
            )
        elif facts["choice"] == "move":
            decided = {("comment", facts["comment"])}
            holds = places.get(facts["comment"]) == (facts["into"], facts["after"])
        else:
            decided, holds = set(), facts["number"] in parted
        if holds and "undoes" not in facts and not decided & later:
            standing.add(facts["number"])
        later |= decided
    return standing


def _places(session: Session, site_id: UUID, ids: Sequence[UUID]) -> dict[str, tuple[str, str | None]]:
    """Return thread and parent of comments, all as entries name them."""
    columns: tuple[Any, ...] = (Comment.id, Comment.thread_id, Comment.parent_id)
    rows = session.execute(select(*columns).where(Comment.site_id == site_id, Comment.id.in_(ids)))
    return {str(row.id): (str(row.thread_id), str(row.parent_id) if row.parent_id else None) for row in rows}


def _people(session: Session, entries: Sequence[dict[str, Any]]) -> dict[UUID, str]:
    accounts = {UUID(facts["account"]) for facts in entries if facts["account"]}
    if not accounts:
        return {}
    return dict(session.execute(select(Account.id, Account.name).where(Account.id.in_(accounts))).all())


def _when_and_who(facts: dict[str, Any], people: dict[UUID, str]) -> tuple[datetime, str]:
    account = facts["account"]
    by = people.get(UUID(account), "") if account else BY_PROGRAM
    return datetime.fromisoformat(facts["at"]), by


def _kept(personal: dict[str, list[str | None]], name: str) -> str:
    return personal[name][1] or "" if name in personal else ""


def _thread_of(facts: dict[str, Any]) -> UUID:
    """Return the discussion that an entry is about: where things were brought, if they were."""
    return UUID(facts.get("into", facts["thread"]))


def _threads(session: Session, moderator: Moderator, ids: set[UUID]) -> dict[UUID, Row[Any]]:
    mine = (Thread.site_id == moderator.site_id) & Thread.id.in_(ids) & threads_within(moderator.sections)
    return {row.id: row for row in session.execute(select(*THREAD).where(mine))}
