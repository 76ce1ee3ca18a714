"""What was said to others' programs and by them is forgotten.

By itself: every process that tidies up has this in memory, and few have what calls others.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, tuple_
from sqlalchemy.orm import Session

from comments.outside.models import CheckCall, WebhookCall
from comments.sites.models import OutsideCheck, Webhook
from comments.storage import WITHOUT_SYNC


def forget_calls(session: Session, site_id: UUID, before: datetime, most: int) -> int:
    """Remove some messages to a site's webhooks that were answered before then; return how many."""
    key = (WebhookCall.webhook_id, WebhookCall.message_id)
    hooks = select(Webhook.id).where(Webhook.site_id == site_id)
    due = WebhookCall.webhook_id.in_(hooks) & (WebhookCall.answered_at < before)
    rows = session.execute(select(*key).where(due).limit(most)).all()
    for webhook_id, message_id in rows:
        one = (WebhookCall.webhook_id == webhook_id) & (WebhookCall.message_id == message_id)
        session.execute(delete(WebhookCall).where(one), execution_options=WITHOUT_SYNC)
    return len(rows)


def forget_check_calls(session: Session, site_id: UUID, before: datetime, most: int) -> int:
    """Remove some answers of a site's checks that came before then; return how many."""
    key = (CheckCall.comment_id, CheckCall.check_id)
    checks = select(OutsideCheck.id).where(OutsideCheck.site_id == site_id)
    due = CheckCall.check_id.in_(checks) & (CheckCall.answered_at < before)
    rows = [tuple(row) for row in session.execute(select(*key).where(due).limit(most))]
    if rows:
        session.execute(delete(CheckCall).where(tuple_(*key).in_(rows)), execution_options=WITHOUT_SYNC)
    return len(rows)
