"""What a moderator asks for and what comes of it; how one comment's next state is found. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args
from uuid import UUID

from comments.identity.accounts.queries import Moderator
from comments.identity.accounts.sections import Sections
from comments.text import Rendered

Choice = Literal[
    "approve",
    "approve_trust",
    "hold",
    "spam",
    "remove",
    "restore",
    "keep",
    "feature",
    "unfeature",
    "edit",
    "reject_edit",
    "note",
    "message",
]
CHOICES: tuple[Choice, ...] = get_args(Choice)
"""What a moderator can decide."""

Deed = (
    Choice
    | Literal["reported", "reply", "check_approve", "check_hold", "check_spam", "rules_spam", "rules_approve"]
    | Literal["withdraw_note", "withdraw_message"]
)
"""What the log can say was done.

`reported` is by the readers, whose reports put a comment back to waiting. A `reply` is what a moderator
wrote: it stands as if it had been `removed` before, so that taking it back removes it. `withdraw_…` takes
back what was said (`saying`). Of the others,
`check_…` is what an outside check's answer did, `rules_…` what the rules made of what waited (`rechecking`).
"""

STATE_AFTER: dict[Deed, str] = {
    "reported": "pending",
    "rules_spam": "spam",
    "rules_approve": "approved",
    "approve": "approved",
    "approve_trust": "approved",
    "hold": "pending",
    "spam": "spam",
    "remove": "removed",
    "check_approve": "approved",
    "check_spam": "spam",
}
"""The choices that change a comment's state; the others leave it as it is."""

WITHDRAWALS: Mapping[str, Deed] = {"note": "withdraw_note", "message": "withdraw_message"}
"""What takes back what only says something."""

QUIET = frozenset({*WITHDRAWALS, *WITHDRAWALS.values()})
"""What changes nothing about the comment: taking back what was decided about it passes over these."""

FINAL = frozenset({"restore", *WITHDRAWALS.values()})
"""What takes something back, and offers no undoing of its own."""

BY_PROGRAMS = frozenset({"check_approve", "check_hold", "check_spam", "rules_spam", "rules_approve"})
"""What no moderator has decided: nobody is known or trusted for it."""

BY_SETTINGS = BY_PROGRAMS | {"reported"}
"""What the site's settings have decided, so that it matters which they were."""

OUTCOMES = {"approve": "kept", "approve_trust": "kept", "keep": "kept", "spam": "upheld", "remove": "upheld"}
"""What a choice says of the reports that are open."""

MOST_AT_ONCE = 500
LONGEST_REASON = 500
"""In code points."""


@dataclass(frozen=True, slots=True)
class NewText:
    """A text that a moderator wrote, and what it looks like."""

    source: str
    rendered: Rendered


@dataclass(frozen=True, slots=True)
class CommentChoice:
    """One comment of an order. With `expected_version` it is decided only if nobody has changed it since.

    `undoes` names the decision that is to be taken back: another one on top of it is a conflict.
    """

    comment_id: UUID
    expected_version: int | None = None
    undoes: UUID | None = None


@dataclass(frozen=True, slots=True)
class ReportersActor:
    """Those who reported a comment, as who decides: no account, and a name for the log."""

    site_id: UUID
    account_id: None = None
    name: str = "Readers’ reports"
    sections: Sections = None


@dataclass(frozen=True, slots=True)
class AutomaticActor:
    """What decides in nobody's name: the rules, or an outside check. No account, and a name for the log."""

    site_id: UUID
    name: str
    account_id: None = None
    sections: Sections = None


Asker = Moderator | ReportersActor | AutomaticActor
"""Who can decide."""


@dataclass(frozen=True, slots=True)
class DecisionOrder:
    """What a moderator wants of comments of their site, with a reason for the log.

    `text` is what an `edit` puts in place of the text of the one comment it is about; `reason` is what a
    `note` says.
    """

    moderator: Asker
    choice: Deed
    wanted: Sequence[CommentChoice]
    reason: str = ""
    text: NewText | None = None


@dataclass(frozen=True, slots=True)
class DecidedComment:
    """A comment as it is after the decision."""

    comment_id: UUID
    version: int
    state: str


@dataclass(frozen=True, slots=True)
class DecisionConflict:
    """A comment that somebody changed first: who, to what state and when.

    `by` and `at` are None for a `restore` where no decision is left to take back. `by_author` tells an
    author's edit or deletion from another moderator's decision; `taken_back`, that they were first to take
    back this note or message.
    """

    comment_id: UUID
    by: str | None
    state: str
    at: datetime | None
    by_author: bool = False
    taken_back: bool = False

    def as_fact(self) -> dict[str, Any]:
        at = self.at.isoformat() if self.at else None
        return {"id": str(self.comment_id), "by": self.by, "state": self.state, "at": at}


@dataclass(frozen=True, slots=True)
class OrderOutcome:
    """`at` is the same for every decision of one order, and of no other order of that moderator and site.

    `withdrew` is how a note or a message was taken back, where that was done.
    """

    decided: Sequence[DecidedComment]
    conflicts: Sequence[DecisionConflict]
    missing: Sequence[UUID]
    at: datetime
    withdrew: Deed | None = None


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
    reason: str = ""


def last_standing(history: Sequence[PastDecision]) -> PastDecision | None:
    """Return the last decision that no `restore` has taken back; `history` is oldest first.

    Each `restore` takes back the last one that stood when it was made, so undoing goes on backwards.
    """
    taken_back = 0
    for past in reversed(history):
        if past.choice in QUIET:
            continue
        if past.choice == "restore":
            taken_back += 1
        elif taken_back:
            taken_back -= 1
        else:
            return past
    return None


def edited_by(history: Sequence[PastDecision]) -> str | None:
    """Return the moderator whose edit of the text still stands; `history` is oldest first."""
    standing: list[PastDecision] = []
    for past in history:
        if past.choice == "restore":
            del standing[-1:]
        elif past.choice not in QUIET:
            standing.append(past)
    return next((past.by for past in reversed(standing) if past.choice == "edit"), None)


def is_public(state: str) -> bool:
    return state == "approved"
