"""Erasing what a reader did with others' comments: votes, reports, mail they asked for."""

from collections import Counter
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from comments.storage import WITHOUT_SYNC
from comments.threads.counters import raise_version
from comments.threads.models import Comment, Report, Thread, Vote, Watch
from comments.threads.order.ranking import rank

AT_ONCE = 200


def erase_votes(session: Session, site_id: UUID, author_id: UUID, done: Counter[str], at: datetime) -> None:
    """Take some of somebody's votes back, as they could themselves."""
    some = select(Vote.comment_id).where(Vote.author_id == author_id, Vote.site_id == site_id).limit(AT_ONCE)
    ids = session.scalars(some).all()
    if not ids:
        return
    threads = select(Thread.id).where(Thread.id.in_(select(Comment.thread_id).where(Comment.id.in_(ids))))
    thread_ids = session.scalars(threads.order_by(Thread.id).with_for_update()).all()
    columns: tuple[Any, ...] = (Comment.id, Comment.thread_id, Comment.upvotes, Comment.downvotes)
    rows = session.execute(
        select(*columns).where(Comment.id.in_(ids)).order_by(Comment.id).with_for_update()
    ).all()
    theirs = (Vote.author_id == author_id) & Vote.comment_id.in_(ids)
    votes = session.execute(
        delete(Vote).where(theirs).returning(Vote.comment_id, Vote.value, Vote.counted),
        execution_options=WITHOUT_SYNC,
    ).all()
    counted = {vote.comment_id: vote.value for vote in votes if vote.counted}
    versions = {one: raise_version(session, one, at) for one in thread_ids}
    for row in rows:
        value = counted.get(row.id, 0)
        upvotes, downvotes = row.upvotes - (value == 1), row.downvotes - (value == -1)
        numbers = {"upvotes": upvotes, "downvotes": downvotes, "rank": rank(upvotes, downvotes)}
        changed = update(Comment).where(Comment.id == row.id, Comment.changed_version > 0)
        session.execute(
            changed.values(**numbers, changed_version=versions[row.thread_id]),
            execution_options=WITHOUT_SYNC,
        )
    done["votes"] += len(votes)


def erase_reports(session: Session, author_id: UUID, done: Counter[str]) -> None:
    """Erase some of somebody's reports; what a moderator has not looked at yet is not reported by them."""
    some = select(Report.comment_id).where(Report.author_id == author_id).limit(AT_ONCE)
    ids = session.scalars(some).all()
    if not ids:
        return
    # Rows are held in one order, and before the reports are read, as those who report do.
    session.execute(
        select(Comment.id).where(Comment.id.in_(ids)).order_by(Comment.id).with_for_update()
    ).all()
    gone = session.execute(
        delete(Report)
        .where(Report.author_id == author_id, Report.comment_id.in_(ids))
        .returning(Report.comment_id, Report.outcome),
        execution_options=WITHOUT_SYNC,
    ).all()
    opened = [row.comment_id for row in gone if row.outcome is None]
    session.execute(
        update(Comment)
        .where(Comment.id.in_(opened), Comment.report_count > 0)
        .values(report_count=Comment.report_count - 1),
        execution_options=WITHOUT_SYNC,
    )
    done["reports"] += len(gone)


def erase_watches(session: Session, author_id: UUID, done: Counter[str]) -> None:
    """Erase an address that is told of answers, wherever else it stands."""
    gone = session.execute(
        delete(Watch).where(Watch.author_id == author_id).returning(Watch.comment_id),
        execution_options=WITHOUT_SYNC,
    ).all()
    done["watches"] += len(gone)
