"""Deciding about rows of a queue that stand for many: a flood goes with one order, and comes back too."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from comments.keys import Keyring
from comments.moderation.decisions.decide import decide
from comments.moderation.decisions.requests import (
    MOST_AT_ONCE,
    CommentChoice,
    DecisionOrder,
    Deed,
    OrderOutcome,
)
from comments.moderation.queue.duplicate_groups import RowVersion, others_of

FOR_ALL: frozenset[Deed] = frozenset({"approve", "hold", "spam", "remove"})
"""What is decided about a whole row; the rest is about the comment that stands for it."""


def decide_rows(
    session: Session, order: DecisionOrder, shown: Mapping[UUID, RowVersion], keys: Keyring, *, at: datetime
) -> OrderOutcome:
    """Decide about comments, and about what the rows among them stand for, up to 500 in all.

    `shown` is what a row was when it was decided about. Raises as `decide` does.
    """
    room = MOST_AT_ONCE - len(order.wanted)
    if order.choice in FOR_ALL and shown and room > 0:
        moderator = order.moderator
        others = others_of(session, moderator.site_id, moderator.sections, shown, room)
        named = {one.comment_id for one in order.wanted}
        more = [CommentChoice(one, expected_version=version) for one, version in others if one not in named]
        order = replace(order, wanted=[*order.wanted, *more])
    return decide(session, order, keys, at=at)
