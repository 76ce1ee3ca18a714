"""The shapes of moderation on the wire: what is asked, and what moderators are told."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from comments.keys import Keyring
from comments.moderation.audit.history import LogEntry
from comments.moderation.authors.message_state import notes
from comments.moderation.decisions.requests import (
    LONGEST_REASON,
    Choice,
    CommentChoice,
    OrderOutcome,
    edited_by,
)
from comments.moderation.queue.comments import JudgedComment
from comments.moderation.queue.safe_text import excerpt
from comments.threads.order.cursors import read_cursor, write_cursor
from comments.threads.views.schemas import safe_html

State = Literal["pending", "reported", "approved", "spam", "silent", "removed", "deleted", "all"]
Limit = Annotated[int, Meta(ge=1, le=100)]
Cursor = Annotated[str, Meta(max_length=1_000)]
AlikeGroup = Annotated[str, Meta(pattern=r"^([0-9a-f]{16}|)$")]
Reason = Annotated[str, Meta(max_length=LONGEST_REASON)]


class QueueQuery(msgspec.Struct):
    """Which comments; `sort=reports` has the most reported first, in the queue `reported` without a search.

    `q` is what moderators type into the search box (docs/how-to/search.md): words of text or
    name, phrases in quotation marks, `author:`, `page:`, `is:`, `reason:`, `before:`, `after:`, and `-`
    before what must not be there; a state it names goes before `state`. What is `silent` was taken silently,
    and is in no other list and in no count. `author` is an author's id or how a
    word of the name begins, `page` a thread's id, a page's URL, its path or its identifier.

    With `grouped` nearly the same texts of what waits and of spam are one comment, the first of them that
    fits; `alike` lists such a group by its name, also those of it that a search would not find."""

    state: State = "pending"
    q: Annotated[str, Meta(max_length=500)] = ""
    author: Annotated[str, Meta(max_length=200)] = ""
    page: Annotated[str, Meta(max_length=2_000)] = ""
    sort: Literal["newest", "oldest", "reports"] = "newest"
    alike: AlikeGroup = ""
    grouped: bool = False
    cursor: Cursor | None = None
    limit: Limit = 25


class LogQuery(msgspec.Struct):
    cursor: Cursor | None = None
    limit: Limit = 25


class AuthorJudged(msgspec.Struct):
    """`approved_count` comments of this author were approved by moderators; `since` they are known here.

    So many of theirs are `approved`, `pending`, `removed` and `spam` now; 1001 is more than 1,000.
    """

    id: UUID
    name: str
    kind: str
    badge: str | None
    website: str | None
    since: datetime
    approved_count: int
    approved: int
    pending: int
    removed: int
    spam: int


class ThreadNamed(msgspec.Struct):
    id: UUID
    url: str
    title: str | None


class Answered(msgspec.Struct):
    """The comment it answers, in any state, with its first words."""

    id: UUID
    name: str
    state: str
    excerpt: str


class ReportsCounted(msgspec.Struct):
    reason: str
    count: int


class LastDecision(msgspec.Struct):
    """The last decision that still stands: `restore` takes it back, to the state `before`."""

    decision: str
    before: str
    by: str
    at: datetime


class NoteShown(msgspec.Struct):
    """What a moderator noted about a comment; readers never see it."""

    by: str
    text: str
    at: datetime


class AlikeCounted(msgspec.Struct):
    """The group that a comment stands for: `count` with itself, 1001 for more than 1,000."""

    group: str
    count: int


class CommentJudged(msgspec.Struct):
    """A comment as moderators see it. `version` rises with every change of it, its author's edits too.

    `html` and `body` (the source) are what an approval makes public. While an edit waits, `published_html` is
    what readers see meanwhile. `edited_by` is the moderator whose edit of
    somebody else's words still stands.
    """

    id: UUID
    state: str
    version: int
    reasons: list[str]
    author: AuthorJudged
    thread: ThreadNamed
    answers: Answered | None
    body: str
    html: str
    published_html: str | None
    reports: list[ReportsCounted]
    created_at: datetime
    edited_at: datetime | None
    featured: bool
    edited_by: str | None
    notes: list[NoteShown]
    last_decision: LastDecision | None
    alike: AlikeCounted | None = None


class QueueAnswer(msgspec.Struct):
    """`next` goes on. `hints` say what may have been meant where `q` could be read in two ways.

    `stopped`: the search stopped for its time, 2 seconds, and `next` goes on with it. `unread`: so much was
    written or imported just now that the search could not see all of it yet.
    """

    comments: list[CommentJudged]
    next: str | None
    hints: list[str] = []
    stopped: bool = False
    unread: bool = False


class DecisionGiven(msgspec.Struct, forbid_unknown_fields=True):
    """One comment, to be decided only if nobody has changed it since that version."""

    id: UUID
    expected_version: int | None = None


class DecisionsBody(msgspec.Struct, forbid_unknown_fields=True):
    """One decision for up to 500 comments, named by `comment_ids` or `decisions`; `reason` is for the log.

    `approve_trust` lets the author's next comments appear by themselves. `keep` settles the reports, and the
    comment stays as it is. `edit` puts `text` in place of the text of one comment, and `reject_edit` drops an
    edit that waits: what was public stays. `note` keeps `reason` for the moderators alone; `message` mails it
    to the author of one comment, if they gave an address, after a minute: until then `moderation/undo` takes
    it back.
    """

    decision: Choice
    comment_ids: list[UUID] = []
    decisions: list[DecisionGiven] = []
    reason: Reason = ""
    text: str | None = None

    def wanted(self) -> list[CommentChoice]:
        plain = [CommentChoice(comment_id) for comment_id in self.comment_ids]
        return plain + [CommentChoice(one.id, one.expected_version) for one in self.decisions]


class ConflictShown(msgspec.Struct):
    """Who was first, with what state. `by` and `at` are null where no decision is left to take back."""

    id: UUID
    by: str | None
    state: str
    at: datetime | None


class DecisionsAnswer(msgspec.Struct):
    """`at` names the order to `moderation/undo`; null if nothing was decided."""

    decided: list[UUID]
    conflicts: list[ConflictShown]
    missing: list[UUID]
    at: datetime | None


class DecisionLogged(msgspec.Struct):
    """One decision about one comment."""

    comment_id: UUID
    who: str
    decision: str
    before: str
    after: str
    reason: str
    at: datetime
    author: str
    thread: ThreadNamed


def comment_judged(held: JudgedComment) -> CommentJudged:
    row = held.row
    return CommentJudged(
        id=row.id,
        state=row.state,
        version=row.version,
        reasons=held.reasons,
        author=AuthorJudged(
            row.author_id,
            row.author_name,
            row.author_kind,
            row.author_badge,
            row.author_website,
            row.author_since,
            row.author_approved,
            **held.author.counts,
        ),
        thread=ThreadNamed(row.thread_id, row.thread_url, row.thread_title),
        answers=_answered(held),
        body=held.text.source,
        html=safe_html(held.text),
        published_html=safe_html(held.published) if held.published else None,
        reports=[ReportsCounted(reason, count) for reason, count in held.reports],
        created_at=row.created_at,
        edited_at=row.edited_at,
        featured=row.featured,
        edited_by=edited_by(held.history) if row.edited_by_moderator else None,
        notes=[NoteShown(past.by, past.reason, past.at) for past in notes(held.history)],
        last_decision=_last_decision(held),
        alike=AlikeCounted(held.alike.name, held.alike.count) if held.is_many and held.alike else None,
    )


def decisions_answer(outcome: OrderOutcome) -> DecisionsAnswer:
    conflicts = [ConflictShown(one.comment_id, one.by, one.state, one.at) for one in outcome.conflicts]
    decided = [one.comment_id for one in outcome.decided]
    return DecisionsAnswer(decided, conflicts, list(outcome.missing), outcome.at if decided else None)


def decision_logged(entry: LogEntry) -> DecisionLogged:
    return DecisionLogged(
        entry.comment_id,
        entry.by,
        entry.choice,
        entry.before,
        entry.after,
        entry.reason,
        entry.at,
        entry.author_name,
        ThreadNamed(entry.thread_id, entry.thread_url, entry.thread_title),
    )


def cursor_at(keys: Keyring, place: str, position: tuple[Any, ...] | None) -> str | None:
    """Return a cursor for a position of a queue or log; `place` names the site and the list."""
    return None if position is None else write_cursor(keys, place, position)


def position_at(keys: Keyring, place: str, cursor: str | None) -> tuple[Any, ...] | None:
    """Return the position in a cursor. Raises CursorRefused."""
    if not cursor:
        return None
    return read_cursor(keys, place, cursor)


def _answered(held: JudgedComment) -> Answered | None:
    parent = held.parent
    if parent is None:
        return None
    return Answered(parent.id, parent.author_name, parent.state, excerpt(parent.html))


def _last_decision(held: JudgedComment) -> LastDecision | None:
    last = held.last
    return LastDecision(last.choice, last.before, last.by, last.at) if last else None
