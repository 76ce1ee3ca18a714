"""A page of a site's log, with all that stands in it: decisions, and what was done with threads and bans."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from comments.identity.accounts.queries import Moderator
from comments.moderation.audit.history import LogEntry, LogPosition, log
from comments.moderation.audit.other_entries import BanEntry, ThreadEntry, other_entries
from comments.moderation.models import LogLink


@dataclass(frozen=True, slots=True)
class DecisionEntry:
    """A decision, with the kind of its entry and the rules of then; None if it is older than the log."""

    entry: LogEntry
    kind: str
    rules: str | None

    @property
    def at(self) -> datetime:
        return self.entry.at


def whole_log(
    session: Session, moderator: Moderator, *, after: LogPosition | None, limit: int
) -> tuple[Sequence[DecisionEntry | ThreadEntry | BanEntry], LogPosition | None]:
    """Return so many decisions and what stands between them, newest first, and where the next page begins."""
    entries, end = log(session, moderator.site_id, after=after, limit=limit, sections=moderator.sections)
    marks = marks_of(session, moderator.site_id, [entry.id for entry in entries])
    decided = [DecisionEntry(entry, *marks.get(entry.id, ("decision", None))) for entry in entries]
    newer, older = after[1] if after else None, end[1] if end else None
    found = [*decided, *other_entries(session, moderator, newer=newer, older=older)]
    return sorted(found, key=lambda one: one.at, reverse=True), end


def marks_of(
    session: Session, site_id: UUID, decision_ids: Sequence[UUID]
) -> dict[UUID | None, tuple[str, str | None]]:
    """Return the kind and the rules that the log has with each decision."""
    mine = (LogLink.site_id == site_id) & LogLink.decision_id.in_(decision_ids)
    rows = session.execute(select(LogLink.decision_id, LogLink.entry).where(mine))
    entries = {decision_id: json.loads(entry) for decision_id, entry in rows}
    return {of: (entry["kind"], entry.get("rules")) for of, entry in entries.items()}
