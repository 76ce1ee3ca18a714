"""What changes about messages: each webhook gets its own, answers are noted, old ones forgotten."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from comments.outbox import enqueue
from comments.outside.models import WebhookCall
from comments.outside.webhooks.messages import WebhookMessage, wants
from comments.sites.errors import WebhookUnknown
from comments.sites.models import Webhook
from comments.sites.queries import webhook_by_id, webhooks_of

WEBHOOK = "webhook"
"""The kind of task that sends one message to one webhook. Its payload: a Message."""


def address_messages(
    session: Session, site_id: UUID, event: str, comment_ids: Sequence[UUID], *, first_id: UUID, at: datetime
) -> None:
    """Make a message for every webhook of the site that wants to be told, about each of these comments.

    Done twice, it makes messages with the same ids: they follow from `first_id`.
    """
    for webhook in webhooks_of(session, site_id):
        if wants(webhook, event):
            for number, comment_id in enumerate(comment_ids):
                message_id = UUID(int=first_id.int ^ number)
                _send(session, site_id, WebhookMessage(message_id, webhook.id, event, comment_id, at), at)


def send_again(session: Session, site_id: UUID, webhook_id: UUID, message_id: UUID, *, at: datetime) -> None:
    """Send once more what was sent before, under the same id. Raises WebhookUnknown."""
    webhook_by_id(session, site_id, webhook_id)
    call = session.get(WebhookCall, (webhook_id, message_id))
    if call is None:
        raise WebhookUnknown("Nothing was sent to this webhook under this id in 30 days.")
    message = WebhookMessage(message_id, webhook_id, call.event, call.comment_id, call.happened_at)
    _send(session, site_id, message, at)


def note_answer(
    session: Session, message: WebhookMessage, status: int | None, answer: str, *, at: datetime
) -> None:
    """Keep what a webhook answered, or why it did not; nothing if it was removed meanwhile."""
    here = select(Webhook.id).where(Webhook.id == message.webhook_id).with_for_update(read=True)
    if session.scalar(here) is None:
        return
    call = session.get(WebhookCall, (message.webhook_id, message.id), with_for_update=True)
    if call is None:
        call = WebhookCall(
            webhook_id=message.webhook_id,
            message_id=message.id,
            event=message.event,
            comment_id=message.comment_id,
            happened_at=message.at,
            attempts=0,
        )
        session.add(call)
    call.attempts, call.status, call.answer, call.answered_at = call.attempts + 1, status, answer, at


def _send(session: Session, site_id: UUID, message: WebhookMessage, at: datetime) -> None:
    key = f"{message.webhook_id}/{message.id}"
    enqueue(session, WEBHOOK, site_id, message.payload(), due=at, key=key)
