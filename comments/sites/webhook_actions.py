"""What changes a site's webhooks."""

import json
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from comments.ids import new_id
from comments.sites.actions import note_change
from comments.sites.errors import WebhookRefused, WebhookUnknown
from comments.sites.models import Webhook
from comments.sites.webhooks import MOST_OF_SITE, wanted_events, webhook_url
from comments.storage import WITHOUT_SYNC


def add_webhook(
    session: Session, site_id: UUID, url: str, events: Collection[str], *, at: datetime
) -> Webhook:
    """Have an address told of these events, or of all. Raises WebhookRefused."""
    made = Webhook(
        id=new_id(at),
        site_id=site_id,
        url=webhook_url(url),
        events=json.dumps(wanted_events(events)),
        created_at=at,
    )
    note_change(session, site_id)
    if session.execute(select(func.count()).where(Webhook.site_id == site_id)).scalar_one() >= MOST_OF_SITE:
        detail = f"A site has at most {MOST_OF_SITE} webhooks."
        raise WebhookRefused(detail, errors={"url": detail})
    session.add(made)
    return made


def remove_webhook(session: Session, site_id: UUID, webhook_id: UUID) -> None:
    """Tell an address nothing more; what was still to be sent is not. Raises WebhookUnknown."""
    mine = (Webhook.site_id == site_id) & (Webhook.id == webhook_id)
    gone = session.execute(delete(Webhook).where(mine).returning(Webhook.id), execution_options=WITHOUT_SYNC)
    if gone.scalar_one_or_none() is None:
        raise WebhookUnknown("There is no such webhook on this site.")
    note_change(session, site_id)
