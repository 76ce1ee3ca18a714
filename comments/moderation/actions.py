"""Deciding about comments: one action for one or five hundred of them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from comments.identity.queries import Moderator
from comments.ids import new_id
from comments.keys import Keyring
from comments.moderation import replacing, trust
from comments.moderation.errors import AllHandled, DecisionsMissing, TooManyDecisions
from comments.moderation.log import add_to_log, decision_entry
from comments.moderation.models import Decision
from comments.moderation.orders import (
    MOST_AT_ONCE,
    STATE_AFTER,
    Conflict,
    Decided,
    Order,
    Outcome,
    PastDecision,
    Wanted,
    last_standing,
)
from comments.moderation.queries.history import decisions_of_order
from comments.moderation.replacing import Replaced
from comments.moderation.steps import Step, Subject, lock_subjects
from comments.storage import WITHOUT_SYNC
from comments.threads.counters import PublicChange, publish_changed
from comments.threads.models import Comment


def decide(session: Session, order: Order, keys: Keyring, *, at: datetime) -> Outcome:
    """Decide about every comment of the order that nobody else has changed first.

    A decision is about the newest text: an edit that waits becomes the comment's text, and what it replaced
    is kept in the log. `restore` goes back to the state before the last decision that still stands.
    Raises DecisionsMissing, TooManyDecisions, and AllHandled if all comments are conflicts.
    """
    wanted = {one.comment_id: one for one in order.wanted}
    if not wanted:
        raise DecisionsMissing("Name at least one comment.", errors={"comment_ids": "is empty"})
    if len(order.wanted) > MOST_AT_ONCE:
        detail = f"At most {MOST_AT_ONCE} comments at once."
        raise TooManyDecisions(detail, errors={"comment_ids": detail})
    subjects = lock_subjects(session, order.moderator.site_id, list(wanted), order.moderator.sections)
    steps, conflicts = _plan(order, wanted, subjects)
    if len(conflicts) == len(wanted):
        raise AllHandled(_handled(conflicts), conflicts=conflicts)
    at = _after_all_others(at, subjects.values())
    if steps:
        _carry_out(session, order, keys, steps, at)
    decided = [Decided(step.subject.id, step.subject.version + 1, step.after) for step in steps]
    missing = [comment_id for comment_id in wanted if comment_id not in subjects]
    return Outcome(decided, conflicts, missing, at)


def undo(
    session: Session,
    moderator: Moderator,
    keys: Keyring,
    *,
    made_by: UUID,
    made_at: datetime,
    at: datetime,
) -> Outcome:
    """Take back what the account `made_by` decided with one order, at `made_at` (`Outcome.at`).

    Comments about which somebody has decided since are conflicts. Raises as `decide` does.
    """
    made = decisions_of_order(session, moderator.site_id, made_by, made_at)
    wanted = [Wanted(comment_id, undoes=decision_id) for decision_id, comment_id in made]
    return decide(session, Order(moderator, "restore", wanted), keys, at=at)


def _plan(
    order: Order, wanted: Mapping[UUID, Wanted], subjects: Mapping[UUID, Subject]
) -> tuple[list[Step], list[Conflict]]:
    steps, conflicts = [], []
    for comment_id, one in wanted.items():
        subject = subjects.get(comment_id)
        if subject is None:
            continue
        standing = last_standing(subject.history)
        if _is_stale(one, subject, standing):
            conflicts.append(_conflict(subject))
        elif order.choice != "restore":
            steps.append(Step(subject, STATE_AFTER[order.choice]))
        elif standing is None:
            conflicts.append(Conflict(subject.id, None, subject.state, None))
        else:
            steps.append(Step(subject, standing.before, standing))
    return steps, conflicts


def _is_stale(one: Wanted, subject: Subject, standing: PastDecision | None) -> bool:
    """Say whether somebody was first. What its author has deleted stays deleted, whatever is decided."""
    if subject.state == "deleted":
        return True
    if one.undoes is not None and (standing is None or standing.id != one.undoes):
        return True
    return one.expected_version is not None and one.expected_version != subject.version


def _conflict(subject: Subject) -> Conflict:
    """Name whoever touched the comment last: its author by an edit or a deletion, or a moderator."""
    by_author = max(filter(None, (subject.edited_at, subject.edit_at, subject.deleted_at)), default=None)
    last = subject.history[-1] if subject.history else None
    if last and subject.state != "deleted" and (by_author is None or last.at >= by_author):
        return Conflict(subject.id, last.by, subject.state, last.at)
    return Conflict(subject.id, subject.author_name, subject.state, by_author, by_author=True)


def _after_all_others(at: datetime, subjects: Iterable[Subject]) -> datetime:
    """Return `at`, or a moment after the last decision: times are taken before the write's turn comes."""
    last = max((subject.history[-1].at for subject in subjects if subject.history), default=None)
    return max(at, last + timedelta(microseconds=1)) if last else at


def _carry_out(session: Session, order: Order, keys: Keyring, steps: Sequence[Step], at: datetime) -> None:
    replaced = _exchange_texts(session, order.moderator.site_id, steps, at)
    _write_states(session, steps)
    publish_changed(
        session,
        [
            PublicChange(one.id, one.thread_id, one.place, step.public_delta)
            for step in steps
            if step.is_seen
            for one in [step.subject]
        ],
        at,
    )
    trust.keep_titles(session, steps, replaced)
    trust.keep_trust(session, steps, replaced)
    _log(session, order, keys, steps, replaced, at)


def _exchange_texts(
    session: Session, site_id: UUID, steps: Sequence[Step], at: datetime
) -> dict[UUID, Replaced]:
    """Write the texts that change with the states; return what they replaced, by comment."""
    edits = replacing.waiting_edits(session, [step.subject.id for step in steps if step.takes_edit])
    replacing.take_edits(session, {comment_id: edit for comment_id, (_, edit) in edits.items()})
    back = {step.subject.id: text for step in steps if (text := step.brings_back.text) is not None}
    replacing.give_back_edits(session, site_id, back, at)
    replaced = {step.subject.id: replacing.NOTHING for step in steps}
    for comment_id, (text, _) in edits.items():
        replaced[comment_id] = Replaced(text=text)
    return replaced


def _write_states(session: Session, steps: Sequence[Step]) -> None:
    alike: dict[tuple[str, str], list[UUID]] = defaultdict(list)
    for step in steps:
        alike[step.after, step.queue_after].append(step.subject.id)
    for (state, queue), ids in alike.items():
        session.execute(
            update(Comment)
            .where(Comment.id.in_(ids))
            .values(state=state, queue=queue, version=Comment.version + 1),
            execution_options=WITHOUT_SYNC,
        )


def _log(
    session: Session,
    order: Order,
    keys: Keyring,
    steps: Sequence[Step],
    replaced: Mapping[UUID, Replaced],
    at: datetime,
) -> None:
    decisions = [
        {
            "id": new_id(at),
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


def _handled(conflicts: Sequence[Conflict]) -> str:
    first = conflicts[0]
    if len(conflicts) > 1:
        return f"Somebody else already handled these {len(conflicts)} comments."
    if first.by is None:
        return "There is no decision to take back."
    return f"{first.by} already handled this: {first.state}."
