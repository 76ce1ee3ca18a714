"""The HTTP API of a site's mails: what failed, to send it once more, and whether the mail server works."""

from datetime import datetime
from uuid import UUID

import msgspec
from starlette.requests import Request

from comments.errors import NotFound
from comments.identity.access_routes import asking_moderator
from comments.identity.accounts.queries import account_by_id
from comments.identity.errors import ModeratorsOnly, OwnersOnly, TokenMissing, TokenUnknown
from comments.identity.routes import MalformedToken
from comments.notifications.handlers import OF_A_SITE
from comments.notifications.trial_mail import TrialFailed, send_trial
from comments.outbox.actions import revive
from comments.outbox.queries import failures, number_waiting
from comments.sites.errors import SiteUnknown
from comments.web.access import owner
from comments.web.routing import Api, id_in_path
from comments.web.service import service

api = Api("/api/v1/sites/{site}", tag="Outbox")

MOST_SHOWN = 100
_WHO = (SiteUnknown, TokenMissing, TokenUnknown, MalformedToken, ModeratorsOnly, OwnersOnly)
_ADMIN = owner("admin")


class MailUnknown(NotFound):
    """No mail of this site that was given up has this id; one that waits is tried again by itself."""

    code = "mail-unknown"


class MailShown(msgspec.Struct):
    """A mail that failed: `state` is `waiting` for another attempt at `due_at`, or `dead`.

    `error` is what the mail server said.
    """

    id: UUID
    kind: str
    state: str
    attempts: int
    error: str
    first_due_at: datetime
    due_at: datetime


class OutboxAnswer(msgspec.Struct):
    """How many mails of the site wait, and the newest 100 that failed."""

    waiting: int
    failed: list[MailShown]


class AgainAnswer(msgspec.Struct):
    sent_again: UUID


class MailTrialAnswer(msgspec.Struct):
    """Whether a test mail to the token's owner was taken, and what the mail server said."""

    sent: bool
    answer: str


@api.endpoint("GET", "/outbox", answers={200: OutboxAnswer}, errors=_WHO, needs=_ADMIN)
async def get_outbox(request: Request) -> OutboxAnswer:
    """What waits, and what failed. Sign-in links belong to no site."""
    db, site_id = service(request).db, asking_moderator(request).site_id
    failed = await db.read(failures, site_id, limit=MOST_SHOWN, kinds=OF_A_SITE)
    waiting = await db.read(number_waiting, site_id, OF_A_SITE)
    shown = [
        MailShown(one.id, one.kind, one.state, one.attempts, one.last_error, one.first_due_at, one.due_at)
        for one in failed
    ]
    return OutboxAnswer(waiting, shown)


@api.endpoint(
    "POST", "/outbox/{id}/again", answers={202: AgainAnswer}, errors=(*_WHO, MailUnknown), needs=_ADMIN
)
async def post_mail_again(request: Request) -> AgainAnswer:
    """Try a mail once more that was given up."""
    svc, site_id = service(request), asking_moderator(request).site_id
    unknown = MailUnknown("There is no such mail that was given up.")
    mail_id = id_in_path(request, unknown)
    if not await svc.db.write(revive, [mail_id], site_id, at=svc.clock.now(), kinds=OF_A_SITE):
        raise unknown
    return AgainAnswer(mail_id)


@api.endpoint("POST", "/outbox/test", answers={200: MailTrialAnswer}, errors=_WHO, needs=_ADMIN)
async def post_trial_mail(request: Request) -> MailTrialAnswer:
    """Send a test mail now to the address of the token's owner; eight an hour at most."""
    svc, who = service(request), asking_moderator(request)
    account = await svc.db.read(account_by_id, who.account_id)
    try:
        return MailTrialAnswer(True, await send_trial(svc, account, who.site_id))
    except TrialFailed as failed:
        return MailTrialAnswer(False, str(failed))
