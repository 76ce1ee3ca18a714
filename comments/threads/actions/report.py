"""Reporting a comment to the moderators."""

from datetime import datetime

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from comments.identity.actors import Actor
from comments.identity.authors import acting_author
from comments.storage import WITHOUT_SYNC
from comments.threads.actions.reactions import Reaction, public_thread
from comments.threads.models import Comment, Report
from comments.threads.outbox_jobs import weigh_reports


def report(
    session: Session, reaction: Reaction, reason: str, note: str, *, enough: int, at: datetime
) -> Actor:
    """Store one's report of a public comment; another one by the same person replaces it.

    From `enough` open ones on (0: never) it has them weighed, for the comment may have to wait.
    """
    public_thread(session, reaction)
    actor = acting_author(session, reaction.site_id, reaction.shown, at)
    mine = (Report.comment_id == reaction.comment_id, Report.author_id == actor.author.id)
    replaced = session.execute(
        update(Report)
        .where(*mine)
        .values(reason=reason, note=note, created_at=at)
        .returning(Report.author_id),
        execution_options=WITHOUT_SYNC,
    ).one_or_none()
    # One that a moderator has settled stays so: else whoever was wrong could say it again and again.
    if replaced is None:
        session.execute(
            insert(Report).values(
                comment_id=reaction.comment_id,
                author_id=actor.author.id,
                site_id=reaction.site_id,
                reason=reason,
                note=note,
                address_key=None if actor.author.account_id else reaction.shown.address_key,
                created_at=at,
            )
        )
        count = session.execute(
            update(Comment)
            .where(Comment.id == reaction.comment_id)
            .values(report_count=Comment.report_count + 1)
            .returning(Comment.report_count),
            execution_options=WITHOUT_SYNC,
        ).scalar_one()
        # No report counts for more than one: fewer than enough cannot be enough.
        if enough and count >= enough:
            weigh_reports(session, reaction.site_id, reaction.comment_id, at)
    return actor
