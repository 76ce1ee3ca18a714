"""A running application with a real mail server, and what is delivered through it."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from comments.background.outbox_handlers import delivery
from comments.clock import FixedClock
from comments.sites.actions import set_settings
from tests.support.mail_server import Mailbox, Running, mail_server
from tests.support.site import SiteUnderTest, running_site

TALK = "https://talk.example"
OURS = {"origin": TALK}


@dataclass
class Mailing:
    """The site `blog`, its mail server, and the tasks that are due."""

    site: SiteUnderTest
    server: Running

    @property
    def box(self) -> Mailbox:
        return self.server.box

    async def deliver(self, *, after: timedelta = timedelta()) -> list[EmailMessage]:
        """Let time pass, do what is due then, and return what arrived by it."""
        before = len(self.box.mails)
        self.site.clock.advance(after)
        await delivery(self.site.service).deliver_due()
        return self.box.mails[before:]

    async def set(self, **settings: str) -> None:
        await self.site.service.db.write(set_settings, self.site.name, settings)

    async def page(self, address: str) -> Any:
        return await self.site.client.get(address.removeprefix(TALK))

    async def press(self, address: str, **fields: str) -> Any:
        """Send a form of one of our pages."""
        return await self.site.client.post(address.removeprefix(TALK), data=fields, headers=OURS)


@asynccontextmanager
async def mailing(database_url: str, clock: FixedClock, folder: Path, **more: Any) -> AsyncIterator[Mailing]:
    with mail_server() as server:
        settings = {"COMMENTS_SMTP_URL": server.url(), "COMMENTS_BASE_URL": TALK}
        async with running_site(database_url, clock, folder, settings=settings, **more) as site:
            yield Mailing(site, server)


def texts(mail: EmailMessage) -> list[str]:
    """Return a mail's plain text and its HTML."""
    return [part.get_content().replace("\r\n", "\n") for part in mail.iter_parts()]


def addresses(mail: EmailMessage) -> list[str]:
    """Return every address that the plain text leads to."""
    return re.findall(r"https?://\S+", texts(mail)[0])
