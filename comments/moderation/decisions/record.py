"""Writing decisions down: a row for each, and an entry of the log, as the last thing that an order does."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from comments.keys import Keyring
from comments.moderation.audit.log import add_to_log, decision_entry
from comments.moderation.decisions.replaced import ReplacedText
from comments.moderation.decisions.requests import DecisionOrder
from comments.moderation.decisions.transitions import Transition
from comments.moderation.models import Decision


def record(
    session: Session,
    order: DecisionOrder,
    keys: Keyring,
    steps: Sequence[Transition],
    replaced: Mapping[UUID, ReplacedText],
    at: datetime,
) -> None:
    """Note what an order did, and in `replaced`, by comment, what was there before."""
    decisions = [
        {
            "id": step.decision_id,
            "site_id": order.moderator.site_id,
            "comment_id": step.subject.id,
            "account_id": order.moderator.account_id,
            "moderator_name": order.moderator.name,
            "decision": order.choice,
            "before": step.subject.state,
            "after": step.after,
            "reason": order.reason,
            "replaced": replaced[step.subject.id].encode(),
            "at": at,
        }
        for step in steps
    ]
    session.execute(insert(Decision), decisions)
    entries = [
        decision_entry(decision, step.subject.author_name)
        for decision, step in zip(decisions, steps, strict=True)
    ]
    add_to_log(session, keys, order.moderator.site_id, entries, at=at)
