"""Weighing readers' reports: when enough of them, by readers who were right before, let a comment wait."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from comments.keys import Keyring
from comments.moderation.decisions.decide import decide
from comments.moderation.decisions.requests import CommentChoice, DecisionOrder, ReportersActor
from comments.moderation.decisions.transitions import lock_subjects
from comments.sites.models import Site
from comments.sites.queries import settings_of
from comments.threads.models import Report
from comments.threads.outbox_jobs import tell_moderators

MOST_WEIGHED = 500
"""More reports than these are enough for any threshold that makes sense."""


def hold_if_reported(
    session: Session, keys: Keyring, site_id: UUID, comment_id: UUID, *, at: datetime
) -> bool:
    """Put a public comment back to waiting if its reports weigh enough, and return whether they did.

    That happens once to a comment: whoever keeps it has looked at it.
    """
    site = session.get(Site, site_id)
    enough = settings_of(site).reports_before_hold if site is not None else 0
    subject = lock_subjects(session, site_id, [comment_id]).get(comment_id)
    if not enough or subject is None or subject.state != "approved":
        return False
    if any(past.choice == "reported" for past in subject.history):
        return False
    if weight_of_reports(session, site_id, comment_id) < enough:
        return False
    reason = f"{subject.report_count} reports"
    order = DecisionOrder(ReportersActor(site_id), "reported", [CommentChoice(comment_id)], reason)
    decide(session, order, keys, at=at)
    tell_moderators(session, site_id, at)
    return True


def weight_of_reports(session: Session, site_id: UUID, comment_id: UUID) -> float:
    """Return what the open reports of a comment weigh together: each at most 1, those of one address as one.

    An address that was wrong about this comment already weighs nothing, whoever writes from it now.
    """
    reports = session.execute(
        select(Report.author_id, Report.address_key, Report.outcome)
        .where(Report.comment_id == comment_id, Report.site_id == site_id)
        .limit(MOST_WEIGHED)
    ).all()
    was_wrong = {row.address_key for row in reports if row.outcome == "kept" and row.address_key}
    open_ones = [row for row in reports if row.outcome is None and row.address_key not in was_wrong]
    weights = _weights(session, site_id, [row.author_id for row in open_ones])
    heaviest: dict[bytes | UUID, float] = {}
    for row in open_ones:
        source = row.address_key or row.author_id
        heaviest[source] = max(heaviest.get(source, 0.0), weights[row.author_id])
    return sum(heaviest.values())


def _weights(session: Session, site_id: UUID, author_ids: list[UUID]) -> Mapping[UUID, float]:
    """Return what a report of each author weighs: (1 + right) / (1 + right + wrong)."""
    settled: Select[*tuple[Any, ...]] = (
        select(Report.author_id, Report.outcome, func.count())
        .where(Report.author_id.in_(author_ids), Report.site_id == site_id, Report.outcome.is_not(None))
        .group_by(Report.author_id, Report.outcome)
    )
    times: Counter[tuple[UUID, str]] = Counter()
    for author_id, outcome, count in session.execute(settled):
        times[author_id, outcome] = count
    return {
        author_id: (1 + times[author_id, "upheld"])
        / (1 + times[author_id, "upheld"] + times[author_id, "kept"])
        for author_id in author_ids
    }
