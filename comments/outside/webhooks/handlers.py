"""Sends messages to webhooks: what happened is addressed to each, and each is called until it takes it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

import msgspec

from comments.clock import Clock
from comments.config import Settings
from comments.ids import new_id
from comments.keys import Keyring
from comments.outbox import Handler, Task, Undeliverable
from comments.outside.calling import Answer, Caller, CallFailed, CallRefused
from comments.outside.external_checks import checks
from comments.outside.signing import signed_headers
from comments.outside.webhooks.actions import WEBHOOK, address_messages, note_answer
from comments.outside.webhooks.messages import TRIAL, WebhookMessage, ready
from comments.storage import Database
from comments.threads.outbox_jobs import HAPPENED
from comments.web.service import Service

LANE = "outside"
LIMIT = timedelta(seconds=30)
GONE = 410


class NotTaken(Exception):
    """The webhook answered that it did not take the message."""


class Webhooks:
    """Does the tasks that `threads.telling` puts in, and those that follow from them, one a message."""

    def __init__(self, settings: Settings, keys: Keyring, clock: Clock, db: Database) -> None:
        self._keys = keys
        self._clock = clock
        self._db = db
        self._caller = Caller(settings.webhook_networks)

    async def address(self, task: Task) -> None:
        payload = task.payload
        await self._db.write(
            address_messages,
            cast(UUID, task.site_id),
            payload["event"],
            [UUID(one) for one in payload["comment_ids"]],
            first_id=task.id,
            at=datetime.fromisoformat(payload["at"]),
        )

    async def send(self, task: Task) -> None:
        message = msgspec.convert(task.payload, WebhookMessage)
        try:
            answer = await self.call(message)
        except CallRefused as refused:
            raise Undeliverable(str(refused)) from None
        if answer is None or answer.is_good:
            return
        said = f"It answered {answer.status}. {answer.text}".strip()
        raise Undeliverable(said) if answer.status == GONE else NotTaken(said)

    async def trial(self, webhook_id: UUID) -> Answer | None:
        """Send a message about nothing, now. Raises CallFailed, CallRefused."""
        at = self._clock.now()
        return await self.call(WebhookMessage(new_id(at), webhook_id, TRIAL, new_id(at), at))

    async def call(self, message: WebhookMessage) -> Answer | None:
        """Send a message once, note the answer and return it; None if the webhook is gone."""
        db, at = self._db, self._clock.now()
        found = await db.read(ready, message)
        if found is None:
            return None
        headers = signed_headers(self._keys, message.webhook_id, message.id, found.body, at)
        try:
            answer = await self._caller.post(found.url, headers, found.body)
        except (CallFailed, CallRefused) as fault:
            await db.write(note_answer, message, None, str(fault), at=at)
            raise
        await db.write(note_answer, message, answer.status, answer.text, at=at)
        return answer


def handlers(svc: Service) -> Mapping[str, Handler]:
    """Return who tells webhooks, and who asks outside checks."""
    webhooks = Webhooks(svc.settings, svc.keys, svc.clock, svc.db)
    return {
        HAPPENED: Handler(webhooks.address, LANE, LIMIT),
        WEBHOOK: Handler(webhooks.send, LANE, LIMIT),
        **checks.handlers(svc),
    }
