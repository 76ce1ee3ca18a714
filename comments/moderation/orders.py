"""What a moderator asks for and what comes of it; how one comment's next state is found. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from comments.identity.queries import Moderator

Choice = Literal["approve", "hold", "spam", "remove", "restore"]
CHOICES: tuple[Choice, ...] = ("approve", "hold", "spam", "remove", "restore")

STATE_AFTER: dict[Choice, str] = {
    "approve": "approved",
    "hold": "pending",
    "spam": "spam",
    "remove": "removed",
}

MOST_AT_ONCE = 500
LONGEST_REASON = 500
"""In code points."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One comment of an order. With `expected_version` it is decided only if nobody has changed it since.

    `undoes` names the decision that is to be taken back: another one on top of it is a conflict.
    """

    comment_id: UUID
    expected_version: int | None = None
    undoes: UUID | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """What a moderator wants of comments of their site, with a reason for the log."""

    moderator: Moderator
    choice: Choice
    wanted: Sequence[Wanted]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Decided:
    """A comment as it is after the decision."""

    comment_id: UUID
    version: int
    state: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """A comment that somebody changed first: who, to what state and when.

    `by` and `at` are None for a `restore` where no decision is left to take back. `by_author` tells an
    author's edit or deletion from another moderator's decision.
    """

    comment_id: UUID
    by: str | None
    state: str
    at: datetime | None
    by_author: bool = False

    def as_fact(self) -> dict[str, Any]:
        at = self.at.isoformat() if self.at else None
        return {"id": str(self.comment_id), "by": self.by, "state": self.state, "at": at}


@dataclass(frozen=True, slots=True)
class Outcome:
    """`at` is the same for every decision of one order, and of no other order of that moderator and site."""

    decided: Sequence[Decided]
    conflicts: Sequence[Conflict]
    missing: Sequence[UUID]
    at: datetime


@dataclass(frozen=True, slots=True)
class PastDecision:
    """One entry of a comment's log."""

    id: UUID
    comment_id: UUID
    choice: str
    before: str
    by: str
    at: datetime
    replaced: str | None


def last_standing(history: Sequence[PastDecision]) -> PastDecision | None:
    """Return the last decision that no `restore` has taken back; `history` is oldest first.

    Each `restore` takes back the last one that stood when it was made, so undoing goes on backwards.
    """
    taken_back = 0
    for past in reversed(history):
        if past.choice == "restore":
            taken_back += 1
        elif taken_back:
            taken_back -= 1
        else:
            return past
    return None


def is_public(state: str) -> bool:
    return state == "approved"
