"""Asks outside checks about comments until all have answered, and tells Akismet what moderators decided."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import cast
from uuid import UUID

from comments.clock import Clock
from comments.config import Settings
from comments.ids import new_id
from comments.keys import Keyring
from comments.moderation.training.actions import CHECKED_DECISIONS
from comments.outbox import Handler, Task
from comments.outbox.actions import MOST_ATTEMPTS
from comments.outside.calling import Answer, Caller, CallFailed, CallRefused
from comments.outside.external_checks import akismet
from comments.outside.external_checks.actions import CheckedComment, CheckResult, settle
from comments.outside.external_checks.answers import (
    CheckAdvice,
    NoAnswer,
    check_key_is_valid,
    check_taken,
    said_by_akismet,
    said_by_endpoint,
)
from comments.outside.external_checks.feedback import TELL, address_feedback, note_told, to_tell
from comments.outside.external_checks.questions import Question, to_ask
from comments.outside.queries import site_home
from comments.outside.signing import signed_headers
from comments.outside.webhooks.messages import as_asked, as_trial
from comments.sites.checks import AKISMET, KEY_PURPOSE
from comments.sites.models import OutsideCheck
from comments.storage import Database
from comments.threads.outbox_jobs import TO_BE_CHECKED
from comments.web.service import Service

LANE = "checks"
FEEDBACK_LANE = "feedback"
LIMIT = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class CheckTrial:
    """What came of a trial, and why, for the site's owner."""

    works: bool
    answer: str


class Unanswered(Exception):
    """Not all checks have answered; they are asked again."""


class Checks:
    """Asks, each time only who has not answered yet, and has done what they say."""

    def __init__(self, settings: Settings, keys: Keyring, clock: Clock, db: Database) -> None:
        self._keys = keys
        self._clock = clock
        self._db = db
        self._caller = Caller(settings.webhook_networks, settings.check_seconds)

    async def ask(self, task: Task) -> None:
        site_id, version = cast(UUID, task.site_id), task.payload["version"]
        comment_id = UUID(task.payload["comment_id"])
        found = await self._db.read(to_ask, site_id, comment_id, version)
        if found is None:
            return
        results = await asyncio.gather(*(self._ask(one, found.question, task.id) for one in found.checks))
        asked = CheckedComment(site_id, comment_id, version, is_last=task.attempts >= MOST_ATTEMPTS)
        if not await self._db.write(settle, asked, results, self._keys, at=self._clock.now()):
            raise Unanswered(" ".join(one.fault for one in results if one.fault))

    async def address_feedback(self, task: Task) -> None:
        ids = [UUID(one) for one in task.payload["comment_ids"]]
        await self._db.write(address_feedback, cast(UUID, task.site_id), ids, at=self._clock.now())

    async def tell(self, task: Task) -> None:
        """Tell Akismet what moderators think of a comment. Raises NoAnswer, CallFailed, CallRefused."""
        comment_id = UUID(task.payload["comment_id"])
        found = await self._db.read(to_tell, cast(UUID, task.site_id), comment_id)
        if found is None:
            return
        fields = {
            "api_key": self._key(found.check),
            **akismet.fields_of(found.question, found.check, self._keys),
        }
        check_taken(await self._akismet(found.check, akismet.SUBMIT[found.verdict], fields))
        await self._db.write(note_told, found)

    async def trial(self, check: OutsideCheck) -> CheckTrial:
        """Ask about nothing, now: whether Akismet knows the key, or what an endpoint says."""
        at, (site_name, home) = self._clock.now(), await self._db.read(site_home, check.site_id)
        try:
            if check.kind == AKISMET:
                key = self._key(check)
                fields = {"api_key": key, "key": key, "blog": home}
                check_key_is_valid(await self._akismet(check, akismet.VERIFY, fields))
                return CheckTrial(True, "It knows the key.")
            said = said_by_endpoint(await self._signed(check, new_id(at), as_trial(site_name, check.id, at)))
        except (NoAnswer, CallFailed, CallRefused) as fault:
            return CheckTrial(False, str(fault))
        return CheckTrial(True, f"It answered {said.outcome}. {said.reason}".strip())

    async def _ask(self, check: OutsideCheck, question: Question, message_id: UUID) -> CheckResult:
        try:
            return CheckResult(check.id, await self._said(check, question, message_id))
        except (NoAnswer, CallFailed, CallRefused) as fault:
            return CheckResult(check.id, None, str(fault))

    async def _said(self, check: OutsideCheck, question: Question, message_id: UUID) -> CheckAdvice:
        if check.kind == AKISMET:
            fields = {"api_key": self._key(check), **akismet.fields_of(question, check, self._keys)}
            return said_by_akismet(await self._akismet(check, akismet.CHECK, fields))
        body = as_asked(question, self._clock.now(), with_email=check.sends_email)
        return said_by_endpoint(await self._signed(check, message_id, body))

    async def _akismet(self, check: OutsideCheck, call: str, fields: Mapping[str, str]) -> Answer:
        url = akismet.address_of(check, call)
        return await self._caller.post(url, akismet.HEADERS, akismet.form(fields))

    async def _signed(self, check: OutsideCheck, message_id: UUID, body: bytes) -> Answer:
        headers = signed_headers(self._keys, check.id, message_id, body, self._clock.now())
        return await self._caller.post(check.url, headers, body)

    def _key(self, check: OutsideCheck) -> str:
        """Return the owner's key. Raises NoAnswer."""
        key = self._keys.unseal(KEY_PURPOSE, check.key or b"")
        if key is None:
            raise NoAnswer("Its key was kept with another secret key: set it again.")
        return key


def handlers(svc: Service) -> Mapping[str, Handler]:
    """Return who asks, and who tells what moderators thought of it."""
    checks = Checks(svc.settings, svc.keys, svc.clock, svc.db)
    return {
        TO_BE_CHECKED: Handler(checks.ask, LANE, LIMIT),
        CHECKED_DECISIONS: Handler(checks.address_feedback, FEEDBACK_LANE, LIMIT),
        TELL: Handler(checks.tell, FEEDBACK_LANE, LIMIT),
    }
