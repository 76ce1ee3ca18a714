"""What sends the mails of this installation: the server and the sender that its settings name."""

from dataclasses import dataclass

from comments.clock import Clock
from comments.config import Settings
from comments.notifications.messages import Mail, Post
from comments.notifications.senders.smtp import MailServer
from comments.web.html.template_engine import Templates


@dataclass(frozen=True, slots=True)
class Mailer:
    """Sends one mail at a time over a connection of its own: a server that is slow holds up only this one."""

    server: MailServer
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
    return Mailer(MailServer.at(settings.smtp_url), Post(settings.mail_from, templates), clock)
