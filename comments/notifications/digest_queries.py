"""What a moderator's digest is made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from comments.identity.models import Account, Author, Membership
from comments.identity.sections import Sections, decoded_sections
from comments.rules import Reason, decoded
from comments.sites.models import Site
from comments.sites.queries import origins_of, settings_of
from comments.threads.models import Comment, Revision, Thread
from comments.threads.scope import comments_within

LISTED = 5
MOST_COUNTED = 1_000
SPAM_COUNTED_FOR = timedelta(days=1)
PAUSES = {"hourly": timedelta(hours=1), "daily": timedelta(days=1)}
"""How long after one digest the next may go out. Other moderators have chosen `never`."""


@dataclass(frozen=True, slots=True)
class Reader:
    """A moderator who wants digests, and where they moderate."""

    account_id: UUID
    email: str
    digest: str
    digest_at: datetime | None
    sections: Sections
    site_name: str
    site_title: str
    lang: str
    note: str = ""
    """What the site's owners say at the end of its mails."""

    @property
    def not_before(self) -> datetime | None:
        return self.digest_at + PAUSES[self.digest] if self.digest_at else None


@dataclass(frozen=True, slots=True)
class Waiting:
    """One comment that waits, with the text that an approval would publish."""

    name: str
    approved_count: int
    html: str
    page: str
    reasons: Sequence[Reason]


@dataclass(frozen=True, slots=True)
class Digest:
    """How many wait (at most MOST_COUNTED and one more), since when, how much was spam, and the newest."""

    count: int
    oldest: datetime
    spam: int
    newest: Sequence[Waiting]


def readers(session: Session, site_id: UUID, account_id: UUID | None = None) -> Sequence[Reader]:
    """Return who of a site's team wants digests, or whether this one does."""
    wanted = (Membership.site_id == site_id) & Membership.digest.in_(list(PAUSES))
    if account_id is not None:
        wanted &= Membership.account_id == account_id
    rows = session.execute(
        select(
            Account.id,
            Account.email,
            Membership.digest,
            Membership.digest_at,
            Membership.sections,
            Site,
        )
        .join(Membership, Membership.account_id == Account.id)
        .join(Site, Site.id == Membership.site_id)
        .where(wanted)
        .order_by(Account.id)
    )
    return [
        Reader(
            *row[:4],
            sections=decoded_sections(row.sections),
            site_name=row.Site.name,
            site_title=title_of(row.Site),
            lang=language_of(row.Site),
            note=settings_of(row.Site).mail_note,
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class Choice:
    """How often a moderator wants digests of a site."""

    digest: str
    site_title: str
    lang: str


@dataclass(frozen=True, slots=True)
class TeamChoice:
    """How often somebody of a site's team wants digests of it."""

    account_id: UUID
    name: str
    digest: str


def digest_choices(session: Session, site_id: UUID) -> Sequence[TeamChoice]:
    """Return how often everybody of a site's team wants digests, by name."""
    rows = session.execute(
        select(Account.id, Account.name, Membership.digest)
        .join(Membership, Membership.account_id == Account.id)
        .where(Membership.site_id == site_id)
        .order_by(Account.name, Account.id)
    )
    return [TeamChoice(*row) for row in rows]


def digest_choice(session: Session, site_id: UUID, account_id: UUID) -> Choice | None:
    """Return what a moderator has chosen, None for somebody who does not moderate the site any more."""
    row = session.execute(
        select(Membership.digest, Site)
        .join(Site, Site.id == Membership.site_id)
        .where(Membership.site_id == site_id, Membership.account_id == account_id)
    ).one_or_none()
    return Choice(row.digest, title_of(row.Site), language_of(row.Site)) if row else None


def title_of(site: Site) -> str:
    """Return how a site is called in mails: its title, or else the host of its first origin."""
    first = origins_of(site)[0]
    return settings_of(site).title or urlsplit(first).hostname or site.name


def language_of(site: Site) -> str:
    return settings_of(site).language


def digest_of(session: Session, site_id: UUID, sections: Sections, *, since: datetime) -> Digest | None:
    """Return what waits on a site now, or in sections of it, None if nothing does.

    Spam is counted from `since` on.
    """
    of_site = (Comment.site_id == site_id) & comments_within(sections)
    of_queue = of_site & (Comment.queue == "pending")
    newest = session.execute(
        select(*_COLUMNS)
        # Outer joins keep SQLite to the order of the queue: else it may sort all comments of the site.
        .outerjoin(Thread, Thread.id == Comment.thread_id)
        .outerjoin(Author, Author.id == Comment.author_id)
        .outerjoin(Revision, Revision.comment_id == Comment.id)
        .where(of_queue)
        .order_by(Comment.created_at.desc(), Comment.id.desc())
        .limit(LISTED)
    ).all()
    if not newest:
        return None
    oldest = session.scalar(select(Comment.created_at).where(of_queue).order_by(Comment.created_at).limit(1))
    spam = of_site & (Comment.queue == "spam") & (Comment.created_at >= since)
    return Digest(
        count=_some(session, of_queue),
        oldest=oldest or newest[-1].created_at,
        spam=_some(session, spam),
        newest=[_waiting(row) for row in newest],
    )


_COLUMNS: tuple[Any, ...] = (
    Comment.author_name,
    Comment.html,
    Comment.reasons,
    Comment.created_at,
    Author.approved_count,
    Thread.url,
    Thread.title,
    Thread.title_confirmed,
    Revision.html.label("new_html"),
    Revision.reasons.label("new_reasons"),
)


def _some(session: Session, where: Any) -> int:
    some = select(Comment.id).where(where).order_by(Comment.created_at).limit(MOST_COUNTED + 1).subquery()
    return session.execute(select(func.count()).select_from(some)).scalar_one()


def _waiting(row: Row[Any]) -> Waiting:
    return Waiting(
        name=row.author_name,
        approved_count=row.approved_count,
        html=row.html if row.new_html is None else row.new_html,
        page=page_name(row.title if row.title_confirmed else None, row.url),
        reasons=decoded(row.reasons if row.new_reasons is None else row.new_reasons),
    )


def page_name(title: str | None, url: str) -> str:
    """Return how a page is called: what only a guest has called it is not said in our name."""
    return title or urlsplit(url).path or "/"
