"""What a webhook is told, and an endpoint asked, read when it is sent. No address and no token is in it.

An endpoint is given the author's mail address if the site's owner wants that.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.orm import Session

from comments.outside.external_checks.questions import Question
from comments.outside.queries import comment_on_page, target_of
from comments.rules import decoded
from comments.sites.models import Webhook
from comments.threads.models import Comment
from comments.threads.views.schemas import AuthorShown, safe_html

TRIAL = "webhook.test"
ASKED = "comment.check"
ASKED_FOR_TRIAL = "check.test"


@dataclass(frozen=True, slots=True)
class WebhookMessage:
    """That something happened to a comment; `id` stays the same however often it is sent."""

    id: UUID
    webhook_id: UUID
    event: str
    comment_id: UUID
    at: datetime

    def payload(self) -> dict[str, Any]:
        """Return it as it lies in the outbox."""
        built: dict[str, Any] = msgspec.to_builtins(self)
        return built


class PagePayload(msgspec.Struct):
    id: UUID
    url: str
    title: str | None


class CommentPayload(msgspec.Struct):
    """A comment as it is now. `body` is the source; `reasons` say why it waits, or waited."""

    id: UUID
    parent_id: UUID | None
    state: str
    author: AuthorShown
    html: str
    body: str
    reasons: list[str]
    created_at: datetime
    edited_at: datetime | None
    permalink: str


class EventPayload(msgspec.Struct):
    """`comment` and `page` are null for a trial, and where the comment is gone for ever."""

    site: str
    comment_id: UUID
    comment: CommentPayload | None = None
    page: PagePayload | None = None


class CheckPayload(EventPayload):
    """`email` is the author's, where the site's owner sends it along."""

    email: str | None = None


class CheckPayloadBody(msgspec.Struct):
    type: str
    timestamp: datetime
    data: CheckPayload


class EventPayloadBody(msgspec.Struct):
    type: str
    timestamp: datetime
    data: EventPayload


@dataclass(frozen=True, slots=True)
class SignedMessage:
    """Where a message goes, and its bytes."""

    url: str
    body: bytes


def ready(session: Session, message: WebhookMessage) -> SignedMessage | None:
    """Return a message as it is sent now; None if its webhook is gone."""
    target = target_of(session, message.webhook_id)
    if target is None:
        return None
    payload = EventPayload(target.name, message.comment_id)
    found = comment_on_page(session, target.site_id, message.comment_id)
    if found is not None:
        comment, thread = found
        payload.page = PagePayload(thread.id, thread.url, thread.title if thread.title_confirmed else None)
        payload.comment = _comment(comment, thread.url)
    body = EventPayloadBody(message.event, message.at, payload)
    return SignedMessage(target.url, msgspec.json.encode(body))


def as_asked(question: Question, at: datetime, *, with_email: bool) -> bytes:
    """Return the bytes that an endpoint is asked with: the newest text, also where that waits as an edit."""
    payload = _comment(question.comment, question.thread.url)
    payload.html, payload.body = safe_html(question.text), question.text.source
    payload.reasons = [reason.words for reason in decoded(question.text.reasons)]
    payload.edited_at = question.changed_at
    thread = question.thread
    page = PagePayload(thread.id, thread.url, thread.title if thread.title_confirmed else None)
    email = question.email if with_email else None
    asked = CheckPayload(question.site_name, question.comment.id, payload, page, email)
    return msgspec.json.encode(CheckPayloadBody(ASKED, at, asked))


def as_trial(site_name: str, check_id: UUID, at: datetime) -> bytes:
    """Return the bytes of a question about nothing."""
    return msgspec.json.encode(CheckPayloadBody(ASKED_FOR_TRIAL, at, CheckPayload(site_name, check_id)))


def wants(webhook: Webhook, event: str) -> bool:
    events = json.loads(webhook.events)
    return not events or event in events


def _comment(row: Comment, url: str) -> CommentPayload:
    shown = (row.author_name, row.author_kind, row.author_badge, row.author_website)
    return CommentPayload(
        id=row.id,
        parent_id=row.parent_id,
        state=row.state,
        author=AuthorShown(row.author_id, *shown),
        html=safe_html(row),
        body=row.source,
        reasons=[reason.words for reason in decoded(row.reasons)],
        created_at=row.created_at,
        edited_at=row.edited_at,
        permalink=f"{url.partition('#')[0]}#comment-{row.id}",
    )
