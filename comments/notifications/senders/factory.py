"""What sends the mails of this installation: the server and the sender that its settings name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Protocol
from urllib.parse import urlsplit

from comments.clock import Clock
from comments.config import Settings
from comments.notifications.messages import Mail, Post
from comments.notifications.senders.smtp import MailServer
from comments.web.html.template_engine import Templates


class MailSender(Protocol):
    """A way for mails to leave the house."""

    @property
    def where(self) -> str:
        """Where they go, in words."""

    async def send(self, message: EmailMessage, *, sender: str, own_name: str) -> str:
        """Hand a message over, and return the answer in words. Raises Undeliverable, MailFailed."""

    async def check(self, *, own_name: str) -> None:
        """Raise MailFailed unless mails could leave now."""


SENDERS: Mapping[str, Callable[[str], MailSender]] = {
    "smtp": MailServer.at,
    "smtps": MailServer.at,
}
"""What sends, by the scheme of `COMMENTS_SMTP_URL`."""


@dataclass(frozen=True, slots=True)
class Mailer:
    """Sends one mail at a time over a connection of its own: a server that is slow holds up only this one."""

    server: MailSender
    post: Post
    clock: Clock

    async def send(self, mail: Mail) -> str:
        """Send a mail and return the server's answer. Raises Undeliverable, MailFailed."""
        message = self.post.message(mail, self.clock.now())
        return await self.server.send(message, sender=self.post.address, own_name=self.post.domain)

    async def check(self) -> None:
        """Raise MailFailed unless the server lets us in."""
        await self.server.check(own_name=self.post.domain)


def mailer(settings: Settings, clock: Clock, templates: Templates) -> Mailer | None:
    """Return what sends mails, None where no server is set."""
    if not settings.smtp_url:
        return None
    sender = SENDERS[urlsplit(settings.smtp_url).scheme]
    return Mailer(sender(settings.smtp_url), Post(settings.mail_from, templates), clock)
