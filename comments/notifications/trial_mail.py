"""The letter that shows whether mails arrive."""

import asyncio
from datetime import datetime
from uuid import UUID

from comments.identity.models import Account
from comments.ids import new_id
from comments.limits import Rate
from comments.notifications.catalogue import Catalogue
from comments.notifications.digests.queries import spoken_by
from comments.notifications.handlers import LIMIT
from comments.notifications.mail_content import Letter, MailLink, Paragraph
from comments.notifications.messages import Mail, recipient
from comments.notifications.senders.factory import Mailer, mailer
from comments.notifications.senders.smtp import MailFailed
from comments.outbox import Undeliverable
from comments.web.service import Service

NO_SERVER = (
    "No mail server is set. Who runs the service sets one with COMMENTS_SMTP_URL; see docs/how-to/mail.md."
)


class TrialFailed(Exception):
    """The test mail did not go out, for the reason in words."""


async def send_trial(svc: Service, account: Account, site_id: UUID) -> str:
    """Send an owner a test mail of a site now, and return what came of it. Raises TrialFailed."""
    if svc.limits.hit(Rate.TRIAL_MAIL, str(account.id)):
        raise TrialFailed("These were many test mails in an hour. Try again later.")
    sending = mailer(svc.settings, svc.clock, svc.templates)
    lang = await svc.db.read(spoken_by, site_id)
    letter = trial_letter(lang, svc.settings.base_url, svc.clock.now())
    return await send_test(sending, account.email, letter, at=svc.clock.now())


async def send_test(sending: Mailer | None, address: str, letter: Letter, *, at: datetime) -> str:
    """Send a test mail to an address now, and return what the mail server answers. Raises TrialFailed."""
    if sending is None:
        raise TrialFailed(NO_SERVER)
    try:
        recipient(address)
        async with asyncio.timeout(LIMIT.total_seconds()):
            answer = await sending.send(Mail(address, "", letter, id=f"test-{new_id(at)}"))
    except TimeoutError:
        raise TrialFailed("Not sent: the mail server did not answer in time.") from None
    except (MailFailed, Undeliverable) as refused:
        raise TrialFailed(f"Not sent. {refused}") from refused
    return f"Sent to {address} from {sending.post.address}. {sending.server.where} says: {answer}"


def trial_letter(lang: str, base_url: str, at: datetime) -> Letter:
    """Return what an owner gets who asks whether the mail server works."""
    words = Catalogue(lang)
    return Letter(
        subject=words("trial_subject"),
        lang=words.lang,
        direction=words.direction,
        heading=words("trial_subject"),
        parts=[Paragraph(words("trial_asked", time=words.time(at))), Paragraph(words("trial_arrives"))],
        button=MailLink(words("open_queue"), f"{base_url}/moderate"),
        foot=[[words("trial_sent", address=base_url)]],
    )
