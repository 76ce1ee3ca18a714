"""What stands on a moderator's desk: cards to judge, queues with their sizes, what was decided last."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from uuid import UUID

from markupsafe import Markup
from sqlalchemy.orm import Session

from comments.identity.accounts.queries import Moderator
from comments.moderation import messages
from comments.moderation.audit.entries import marks_of
from comments.moderation.audit.history import LogEntry, LogPosition, entries_of_order, log
from comments.moderation.audit.other_entries import BanEntry, ThreadEntry, other_entries
from comments.moderation.authors.message_state import notes
from comments.moderation.decisions.requests import BY_SETTINGS, Choice, PastDecision, edited_by
from comments.moderation.decisions.undoable import undoable
from comments.moderation.queue.comments import JudgedComment
from comments.moderation.queue.safe_text import excerpt, without_links
from comments.moderation.queue.sizes import queue_sizes
from comments.threads.report_reasons import REPORT_REASONS
from comments.threads.views.schemas import safe_html

_CHOICES: tuple[Choice, ...] = ("approve", "spam", "remove", "hold")
_DECIDED_BY = {"approved": "approve", "pending": "hold", "spam": "spam", "removed": "remove"}


Order = tuple[UUID, datetime]
"""How an order is named: by account and time."""


@dataclass(frozen=True, slots=True)
class Card:
    """A comment on the desk. `choices` can be decided; `restores` is the state a restore would bring back."""

    held: JudgedComment
    text: Markup
    published: Markup | None
    place: str
    answered: str
    chips: Sequence[tuple[str, str]]
    reports: Sequence[tuple[str, int]]
    notes: Sequence[PastDecision]
    facts: str
    edited_by: str
    """The moderator whose words it has; empty if its author edited it last, or nobody."""
    choices: Sequence[Choice]
    more: Sequence[Choice]
    restores: str
    name: str
    """How forms name it: with its version, and for a row of many with the time of the newest."""
    times: str
    """How many a row stands for, such as "37"; empty for a comment by itself."""


@dataclass(frozen=True, slots=True)
class QueueSummary:
    """`sizes` by queue, with "all"; `done` is what an order has just decided."""

    sizes: dict[str, int]
    done: Sequence[LogEntry]


@dataclass(frozen=True, slots=True)
class LogRow:
    """What one order decided. `undo` names it for the form that takes it back; empty if nothing stands.

    `rules` are those by which the site was judged then, where they have decided it.
    """

    entries: Sequence[LogEntry]
    undo: str
    rules: str

    @property
    def at(self) -> datetime:
        return self.entries[0].at


def desk(
    session: Session, moderator: Moderator, done: Order | None, sizes: dict[str, int] | None = None
) -> QueueSummary:
    """Return somebody's desk without its cards; `done` names the order that is told.

    The `sizes` of queues are counted unless they are known.
    """
    site_id, sections = moderator.site_id, moderator.sections
    entries = entries_of_order(session, site_id, *done, sections) if done else []
    return QueueSummary(messages.all_sizes(sizes or queue_sizes(session, site_id, sections)), entries)


def log_rows(
    session: Session, moderator: Moderator, after: LogPosition | None, limit: int
) -> tuple[Sequence[LogRow | ThreadEntry | BanEntry], LogPosition | None]:
    """Return a page of the log, the decisions of one order as one row, and what else was done."""
    entries, end = log(session, moderator.site_id, after=after, limit=limit, sections=moderator.sections)
    standing = undoable(session, [entry.comment_id for entry in entries])
    by_rules = [entry.id for entry in entries if entry.choice in BY_SETTINGS]
    marks = marks_of(session, moderator.site_id, by_rules) if by_rules else {}
    rows: list[LogRow | ThreadEntry | BanEntry] = []
    for _, group in groupby(entries, key=lambda entry: (entry.at, entry.account_id, entry.choice)):
        together = list(group)
        stands = any(entry.id in standing for entry in together)
        _, rules = marks.get(together[0].id, ("", None))
        rows.append(LogRow(together, messages.order_name(together[0]) if stands else "", rules or ""))
    newer, older = after[1] if after else None, end[1] if end else None
    rows += other_entries(session, moderator, newer=newer, older=older)
    return sorted(rows, key=lambda row: row.at, reverse=True), end


def card(held: JudgedComment, now: datetime) -> Card:
    """Return a comment as it lies on the desk."""
    row, parent = held.row, held.parent
    return Card(
        held=held,
        text=without_links(safe_html(held.text)),
        published=without_links(safe_html(held.published)) if held.published else None,
        place=row.thread_title or row.thread_url,
        answered=excerpt(parent.html) if parent is not None else "",
        chips=_chips(held),
        reports=[(REPORT_REASONS.get(reason, reason), count) for reason, count in held.reports],
        notes=notes(held.history),
        facts=_facts(held, now),
        edited_by=(edited_by(held.history) or "a moderator") if row.edited_by_moderator else "",
        choices=_choices(held),
        more=_more(held),
        name=_name(held),
        times=messages.size(held.alike.count) if held.alike and held.is_many else "",
        restores=messages.STATE_WORDS.get(held.last.before, "")
        if held.last and row.state != "deleted"
        else "",
    )


def _name(held: JudgedComment) -> str:
    name = f"{held.row.id}:{held.row.version}"
    return f"{name}:{held.alike.newest.isoformat()}" if held.alike and held.is_many else name


def _choices(held: JudgedComment) -> list[Choice]:
    """Return what makes sense: not the state it is in, and nothing for what its author has deleted."""
    state = held.row.state
    if state == "deleted":
        return []
    is_now = _DECIDED_BY[state]
    return [choice for choice in _CHOICES if choice != is_now or (choice == "approve" and held.published)]


def _more(held: JudgedComment) -> list[Choice]:
    """Return what is decided more rarely."""
    row = held.row
    if row.state == "deleted":
        return []
    picked_out: Choice = "unfeature" if row.featured else "feature"
    offered: dict[Choice, bool] = {
        "approve_trust": not held.is_many and row.state != "approved" and row.author_kind == "guest",
        "keep": row.state == "approved" and row.report_count > 0,
        "reject_edit": held.published is not None,
        picked_out: row.state == "approved",
    }
    return [choice for choice, makes_sense in offered.items() if makes_sense]


def bulk_choices(queue: str) -> list[Choice]:
    """Return what can be decided about many of a queue at once; "all" has comments in every state."""
    return [choice for choice in _CHOICES if choice != _DECIDED_BY.get(queue)]


def _chips(held: JudgedComment) -> list[tuple[str, str]]:
    """Return why it waits, the strongest last."""
    chips = [("" if reason == "First comment" else "warn", reason) for reason in held.reasons]
    if held.published:
        chips.append(("warn", "Edited after approval"))
    if held.row.report_count:
        count = held.row.report_count
        chips.append(("bad", "1 report" if count == 1 else f"{messages.number(count)} reports"))
    return chips


def _facts(held: JudgedComment, now: datetime) -> str:
    row = held.row
    if row.author_kind == "moderator":
        return "of the team"
    since = row.author_since
    seen = "first seen today" if since.date() == now.date() else f"since {since:%B %Y}"
    known = "imported" if row.author_kind == "imported" else seen
    return (
        f"{known} · {messages.fared(held.author.counts)}{' · banned' if held.author.is_banned(now) else ''}"
    )
