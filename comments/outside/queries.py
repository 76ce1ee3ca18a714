"""Questions about what was sent to webhooks."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from comments.outside.models import WebhookCall


def last_calls(session: Session, webhook_id: UUID, *, limit: int) -> Sequence[WebhookCall]:
    """Return what a webhook answered last, the newest first."""
    mine = select(WebhookCall).where(WebhookCall.webhook_id == webhook_id)
    newest = mine.order_by(WebhookCall.answered_at.desc(), WebhookCall.message_id.desc())
    return session.scalars(newest.limit(limit)).all()
