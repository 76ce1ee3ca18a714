"""The letter that shows whether mails arrive."""

import asyncio
from datetime import datetime

from comments.events import Undeliverable
from comments.identity.models import Account
from comments.ids import new_id
from comments.limits import Rate
from comments.notifications.handlers import LIMIT
from comments.notifications.letters import Letter, Link, Paragraph
from comments.notifications.messages import Mail, recipient
from comments.notifications.sending import Mailer, mailer
from comments.notifications.smtp import MailFailed
from comments.web.service import Service
from comments.web.templating import date_and_time

NO_SERVER = "No mail server is set. Who runs the service sets one with COMMENTS_SMTP_URL; see docs/mail.md."


class TrialFailed(Exception):
    """The test mail did not go out, for the reason in words."""


async def send_trial(svc: Service, account: Account) -> str:
    """Send a test mail to an owner now, and return what came of it. Raises TrialFailed."""
    if svc.limits.hit(Rate.TRIAL_MAIL, str(account.id)):
        raise TrialFailed("These were many test mails in an hour. Try again later.")
    sending = mailer(svc.settings, svc.clock, svc.templates)
    return await send_test(sending, account.email, svc.settings.base_url, at=svc.clock.now())


async def send_test(sending: Mailer | None, address: str, base_url: str, *, at: datetime) -> str:
    """Send a test mail to an address now, and return what the mail server answers. Raises TrialFailed."""
    if sending is None:
        raise TrialFailed(NO_SERVER)
    letter = trial_letter(base_url, at)
    try:
        recipient(address)
        async with asyncio.timeout(LIMIT.total_seconds()):
            answer = await sending.send(Mail(address, "", letter, id=f"test-{new_id(at)}"))
    except TimeoutError:
        raise TrialFailed("Not sent: the mail server did not answer in time.") from None
    except (MailFailed, Undeliverable) as refused:
        raise TrialFailed(f"Not sent. {refused}") from refused
    return f"Sent to {address} from {sending.post.address}. {sending.server.where} says: {answer}"


def trial_letter(base_url: str, at: datetime) -> Letter:
    """Return what an owner gets who asks whether the mail server works."""
    return Letter(
        subject="The mail server works",
        lang="en",
        heading="The mail server works",
        parts=[
            Paragraph(f"This test was asked for on {date_and_time(at)} UTC."),
            Paragraph("If you can read it, sign-in links, digests and notices of replies arrive too."),
        ],
        button=Link("Moderate", f"{base_url}/moderate"),
        foot=[[f"Sent by Comments on {base_url}."]],
    )
