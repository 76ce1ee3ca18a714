"""Questions about what was sent to webhooks, and what outside checks were asked."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from comments.outside.models import CheckCall, WebhookCall
from comments.sites.models import Site, Webhook
from comments.sites.queries import origins_of
from comments.threads.models import Comment, Thread


def last_calls(session: Session, webhook_id: UUID, *, limit: int) -> Sequence[WebhookCall]:
    """Return what a webhook answered last, the newest first."""
    mine = select(WebhookCall).where(WebhookCall.webhook_id == webhook_id)
    newest = mine.order_by(WebhookCall.answered_at.desc(), WebhookCall.message_id.desc())
    return session.scalars(newest.limit(limit)).all()


def last_check_calls(session: Session, check_id: UUID, *, limit: int) -> Sequence[CheckCall]:
    """Return what an outside check answered last, the newest first."""
    mine = select(CheckCall).where(CheckCall.check_id == check_id)
    newest = mine.order_by(CheckCall.answered_at.desc(), CheckCall.comment_id.desc())
    return session.scalars(newest.limit(limit)).all()


def check_calls_with_authors(
    session: Session, check_id: UUID, *, limit: int
) -> Sequence[tuple[CheckCall, str]]:
    """Return what an outside check answered last, the newest first, with who wrote what it is about."""
    both = select(CheckCall, Comment.author_name).join(Comment, Comment.id == CheckCall.comment_id)
    newest = both.order_by(CheckCall.answered_at.desc(), CheckCall.comment_id.desc())
    rows = session.execute(newest.where(CheckCall.check_id == check_id).limit(limit))
    return [(call, name) for call, name in rows]


def site_home(session: Session, site_id: UUID) -> tuple[str, str]:
    """Return a site's name, and the address of its front page: its first origin without a wildcard."""
    site = session.get_one(Site, site_id)
    plain = [origin for origin in origins_of(site) if "*" not in origin]
    return site.name, f"{plain[0].rstrip('/')}/" if plain else ""


def target_of(session: Session, webhook_id: UUID) -> Row[Any] | None:
    """Return a webhook's url, site_id and its site's name; None if it is gone."""
    one: Select[*tuple[Any, ...]] = select(Webhook.url, Webhook.site_id, Site.name)
    joined = one.join(Site, Site.id == Webhook.site_id).where(Webhook.id == webhook_id)
    return session.execute(joined).one_or_none()


def comment_on_page(session: Session, site_id: UUID, comment_id: UUID) -> tuple[Comment, Thread] | None:
    """Return a comment of the site with its page, None if it is gone for ever."""
    one = select(Comment, Thread).join(Thread, Thread.id == Comment.thread_id)
    row = session.execute(one.where(Comment.id == comment_id, Comment.site_id == site_id)).one_or_none()
    return None if row is None else (row[0], row[1])
