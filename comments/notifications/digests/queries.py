"""What a moderator's digest is made of."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from comments.identity.accounts.sections import Sections, decoded_sections
from comments.identity.models import Account, Author, Membership
from comments.moderation.queue.duplicate_groups import with_groups
from comments.moderation.queue.index_ranges import IndexRange, along
from comments.moderation.queue.sections import ModeratedPart, part_of
from comments.rules import Reason, decoded
from comments.sites.models import Site
from comments.sites.queries import origins_of, settings_of
from comments.threads.models import Comment, Revision, Thread

LISTED = 5
MOST_COUNTED = 1_000
SPAM_COUNTED_FOR = timedelta(days=1)
PAUSES = {"hourly": timedelta(hours=1), "daily": timedelta(days=1)}
"""How long after one digest the next may go out. Other moderators have chosen `never`."""


@dataclass(frozen=True, slots=True)
class DigestReader:
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
    """One comment that waits, with the text that an approval would publish.

    It stands for all that say nearly the same, so many `times`.
    """

    name: str
    approved_count: int
    html: str
    page: str
    reasons: Sequence[Reason]
    times: int = 1


@dataclass(frozen=True, slots=True)
class Digest:
    """How many wait (at most MOST_COUNTED and one more), since when, how much was spam, and the newest."""

    count: int
    oldest: datetime
    spam: int
    newest: Sequence[Waiting]


def readers(session: Session, site_id: UUID, account_id: UUID | None = None) -> Sequence[DigestReader]:
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
        DigestReader(
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


def spoken_by(session: Session, site_id: UUID) -> str:
    """Return the language of a site's mails."""
    return language_of(session.get_one(Site, site_id))


def digest_of(session: Session, site_id: UUID, sections: Sections, *, since: datetime) -> Digest | None:
    """Return what waits on a site now, or in sections of it, None if nothing does.

    Spam is counted from `since` on. Nearly the same texts are one of the newest, counted among all that is.
    """
    part = part_of(session, site_id, sections)
    rows = session.execute(_walk(part, IndexRange(), MOST_COUNTED + 1)).all()
    if not rows:
        return None
    groups = [row.id if row.similar_group is None else row.similar_group for row in rows]
    times = Counter(groups)
    # Of each group the newest, which is met first.
    firsts = {group: row.id for group, row in zip(reversed(groups), reversed(rows), strict=True)}
    newest = [(firsts[group], times[group]) for group in list(times)[:LISTED]]
    oldest = rows[-1]
    if len(rows) > MOST_COUNTED:
        oldest = session.execute(_walk(part, IndexRange(newest_first=False), 1)).one()
    return Digest(
        count=len(rows),
        oldest=oldest.created_at,
        spam=session.scalar(_spam(part, since)) or 0,
        newest=_listed(session, newest),
    )


def _walk(part: ModeratedPart, stretch: IndexRange, most: int) -> Select[*tuple[Any, ...]]:
    return with_groups(along(part.segments("pending"), stretch, most), stretch)


def _spam(part: ModeratedPart, since: datetime) -> Select[*tuple[Any, ...]]:
    spam = select(Comment.id).where(*part.counted("spam"), Comment.created_at >= since)
    if not part.is_by_page("spam"):
        # In the index's order: else PostgreSQL may look for so many rows all through the table.
        spam = spam.order_by(Comment.created_at)
    return select(func.count()).select_from(spam.limit(MOST_COUNTED + 1).subquery())


def _listed(session: Session, newest: Sequence[tuple[UUID, int]]) -> Sequence[Waiting]:
    asked = _ABOUT.where(Comment.id.in_([comment_id for comment_id, _ in newest]))
    rows = {row.id: row for row in session.execute(asked)}
    return [_waiting(rows[comment_id], times) for comment_id, times in newest]


_ABOUT: Select[*tuple[Any, ...]] = (
    select(
        Comment.id,
        Comment.author_name,
        Comment.html,
        Comment.reasons,
        Author.approved_count,
        Thread.url,
        Thread.title,
        Thread.title_confirmed,
        Revision.html.label("new_html"),
        Revision.reasons.label("new_reasons"),
    )
    .join(Thread, Thread.id == Comment.thread_id)
    .join(Author, Author.id == Comment.author_id)
    .outerjoin(Revision, Revision.comment_id == Comment.id)
)


def _waiting(row: Row[Any], times: int) -> Waiting:
    return Waiting(
        name=row.author_name,
        approved_count=row.approved_count,
        html=row.html if row.new_html is None else row.new_html,
        page=page_name(row.title if row.title_confirmed else None, row.url),
        reasons=decoded(row.reasons if row.new_reasons is None else row.new_reasons),
        times=times,
    )


def page_name(title: str | None, url: str) -> str:
    """Return how a page is called: what only a guest has called it is not said in our name."""
    return title or urlsplit(url).path or "/"
