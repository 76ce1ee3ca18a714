"""One author, as the desk knows them: who it is, how they fared, their bans, and what was decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from comments.identity.accounts.queries import Moderator
from comments.identity.models import Author
from comments.moderation.audit.history import LogEntry, entries_about
from comments.moderation.authors.records import AuthorStanding, author_standings
from comments.policy.models import Ban
from comments.threads.models import Comment
from comments.threads.scope import comments_within

NEWEST = 200
"""Of so many of their newest comments it is told what was decided."""
MOST_TOLD = 50


@dataclass(frozen=True, slots=True)
class Profile:
    """`name` is the one they wrote under last; `bans` are those of them as an author that are not over."""

    id: UUID
    name: str
    kind: str
    website: str | None
    since: datetime
    approved_count: int
    trusted: bool
    reachable: bool
    """Whether they gave a mail address, which nobody is shown."""
    newest_id: UUID | None
    standing: AuthorStanding
    bans: Sequence[Row[Any]]
    decisions: Sequence[LogEntry]
    """The newest decisions about their newest comments, notes and messages too, the newest first."""


def profile(session: Session, moderator: Moderator, author_id: UUID, *, at: datetime) -> Profile | None:
    """Return an author of the site, None if there is none; who moderates a section knows who wrote there."""
    mine = select(Author).where(Author.id == author_id, Author.site_id == moderator.site_id)
    author = session.scalars(mine).one_or_none()
    columns: tuple[Any, ...] = (Comment.id, Comment.author_name)
    theirs = select(*columns).where(Comment.author_id == author_id, comments_within(moderator.sections))
    newest = session.execute(
        theirs.order_by(Comment.created_at.desc(), Comment.id.desc()).limit(NEWEST)
    ).all()
    if author is None or (moderator.sections is not None and not newest):
        return None
    return Profile(
        author.id,
        newest[0].author_name if newest else author.name or "",
        author.kind,
        author.website,
        author.created_at,
        author.approved_count,
        author.trusted,
        bool(author.email),
        newest[0].id if newest else None,
        author_standings(session, [author_id])[author_id],
        _bans(session, author_id, at),
        entries_about(session, moderator.site_id, [row.id for row in newest], MOST_TOLD),
    )


def _bans(session: Session, author_id: UUID, at: datetime) -> Sequence[Row[Any]]:
    columns: tuple[Any, ...] = (Ban.outcome, Ban.reason, Ban.until, Ban.made_by, Ban.created_at)
    theirs = select(*columns).where(Ban.author_id == author_id, Ban.kind == "author")
    rows = session.execute(theirs.order_by(Ban.created_at.desc())).all()
    return [row for row in rows if row.until is None or row.until > at]
