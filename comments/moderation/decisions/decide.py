"""Deciding about comments: one action for one or five hundred of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from comments.identity.accounts.queries import Moderator
from comments.ids import new_id
from comments.keys import Keyring
from comments.moderation.audit.history import decisions_of_order
from comments.moderation.authors.message import write_to_author
from comments.moderation.authors.withdraw import said_before, withdraw
from comments.moderation.decisions import apply, settle_reports, trust
from comments.moderation.decisions import replaced as decisions_replaced
from comments.moderation.decisions.order_times import after_all_others, time_of_its_own
from comments.moderation.decisions.record import record
from comments.moderation.decisions.replaced import ReplacedText
from comments.moderation.decisions.requests import (
    MOST_AT_ONCE,
    QUIET,
    STATE_AFTER,
    WITHDRAWALS,
    CommentChoice,
    DecidedComment,
    DecisionConflict,
    DecisionOrder,
    OrderOutcome,
    PastDecision,
    last_standing,
)
from comments.moderation.decisions.transitions import Subject, Transition, lock_subjects
from comments.moderation.errors import AllHandled, DecisionsMissing, TooManyDecisions, handled
from comments.moderation.training.actions import ask_to_learn, tell_checks
from comments.sites.queries import has_webhooks
from comments.sites.webhooks import APPROVED, DELETED, EDITED, HELD, REMOVED, SPAM
from comments.threads.counters import PublicChange, publish_changed
from comments.threads.outbox_jobs import tell_webhooks


def decide(session: Session, order: DecisionOrder, keys: Keyring, *, at: datetime) -> OrderOutcome:
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
    _check_words(order)
    subjects = lock_subjects(session, order.moderator.site_id, list(wanted), order.moderator.sections)
    if order.choice in WITHDRAWALS and (before := said_before(order, subjects.values(), at)) is not None:
        return before
    steps, conflicts = _plan(order, wanted, subjects, at)
    if len(conflicts) == len(wanted):
        raise AllHandled(handled(conflicts), conflicts=conflicts)
    at = time_of_its_own(session, order.moderator, after_all_others(at, subjects.values()))
    if steps:
        _carry_out(session, order, keys, steps, at)
    raised = order.choice not in QUIET
    decided = [DecidedComment(step.subject.id, step.subject.version + raised, step.after) for step in steps]
    missing = [comment_id for comment_id in wanted if comment_id not in subjects]
    return OrderOutcome(decided, conflicts, missing, at)


def undo(
    session: Session,
    moderator: Moderator,
    keys: Keyring,
    *,
    made_by: UUID,
    made_at: datetime,
    at: datetime,
) -> OrderOutcome:
    """Take back what the account `made_by` decided with one order, at `made_at` (`OrderOutcome.at`).

    Comments about which somebody has decided since are conflicts. Raises as `decide` and `withdraw` do.
    """
    made = decisions_of_order(session, moderator.site_id, made_by, made_at)
    if made and made[0].decision in WITHDRAWALS:
        words = {row.comment_id: row.id for row in made}
        return withdraw(session, moderator, keys, made[0].decision, words, at=at)
    wanted = [CommentChoice(row.comment_id, undoes=row.id) for row in made]
    return decide(session, DecisionOrder(moderator, "restore", wanted), keys, at=at)


def _plan(
    order: DecisionOrder, wanted: Mapping[UUID, CommentChoice], subjects: Mapping[UUID, Subject], at: datetime
) -> tuple[list[Transition], list[DecisionConflict]]:
    steps, conflicts = [], []
    for comment_id, one in wanted.items():
        subject = subjects.get(comment_id)
        if subject is None:
            continue
        standing = last_standing(subject.history)
        if _is_stale(order, one, subject, standing):
            conflicts.append(_conflict(subject))
        elif order.choice != "restore":
            after = STATE_AFTER.get(order.choice, subject.state)
            steps.append(Transition(subject, order.choice, after, new_id(at)))
        elif standing is None:
            conflicts.append(DecisionConflict(subject.id, None, subject.state, None))
        else:
            steps.append(Transition(subject, "restore", standing.before, new_id(at), standing))
    return steps, conflicts


def _check_words(order: DecisionOrder) -> None:
    """Raise DecisionsMissing for words that say nothing, and for one comment's matter said of several."""
    if order.choice == "edit" and (order.text is None or len(order.wanted) != 1):
        raise DecisionsMissing("An edit has a text, for one comment.", errors={"text": "is missing"})
    if order.choice in QUIET and not order.reason:
        raise DecisionsMissing("A note or a message says something.", errors={"reason": "is empty"})
    if order.choice == "message" and len(order.wanted) != 1:
        raise DecisionsMissing("A message is about one comment.", errors={"comment_ids": "are several"})


def _is_stale(
    order: DecisionOrder, one: CommentChoice, subject: Subject, standing: PastDecision | None
) -> bool:
    """Say whether somebody was first. What its author has deleted stays deleted, whatever is decided."""
    if subject.state == "deleted":
        return order.choice not in QUIET
    if order.choice == "reject_edit" and subject.edit_at is None:
        return True
    if one.undoes is not None and (standing is None or standing.id != one.undoes):
        return True
    return one.expected_version is not None and one.expected_version != subject.version


def _conflict(subject: Subject) -> DecisionConflict:
    """Name whoever touched the comment last: its author by an edit or a deletion, or a moderator."""
    by_author = max(filter(None, (subject.edited_at, subject.edit_at, subject.deleted_at)), default=None)
    last = subject.history[-1] if subject.history else None
    if last and subject.state != "deleted" and (by_author is None or last.at >= by_author):
        return DecisionConflict(subject.id, last.by, subject.state, last.at)
    return DecisionConflict(subject.id, subject.author_name, subject.state, by_author, by_author=True)


def _carry_out(
    session: Session, order: DecisionOrder, keys: Keyring, steps: Sequence[Transition], at: datetime
) -> None:
    replaced = {step.subject.id: decisions_replaced.NOTHING for step in steps}
    if order.choice not in QUIET:
        _change(session, order, steps, replaced, at)
        _tell_webhooks(session, order, steps, at)
        ask_to_learn(session, order.moderator.site_id, order.choice, at)
        decided = [step.subject.id for step in steps]
        tell_checks(session, order.moderator.site_id, order.choice, decided, at)
    if order.choice == "message":
        for step in steps:
            write_to_author(session, order.moderator.site_id, step.subject.author_id, step.decision_id, at)
    record(session, order, keys, steps, replaced, at)


def _change(
    session: Session,
    order: DecisionOrder,
    steps: Sequence[Transition],
    replaced: dict[UUID, ReplacedText],
    at: datetime,
) -> None:
    """Change the comments and what hangs on them; note in `replaced` what was there before."""
    apply.exchange_texts(session, order, steps, replaced, at)
    apply.write_states(session, order.moderator.site_id, steps, replaced)
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
    settle_reports.settle(session, steps)
    trust.keep_titles(session, steps, replaced)
    trust.keep_trust(session, steps, replaced)


def _tell_webhooks(session: Session, order: DecisionOrder, steps: Sequence[Transition], at: datetime) -> None:
    """Have webhooks told what became of comments; of an edit, and not of what stays as it was."""
    site_id = order.moderator.site_id
    if not has_webhooks(session, site_id):
        return
    ids_by_event: dict[str, list[UUID]] = {}
    for step in steps:
        if step.after != step.subject.state:
            ids_by_event.setdefault(EVENT_AFTER[step.after], []).append(step.subject.id)
        elif order.choice == "edit":
            ids_by_event.setdefault(EDITED, []).append(step.subject.id)
    for event, comment_ids in ids_by_event.items():
        tell_webhooks(session, site_id, event, comment_ids, at)


EVENT_AFTER = {"approved": APPROVED, "pending": HELD, "spam": SPAM, "removed": REMOVED, "deleted": DELETED}
