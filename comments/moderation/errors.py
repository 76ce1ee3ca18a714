"""What can be refused to a moderator, each with its lasting code."""

from collections.abc import Sequence
from typing import Any

from comments import errors
from comments.moderation.orders import Conflict


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


class RunUnknown(errors.NotFound):
    """A decision about all of a search that is somebody else's, or forgotten."""

    code = "run-unknown"
    DETAIL = "There is no such decision of yours here."


class AllHandled(errors.Conflict):
    """Every comment of the order was changed by somebody else first; nothing was decided."""

    code = "already-handled"

    def __init__(self, detail: str, *, conflicts: Sequence[Conflict], **facts: Any) -> None:
        super().__init__(detail, conflicts=[conflict.as_fact() for conflict in conflicts], **facts)
        self.conflicts = tuple(conflicts)


class NoteEmpty(errors.Invalid):
    code = "note-empty"


class FormMalformed(errors.BadRequest):
    """A form of ours that came back with other fields than it left with."""

    code = "form-malformed"
