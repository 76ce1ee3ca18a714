"""What the log says was done with whole discussions, between two decisions of it."""

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
    """One entry: `facts` as they were logged, and how the discussion is called now; "" if it is gone."""

    at: datetime
    by: str
    facts: dict[str, Any]
    place: str
    thread_id: UUID


def thread_entries(
    session: Session, moderator: Moderator, *, newer: UUID | None, older: UUID | None
) -> Sequence[ThreadEntry]:
    """Return what was done between two decisions, the newest first; None is an end of the log."""
    between = select(LogLink.entry).where(
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
    links = session.scalars(between.order_by(LogLink.number.desc()).limit(MOST_SHOWN))
    told = [facts for entry in links if (facts := json.loads(entry))["kind"] == "thread"]
    if not told:
        return []
    named = _threads(session, moderator, {_thread_of(facts) for facts in told})
    accounts = {UUID(facts["account"]) for facts in told if facts["account"]}
    people = dict(session.execute(select(Account.id, Account.name).where(Account.id.in_(accounts))).all())
    return [
        ThreadEntry(
            datetime.fromisoformat(facts["at"]),
            people.get(UUID(facts["account"]), "") if facts["account"] else "The command line",
            facts,
            named.get(_thread_of(facts), ""),
            _thread_of(facts),
        )
        for facts in told
        # Of what is gone nobody can tell in which section it was.
        if _thread_of(facts) in named or moderator.sections is None
    ]


def _thread_of(facts: dict[str, Any]) -> UUID:
    """Return the discussion that an entry is about: where things were brought, if they were."""
    return UUID(facts.get("into", facts["thread"]))


def _threads(session: Session, moderator: Moderator, ids: set[UUID]) -> dict[UUID, str]:
    mine = (Thread.site_id == moderator.site_id) & Thread.id.in_(ids) & threads_within(moderator.sections)
    rows = session.execute(select(Thread.id, Thread.title, Thread.url).where(mine))
    return {row.id: row.title or row.url for row in rows}
