"""What the log says was done with whole discussions, and who was banned, between two decisions of it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from comments.identity.models import Account
from comments.identity.queries import Moderator
from comments.moderation.models import LogLink
from comments.threads.models import Thread
from comments.threads.scope import threads_within

MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class ThreadEntry:
    """One entry: `facts` as they were logged, and the discussion as it is now; "" if it is gone."""

    at: datetime
    by: str
    facts: dict[str, Any]
    thread_id: UUID
    thread_url: str = ""
    thread_title: str | None = None

    @property
    def place(self) -> str:
        """Return how the discussion is called now."""
        return self.thread_title or self.thread_url


@dataclass(frozen=True, slots=True)
class BanEntry:
    """One entry about a ban: whom it meant and why, "" where that is erased or was never logged."""

    at: datetime
    by: str
    facts: dict[str, Any]
    label: str
    reason: str


def other_entries(
    session: Session, moderator: Moderator, *, newer: UUID | None, older: UUID | None
) -> Sequence[ThreadEntry | BanEntry]:
    """Return what was done between two decisions, bans after the rest; None is an end of the log.

    Bans are for the whole site, and shown to nobody who moderates a part of it.
    """
    between = select(LogLink.entry, LogLink.personal).where(
        LogLink.site_id == moderator.site_id, LogLink.decision_id.is_(None), LogLink.number > 0
    )
    for decision_id, is_upper in ((newer, True), (older, False)):
        if decision_id is None:
            continue
        number = session.scalar(
            select(LogLink.number).where(
                LogLink.site_id == moderator.site_id, LogLink.decision_id == decision_id
            )
        )
        if number is not None:
            between = between.where(LogLink.number < number if is_upper else LogLink.number > number)
        elif is_upper:
            # It was decided before there was a log.
            return []
    links = session.execute(between.order_by(LogLink.number.desc()).limit(MOST_SHOWN))
    found = [(json.loads(entry), json.loads(personal or "{}")) for entry, personal in links]
    told = [facts for facts, _ in found if facts["kind"] == "thread"]
    banned = [one for one in found if one[0]["kind"] == "ban" and moderator.sections is None]
    people = _people(session, [*told, *(facts for facts, _ in banned)])
    bans = [
        BanEntry(*_when_and_who(facts, people), facts, _kept(personal, "author"), _kept(personal, "reason"))
        for facts, personal in banned
    ]
    return [*_of_threads(session, moderator, told, people), *bans]


def _of_threads(
    session: Session, moderator: Moderator, told: Sequence[dict[str, Any]], people: dict[UUID, str]
) -> Sequence[ThreadEntry]:
    named = _threads(session, moderator, {_thread_of(facts) for facts in told}) if told else {}
    return [
        ThreadEntry(
            *_when_and_who(facts, people),
            facts,
            _thread_of(facts),
            *named.get(_thread_of(facts), ()),
        )
        for facts in told
        # Of what is gone nobody can tell in which section it was.
        if _thread_of(facts) in named or moderator.sections is None
    ]


def _people(session: Session, told: Sequence[dict[str, Any]]) -> dict[UUID, str]:
    accounts = {UUID(facts["account"]) for facts in told if facts["account"]}
    if not accounts:
        return {}
    return dict(session.execute(select(Account.id, Account.name).where(Account.id.in_(accounts))).all())


def _when_and_who(facts: dict[str, Any], people: dict[UUID, str]) -> tuple[datetime, str]:
    account = facts["account"]
    by = people.get(UUID(account), "") if account else "The command line"
    return datetime.fromisoformat(facts["at"]), by


def _kept(personal: dict[str, list[str | None]], name: str) -> str:
    return personal[name][1] or "" if name in personal else ""


def _thread_of(facts: dict[str, Any]) -> UUID:
    """Return the discussion that an entry is about: where things were brought, if they were."""
    return UUID(facts.get("into", facts["thread"]))


def _threads(session: Session, moderator: Moderator, ids: set[UUID]) -> dict[UUID, tuple[str, str | None]]:
    mine = (Thread.site_id == moderator.site_id) & Thread.id.in_(ids) & threads_within(moderator.sections)
    rows = session.execute(select(Thread.id, Thread.title, Thread.url).where(mine))
    return {row.id: (row.url, row.title) for row in rows}
