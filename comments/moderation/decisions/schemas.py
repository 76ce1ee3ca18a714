"""The shapes of what moderators follow and take back on the wire, and of deciding about all of a search."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from comments.moderation.audit.changes_since import Changes, PastOrder
from comments.moderation.decisions.requests import OrderOutcome
from comments.moderation.schemas import DecisionsAnswer, Reason, State, decisions_answer


class ChangesQuery(msgspec.Struct):
    """`since` is the `next` of the answer before; without it nothing is listed."""

    since: Annotated[int, Meta(ge=0, lt=2**31)] | None = None


class ChangeShown(msgspec.Struct):
    """A decision: `after` is the state it led to, `state` and `version` are the comment's now.

    `mine` tells one's own decisions, made here or in another window.
    """

    comment_id: UUID
    by: str
    mine: bool
    decision: str
    after: str
    at: datetime
    state: str
    version: int


class ChangesAnswer(msgspec.Struct):
    """`reset`: the log is another one (a backup was brought back), so load the list again."""

    changes: list[ChangeShown]
    next: int
    reset: bool


class MineQuery(msgspec.Struct):
    limit: Annotated[int, Meta(ge=1, le=20)] = 10


class OrderShown(msgspec.Struct):
    """One order. `standing` of its `count` decisions can be taken back: the last about their comment, notes,
    and messages that were not sent yet.

    `at` names the order to `moderation/undo`.
    """

    at: datetime
    decision: str
    count: int
    standing: int
    comment_ids: list[UUID]


class MineAnswer(msgspec.Struct):
    """One's own orders, the newest first."""

    orders: list[OrderShown]


class UndoBody(msgspec.Struct, forbid_unknown_fields=True):
    """Which of one's own orders, by its time as `moderation/mine` or `moderation/decisions` gave it."""

    at: datetime


class SelectionBody(msgspec.Struct, forbid_unknown_fields=True):
    """One decision about all comments of a queue that a search finds, as far as they were there at `until`.

    `state`, `q`, `author` and `page` are those of `moderation/comments`.
    """

    decision: Literal["approve", "hold", "spam", "remove", "keep"]
    until: datetime
    state: State = "pending"
    q: Annotated[str, Meta(max_length=500)] = ""
    author: Annotated[str, Meta(max_length=200)] = ""
    page: Annotated[str, Meta(max_length=2_000)] = ""
    cursor: Annotated[str, Meta(max_length=1_000)] | None = None
    reason: Reason = ""


class SelectionAnswer(msgspec.Struct):
    """What was decided. While `next` is not null there may be more: ask again, with it as `cursor`.

    Each answer is an order of its own, which `moderation/undo` takes back.
    """

    outcome: DecisionsAnswer
    next: str | None


def changes_answer(found: Changes, account_id: UUID) -> ChangesAnswer:
    shown = [
        ChangeShown(
            comment_id=row.comment_id,
            by=row.moderator_name,
            mine=row.account_id == account_id,
            decision=row.decision,
            after=row.after,
            at=row.at,
            state=row.state,
            version=row.version,
        )
        for row in found.rows
    ]
    return ChangesAnswer(shown, found.next, found.reset)


def mine_answer(orders: list[PastOrder]) -> MineAnswer:
    return MineAnswer(
        [
            OrderShown(one.at, one.choice, len(one.comment_ids), one.standing, list(one.comment_ids))
            for one in orders
        ]
    )


def selection_answer(outcome: OrderOutcome | None, following: str | None) -> SelectionAnswer:
    if outcome is None:
        return SelectionAnswer(DecisionsAnswer([], [], [], None), following)
    return SelectionAnswer(decisions_answer(outcome), following)
