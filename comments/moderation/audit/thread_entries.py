"""What the log has about whole discussions and bans, by its numbers: one entry, and what came of it since."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from comments.identity.models import Account
from comments.moderation.models import LogLink
from comments.moderation.threads.merge_models import Merge

BY_PROGRAM = "The command line"


def thread_decision(session: Session, site_id: UUID, number: int) -> dict[str, Any] | None:
    """Return an entry about a discussion as it was logged; None where that number is of something else."""
    return _entry(session, site_id, number, "thread")


def ban_decision(session: Session, site_id: UUID, number: int) -> dict[str, Any] | None:
    """Return an entry about a ban, in the same way."""
    return _entry(session, site_id, number, "ban")


def _entry(session: Session, site_id: UUID, number: int, kind: str) -> dict[str, Any] | None:
    mine = (LogLink.site_id == site_id) & (LogLink.number == number) & LogLink.decision_id.is_(None)
    entry = session.scalar(select(LogLink.entry).where(mine))
    facts: dict[str, Any] = json.loads(entry) if entry is not None else {}
    return facts if facts.get("kind") == kind else None


def decided_since(session: Session, site_id: UUID, number: int, about: UUID) -> Iterator[dict[str, Any]]:
    """Yield the later entries that name this discussion, the oldest first."""
    later = (LogLink.site_id == site_id) & (LogLink.number > number) & LogLink.decision_id.is_(None)
    named = str(about).encode()
    for entry in session.scalars(select(LogLink.entry).where(later).order_by(LogLink.number)):
        # Few are about it, and to read one takes longer than to look for a name in it.
        if named in entry:
            facts = json.loads(entry)
            if facts["kind"] == "thread":
                yield facts


def kept_of(session: Session, thread_id: UUID) -> Row[str, datetime] | None:
    """Return what is kept of a merge of this discussion into another one, and when it was made."""
    kept = select(Merge.apart, Merge.made_at).where(Merge.thread_id == thread_id)
    return session.execute(kept).one_or_none()


def can_part(session: Session, merges: Sequence[Mapping[str, Any]]) -> set[int]:
    """Return the numbers of those entries about merges of which it is still kept what was before."""
    sources = [UUID(facts["thread"]) for facts in merges]
    rows = session.execute(select(Merge.thread_id, Merge.made_at).where(Merge.thread_id.in_(sources)))
    kept = {(str(row.thread_id), row.made_at) for row in rows}
    return {
        facts["number"] for facts in merges if (facts["thread"], datetime.fromisoformat(facts["at"])) in kept
    }


def decided_by(session: Session, account: str | None) -> str:
    """Return who an entry says has decided; "" once the account is gone."""
    if account is None:
        return BY_PROGRAM
    return session.scalar(select(Account.name).where(Account.id == UUID(account))) or ""
