"""What can be refused to a moderator, each with its lasting code."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from comments import errors
from comments.moderation.decisions.requests import DecisionConflict


class TooManyDecisions(errors.Invalid):
    code = "too-many-decisions"


class DecisionsMissing(errors.Invalid):
    """An order without a comment, or an undoing of an order that was never made."""

    code = "decisions-missing"


class SearchUnclear(errors.Invalid):
    """A part of a search means nothing, such as a day that there is not."""

    code = "search-unclear"


class AuthorUnreachable(errors.Invalid):
    """A message to an author who gave no address."""

    code = "author-unreachable"


class AuthorUnknown(errors.NotFound):
    """Nobody with this id has written here, or in one's sections."""

    code = "author-unknown"


class SweepUnknown(errors.NotFound):
    """A decision about all of a search that is somebody else's, or forgotten."""

    code = "run-unknown"
    DETAIL = "There is no such decision of yours here."


class AllHandled(errors.Conflict):
    """Every comment of the order was changed by somebody else first; nothing was decided."""

    code = "already-handled"

    def __init__(self, detail: str, *, conflicts: Sequence[DecisionConflict], **facts: Any) -> None:
        super().__init__(detail, conflicts=[conflict.as_fact() for conflict in conflicts], **facts)
        self.conflicts = tuple(conflicts)


class DecisionUnknown(errors.NotFound):
    """A number that the log has nothing under that could be taken back."""

    code = "decision-unknown"


class ChangedSince(errors.Conflict):
    """A decision about a discussion that somebody has decided otherwise about since; it stays as it is.

    `by` is "" and `at` None where the log does not know who. Their page tells it, where there is one: that of
    the discussion `thread_id`.
    """

    code = "changed-since"

    def __init__(self, by: str, at: datetime | None, thread_id: UUID | None) -> None:
        told_at = at.isoformat() if at else None
        super().__init__(f"{by or 'Somebody'} changed this meanwhile.", by=by or None, at=told_at)
        self.by, self.at, self.thread_id = by, at, thread_id


class MessageSent(errors.Conflict):
    """A message that was to be taken back and lies in the outbox no more."""

    code = "message-sent"
    DETAIL = "The message has been sent already, and cannot be taken back any more."


class NoteEmpty(errors.Invalid):
    code = "note-empty"


class FormMalformed(errors.BadRequest):
    """A form of ours that came back with other fields than it left with."""

    code = "form-malformed"


def handled(conflicts: Sequence[DecisionConflict]) -> str:
    """Say in one line that somebody was first with all of these comments."""
    first = conflicts[0]
    if len(conflicts) > 1:
        return f"Somebody else already handled these {len(conflicts)} comments."
    if first.by is None:
        return "There is no decision to take back."
    if first.taken_back:
        return f"{first.by} took this back already."
    return f"{first.by} already handled this: {first.state}."
