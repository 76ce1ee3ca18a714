"""The public shape of the log, with all that stands in it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from comments.moderation.audit.entries import DecisionEntry
from comments.moderation.audit.other_entries import BanEntry, ThreadEntry
from comments.moderation.schemas import ThreadNamed

_SAID_ELSEWHERE = {"account", "at", "choice", "comment", "kind", "number", "personal", "rules", "site"}


class EntryLogged(msgspec.Struct):
    """One entry. Its `kind` is `decision` (or `imported`), `thread` or `ban`.

    `decision` is what was done: a decision about a comment, `set`, `merge` or `move` with a thread, `ban` or
    `lift`. `author` is whose comment it was, or whom a ban meant, "" where that is erased. What else the
    entry of a thread or a ban says is in `facts`. `thread` is null for bans, and where it is gone. By
    `rules` the site was judged then; null for what is older than the log. What was decided about a discussion
    and stands is taken back by its number in `undo` (`moderation/threads/undo`); so is, for an hour, that a
    ban was lifted (`bans/undo`).
    """

    kind: str
    comment_id: UUID | None
    who: str
    decision: str
    before: str
    after: str
    reason: str
    at: datetime
    author: str
    thread: ThreadNamed | None
    rules: str | None
    facts: dict[str, Any]
    undo: int | None = None


class LogAnswer(msgspec.Struct):
    """Entries, the newest first: `limit` decisions, and besides what was done between them."""

    entries: list[EntryLogged]
    next: str | None


def log_answer(found: Sequence[DecisionEntry | ThreadEntry | BanEntry], following: str | None) -> LogAnswer:
    return LogAnswer([_entry(one) for one in found], following)


def _entry(one: DecisionEntry | ThreadEntry | BanEntry) -> EntryLogged:
    if isinstance(one, DecisionEntry):
        return _decision(one)
    thread, author, reason = None, "", ""
    if isinstance(one, BanEntry):
        author, reason = one.label, one.reason
    elif one.thread_url:
        thread = ThreadNamed(one.thread_id, one.thread_url, one.thread_title)
    about = one.facts.get("comment")
    return EntryLogged(
        kind=one.facts["kind"],
        comment_id=UUID(about) if about else None,
        who=one.by,
        decision=one.facts["choice"],
        before="",
        after="",
        reason=reason,
        at=one.at,
        author=author,
        thread=thread,
        rules=one.facts.get("rules"),
        facts=said(one.facts),
        undo=one.number if one.stands else None,
    )


def said(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an entry says that is not told beside it."""
    return {name: value for name, value in facts.items() if name not in _SAID_ELSEWHERE}


def _decision(one: DecisionEntry) -> EntryLogged:
    entry = one.entry
    return EntryLogged(
        kind=one.kind,
        comment_id=entry.comment_id,
        who=entry.by,
        decision=entry.choice,
        before=entry.before,
        after=entry.after,
        reason=entry.reason,
        at=entry.at,
        author=entry.author_name,
        thread=ThreadNamed(entry.thread_id, entry.thread_url, entry.thread_title),
        rules=one.rules,
        facts={},
    )
