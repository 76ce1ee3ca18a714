"""What mails about replies are made of. Every one of them is of one site, its comments' own."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from comments.notifications.digests.queries import language_of, page_name, title_of
from comments.sites.models import Site
from comments.sites.queries import origins_of, settings_of
from comments.threads.models import Comment, Thread, Watch


@dataclass(frozen=True, slots=True)
class WatchedPage:
    """The page of a comment whose author wants mail, and where that goes."""

    comment_id: UUID
    email: str
    state: str
    is_public: bool
    asked_at: datetime
    thread_id: UUID
    url: str
    page: str
    origins: tuple[str, ...]
    site_title: str
    lang: str
    note: str = ""
    """What the site's owners say at the end of its mails."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A public reply, and the comment it answers, whose author wants to know."""

    name: str
    badge: str | None
    html: str
    created_at: datetime
    answered_html: str
    to: WatchedPage


def watched_page(session: Session, comment_id: UUID) -> WatchedPage | None:
    """Return what is known of a watch, None if it was left or refused."""
    row = session.execute(
        select(Watch, Comment.state, Thread, Site)
        .join(Comment, Comment.id == Watch.comment_id)
        .join(Thread, Thread.id == Comment.thread_id)
        .join(Site, Site.id == Watch.site_id)
        .where(Watch.comment_id == comment_id)
    ).one_or_none()
    if row is None or row.Watch.email is None:
        return None
    thread = row.Thread
    return WatchedPage(
        comment_id=comment_id,
        email=row.Watch.email,
        state=row.Watch.state,
        is_public=row.state == "approved",
        asked_at=row.Watch.asked_at,
        thread_id=thread.id,
        url=thread.url,
        page=page_name(thread.title if thread.title_confirmed else None, thread.url),
        origins=origins_of(row.Site),
        site_title=title_of(row.Site),
        lang=language_of(row.Site),
        note=settings_of(row.Site).mail_note,
    )


def wants_no_mail(session: Session, site_id: UUID, email_key: bytes) -> bool:
    """Say whether whoever reads the address with this keyed hash has refused the mails of a site."""
    refused = (Watch.site_id == site_id) & (Watch.email_key == email_key) & (Watch.state == "refused")
    return bool(session.scalar(select(exists().where(refused))))


def reply(session: Session, comment_id: UUID) -> Reply | None:
    """Return a public reply to a public comment whose author has confirmed that they want mail."""
    answered = aliased(Comment)
    row = session.execute(
        select(
            Comment.author_name,
            Comment.author_badge,
            Comment.html,
            Comment.created_at,
            answered.id.label("answered_id"),
            answered.html.label("answered_html"),
        )
        .join(answered, answered.id == Comment.parent_id)
        .where(
            Comment.id == comment_id,
            Comment.state == "approved",
            answered.state == "approved",
            answered.author_id != Comment.author_id,
        )
    ).one_or_none()
    to = watched_page(session, row.answered_id) if row else None
    if row is None or to is None or to.state != "confirmed":
        return None
    return Reply(row.author_name, row.author_badge, row.html, row.created_at, row.answered_html, to)
