"""Voting on a comment."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from comments.identity.actors import Actor
from comments.identity.authors import acting_author
from comments.storage import WITHOUT_SYNC
from comments.threads.actions.reactions import Reaction, public_thread
from comments.threads.counters import raise_version
from comments.threads.errors import VoteOnOwnComment
from comments.threads.models import Comment, Thread, Vote
from comments.threads.order.ranking import rank

VOTES_AN_ADDRESS = 3
"""So many guests of one address are counted on one comment: a household, not a ballot box."""


@dataclass(frozen=True, slots=True)
class VoteResult:
    upvotes: int
    downvotes: int
    gave_token: bool


def vote(session: Session, reaction: Reaction, value: int, *, at: datetime) -> VoteResult:
    """Set one's vote to 1, -1 or 0 (none). The same vote again changes nothing.

    Raises CommentUnknown unless the comment is public, OwnComment.
    """
    thread_id = public_thread(session, reaction)
    actor = acting_author(session, reaction.site_id, reaction.shown, at)
    # The thread first, as every writer does, and before one's own vote is read: two presses of one button
    # would else both take the same vote back. Then the comment, so that votes are counted one after another.
    session.execute(select(Thread.id).where(Thread.id == thread_id).with_for_update())
    row = session.execute(
        select(Comment.upvotes, Comment.downvotes, Comment.author_id)
        .where(Comment.id == reaction.comment_id)
        .with_for_update()
    ).one()
    if row.author_id == actor.author.id:
        raise VoteOnOwnComment("Nobody votes on their own comment.")
    before = session.execute(
        select(Vote.value, Vote.counted).where(
            Vote.comment_id == reaction.comment_id, Vote.author_id == actor.author.id
        )
    ).one_or_none()
    if (before.value if before else 0) == value:
        return VoteResult(row.upvotes, row.downvotes, actor.is_new)
    counted = before.counted if before else _is_counted(session, reaction, actor)
    _store_vote(session, reaction, actor, value, counted, at)
    old = before.value if before and before.counted else 0
    new = value if counted else 0
    version = raise_version(session, thread_id, at)
    upvotes = row.upvotes + (new == 1) - (old == 1)
    downvotes = row.downvotes + (new == -1) - (old == -1)
    session.execute(
        update(Comment)
        .where(Comment.id == reaction.comment_id)
        .values(
            upvotes=upvotes,
            downvotes=downvotes,
            rank=rank(upvotes, downvotes),
            # Its text is the same: `content_version` stays.
            changed_version=version,
        ),
        execution_options=WITHOUT_SYNC,
    )
    return VoteResult(upvotes, downvotes, actor.is_new)


def _is_counted(session: Session, reaction: Reaction, actor: Actor) -> bool:
    if actor.author.account_id is not None:
        return True
    others = session.execute(
        select(func.count())
        .select_from(Vote)
        .where(
            Vote.comment_id == reaction.comment_id,
            Vote.address_key == reaction.shown.address_key,
            Vote.counted,
        )
    ).scalar_one()
    return others < VOTES_AN_ADDRESS


def _store_vote(
    session: Session, reaction: Reaction, actor: Actor, value: int, counted: bool, at: datetime
) -> None:
    mine = (Vote.comment_id == reaction.comment_id, Vote.author_id == actor.author.id)
    if value == 0:
        session.execute(delete(Vote).where(*mine), execution_options=WITHOUT_SYNC)
        return
    changed = session.execute(
        update(Vote).where(*mine).values(value=value).returning(Vote.author_id),
        execution_options=WITHOUT_SYNC,
    ).one_or_none()
    if changed is None:
        is_team = actor.author.account_id is not None
        session.execute(
            insert(Vote).values(
                comment_id=reaction.comment_id,
                author_id=actor.author.id,
                site_id=reaction.site_id,
                value=value,
                counted=counted,
                address_key=None if is_team else reaction.shown.address_key,
                created_at=at,
            )
        )
