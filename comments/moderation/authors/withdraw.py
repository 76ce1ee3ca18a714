"""Taking back what was only said: a note, or a message that lies in the outbox still."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from comments.identity.accounts.queries import Moderator
from comments.ids import new_id
from comments.keys import Keyring
from comments.moderation.authors.message import keep_from_author
from comments.moderation.authors.message_state import SAID_AGAIN_WITHIN, said, withdrawn
from comments.moderation.decisions.order_times import after_all_others, time_of_its_own
from comments.moderation.decisions.record import record
from comments.moderation.decisions.replaced import ReplacedText
from comments.moderation.decisions.requests import (
    WITHDRAWALS,
    DecidedComment,
    DecisionConflict,
    DecisionOrder,
    OrderOutcome,
    PastDecision,
)
from comments.moderation.decisions.transitions import Subject, Transition, lock_subjects
from comments.moderation.errors import AllHandled, handled


def withdraw(
    session: Session,
    moderator: Moderator,
    keys: Keyring,
    choice: str,
    made: Mapping[UUID, UUID],
    *,
    at: datetime,
) -> OrderOutcome:
    """Take back the notes, or the message, that were `made` with one order; by comment, the decisions.

    What the moderator has taken back before stays so, and counts as done. Raises MessageSent, and AllHandled
    if others were first with all of them.
    """
    subjects = lock_subjects(session, moderator.site_id, list(made), moderator.sections)
    before = {key: withdrawn(one.history).get(made[key]) for key, one in subjects.items()}
    mine = [past for past in before.values() if past is not None and past.by == moderator.name]
    conflicts = [
        DecisionConflict(key, past.by, subjects[key].state, past.at, taken_back=True)
        for key, past in before.items()
        if past is not None and past.by != moderator.name
    ]
    if conflicts and len(conflicts) == len(subjects):
        raise AllHandled(handled(conflicts), conflicts=conflicts)
    left = [subjects[key] for key, past in before.items() if past is None]
    how = WITHDRAWALS[choice]
    if left:
        at = time_of_its_own(session, moderator, after_all_others(at, left))
        steps = [Transition(one, how, one.state, new_id(at)) for one in left]
        if choice == "message":
            for one in left:
                keep_from_author(session, moderator.site_id, made[one.id])
        replaced = {one.id: ReplacedText(withdraws=str(made[one.id])) for one in left}
        record(session, DecisionOrder(moderator, how, []), keys, steps, replaced, at)
    elif mine:
        at = mine[0].at
    missing = [key for key in made if key not in subjects]
    others = {conflict.comment_id for conflict in conflicts}
    decided = [_as_it_is(one) for key, one in subjects.items() if key not in others]
    return OrderOutcome(decided, conflicts, missing, at, withdrew=how)


def said_before(order: DecisionOrder, subjects: Iterable[Subject], at: datetime) -> OrderOutcome | None:
    """Return what came of a note or message that a form brings once more, None if it is the first time.

    The same words of the same moderator, about the same comments, within a minute, are said once.
    """
    found = [(one, _said_before(order, one, at)) for one in subjects]
    times = {past.at if past else None for _, past in found}
    first = times.pop() if len(times) == 1 else None
    if first is None:
        return None
    return OrderOutcome([_as_it_is(one) for one, _ in found], [], [], first)


def _said_before(order: DecisionOrder, subject: Subject, at: datetime) -> PastDecision | None:
    words = (order.choice, order.moderator.name, order.reason)
    for past in reversed(said(subject.history)):
        if (past.choice, past.by, past.reason) == words and at - past.at < SAID_AGAIN_WITHIN:
            return past
    return None


def _as_it_is(subject: Subject) -> DecidedComment:
    return DecidedComment(subject.id, subject.version, subject.state)
