"""The HTTP API of webhooks, for owners' API tokens that may change the site."""

import json
from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta
from starlette.requests import Request

from comments.identity.access_routes import asking_moderator
from comments.identity.errors import ModeratorsOnly, OwnersOnly, TokenMissing, TokenUnknown
from comments.identity.routes import MalformedToken
from comments.keys import Keyring
from comments.outside.calling import CallFailed, CallRefused
from comments.outside.models import WebhookCall
from comments.outside.queries import last_calls
from comments.outside.signing import shown_secret
from comments.outside.webhooks.actions import send_again
from comments.outside.webhooks.handlers import Webhooks
from comments.sites.errors import SiteUnknown, WebhookRefused, WebhookUnknown
from comments.sites.models import Webhook
from comments.sites.queries import webhook_by_id, webhooks_of
from comments.sites.webhook_actions import add_webhook, remove_webhook
from comments.web.access import owner
from comments.web.routing import Api, id_in_path
from comments.web.service import service

api = Api("/api/v1/sites/{site}", tag="Webhooks")

MOST_SHOWN = 50
_WHO = (SiteUnknown, TokenMissing, TokenUnknown, MalformedToken, ModeratorsOnly, OwnersOnly)
_OF_ONE = (*_WHO, WebhookUnknown)
_ADMIN = owner("admin")


class WebhookBody(msgspec.Struct, forbid_unknown_fields=True):
    """An address to be told of these events; without any, of all."""

    url: Annotated[str, Meta(max_length=2_000)]
    events: Annotated[list[str], Meta(max_length=20)] = []


class WebhookShown(msgspec.Struct):
    """A webhook. Its `secret` tells that messages are ours; it changes with the installation's key."""

    id: UUID
    url: str
    events: list[str]
    secret: str
    created_at: datetime


class CallShown(msgspec.Struct):
    """A message with its last answer; `status` is null where there was none, and `answer` says why."""

    id: UUID
    event: str
    comment_id: UUID
    happened_at: datetime
    attempts: int
    status: int | None
    answer: str
    answered_at: datetime


class WebhookAnswer(msgspec.Struct):
    webhook: WebhookShown


class WebhooksAnswer(msgspec.Struct):
    webhooks: list[WebhookShown]


class CallsAnswer(msgspec.Struct):
    """The last 50 messages, the newest answer first."""

    calls: list[CallShown]


class TrialAnswer(msgspec.Struct):
    """What a trial was answered; `status` is null where there was no answer, and `answer` says why."""

    status: int | None
    answer: str


class RemovedAnswer(msgspec.Struct):
    removed: UUID


class SentAgainAnswer(msgspec.Struct):
    sent_again: UUID


@api.endpoint("GET", "/webhooks", answers={200: WebhooksAnswer}, errors=_WHO, needs=_ADMIN)
async def get_webhooks(request: Request) -> WebhooksAnswer:
    """Who is told what happens on the site."""
    svc = service(request)
    found = await svc.db.read(webhooks_of, asking_moderator(request).site_id)
    return WebhooksAnswer([_shown(svc.keys, one) for one in found])


@api.endpoint("POST", "/webhooks", answers={201: WebhookAnswer}, errors=(*_WHO, WebhookRefused), needs=_ADMIN)
async def post_webhook(request: Request, body: WebhookBody) -> WebhookAnswer:
    """Have an address told what happens from now on."""
    svc, site_id = service(request), asking_moderator(request).site_id
    made = await svc.db.write(add_webhook, site_id, body.url, body.events, at=svc.clock.now())
    return WebhookAnswer(_shown(svc.keys, made))


@api.endpoint("DELETE", "/webhooks/{id}", answers={200: RemovedAnswer}, errors=_OF_ONE, needs=_ADMIN)
async def delete_webhook(request: Request) -> RemovedAnswer:
    """Tell an address nothing more, not even what it was still to be told."""
    webhook_id = _id(request, "id")
    await service(request).db.write(remove_webhook, asking_moderator(request).site_id, webhook_id)
    return RemovedAnswer(webhook_id)


@api.endpoint("GET", "/webhooks/{id}/calls", answers={200: CallsAnswer}, errors=_OF_ONE, needs=_ADMIN)
async def get_calls(request: Request) -> CallsAnswer:
    """What a webhook was told lately, and what it answered."""
    db, webhook_id = service(request).db, _id(request, "id")
    await db.read(webhook_by_id, asking_moderator(request).site_id, webhook_id)
    found = await db.read(last_calls, webhook_id, limit=MOST_SHOWN)
    return CallsAnswer([_call(one) for one in found])


@api.endpoint("POST", "/webhooks/{id}/test", answers={200: TrialAnswer}, errors=_OF_ONE, needs=_ADMIN)
async def test_webhook(request: Request) -> TrialAnswer:
    """Send a message about nothing (`webhook.test`) now, once."""
    svc, webhook_id = service(request), _id(request, "id")
    await svc.db.read(webhook_by_id, asking_moderator(request).site_id, webhook_id)
    try:
        answer = await Webhooks(svc.settings, svc.keys, svc.clock, svc.db).trial(webhook_id)
    except (CallFailed, CallRefused) as fault:
        return TrialAnswer(None, str(fault))
    if answer is None:
        raise WebhookUnknown("There is no such webhook on this site.")
    return TrialAnswer(answer.status, answer.text)


@api.endpoint(
    "POST",
    "/webhooks/{id}/calls/{call}/again",
    answers={202: SentAgainAnswer},
    errors=_OF_ONE,
    needs=_ADMIN,
)
async def post_again(request: Request) -> SentAgainAnswer:
    """Send a message once more, under its id: about the comment as it is now."""
    svc, webhook_id, message_id = service(request), _id(request, "id"), _id(request, "call")
    site_id = asking_moderator(request).site_id
    await svc.db.write(send_again, site_id, webhook_id, message_id, at=svc.clock.now())
    return SentAgainAnswer(message_id)


def _id(request: Request, name: str) -> UUID:
    return id_in_path(request, WebhookUnknown("There is no such webhook on this site."), name)


def _shown(keys: Keyring, one: Webhook) -> WebhookShown:
    return WebhookShown(one.id, one.url, json.loads(one.events), shown_secret(keys, one.id), one.created_at)


def _call(one: WebhookCall) -> CallShown:
    said = (one.attempts, one.status, one.answer, one.answered_at)
    return CallShown(one.message_id, one.event, one.comment_id, one.happened_at, *said)
