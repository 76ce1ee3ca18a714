"""What becomes of readers' reports: decisions settle them, and taking a decision back opens them again."""

from collections.abc import Sequence

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from comments.moderation.decisions.requests import OUTCOMES
from comments.moderation.decisions.transitions import Transition
from comments.storage import WITHOUT_SYNC
from comments.threads.models import Comment, Report


def settle(session: Session, steps: Sequence[Transition]) -> None:
    """Settle the reports that are open on these comments, or open again what the undone decisions settled."""
    settled = [step for step in steps if step.choice in OUTCOMES and step.subject.report_count]
    opened = [step for step in steps if step.undone is not None and step.undone.choice in OUTCOMES]
    if settled:
        table = Report.__table__
        session.connection().execute(
            update(Report)
            .where(table.c.comment_id == bindparam("of_comment"), table.c.outcome.is_(None))
            .values(outcome=bindparam("told"), settled_by=bindparam("said_by")),
            [
                {
                    "of_comment": step.subject.id,
                    "told": OUTCOMES[step.choice],
                    "said_by": step.decision_id,
                }
                for step in settled
            ],
        )
    if opened:
        undone = [step.undone.id for step in opened if step.undone is not None]
        session.execute(
            update(Report).where(Report.settled_by.in_(undone)).values(outcome=None, settled_by=None),
            execution_options=WITHOUT_SYNC,
        )
    changed = [step.subject.id for step in (*settled, *opened)]
    if changed:
        still_open = (
            select(func.count())
            .where(Report.comment_id == Comment.id, Report.outcome.is_(None))
            .scalar_subquery()
        )
        session.execute(
            update(Comment).where(Comment.id.in_(changed)).values(report_count=still_open),
            execution_options=WITHOUT_SYNC,
        )
