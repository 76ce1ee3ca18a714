"""The mail server: how it is reached, and what its answers mean."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from comments.config import LOOPBACK_HOSTS
from comments.notifications.messages import in_bytes
from comments.outbox import Undeliverable

if TYPE_CHECKING:
    from aiosmtplib import SMTP

ANSWER_SECONDS = 15.0
"""How long the server may take for each answer; the whole has `events.Handler.limit`."""

PERMANENT = 500
# "Sign in first", and what else is about us and not about the mail.
ABOUT_US = {530, 534, 535, 538}
DEFAULT_PORTS = {"smtps": 465, "smtp": 25}
SUBMISSION_PORT = 587

# Servers name addresses in their answers, and those are nobody's business in a log.
_ADDRESS = re.compile(r"<?[^\s<>@]+@[^\s<>@,;]+>?")


class MailFailed(Exception):
    """The mail did not go out this time, for the reason in words."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """One SMTP server. `from_start` speaks TLS at once; else STARTTLS is asked for.

    Its certificate is always checked. A password is never sent in the open, except to this very machine.
    """

    host: str
    port: int
    from_start: bool
    user: str = ""
    password: str = field(default="", repr=False)

    @classmethod
    def at(cls, url: str) -> "MailServer":
        """Return the server of a `COMMENTS_SMTP_URL`: port 465, 587 with a user, or 25 unless it has one."""
        parts = urlsplit(url)
        user = unquote(parts.username or "")
        default = SUBMISSION_PORT if user and parts.scheme == "smtp" else DEFAULT_PORTS[parts.scheme]
        return cls(
            host=parts.hostname or "",
            port=parts.port or default,
            from_start=parts.scheme == "smtps",
            user=user,
            password=unquote(parts.password or ""),
        )

    @property
    def where(self) -> str:
        return f"{self.host} port {self.port}"

    async def send(self, message: EmailMessage, *, sender: str, own_name: str) -> str:
        """Hand a message over, and return the server's answer; `own_name` is the host we say we are.

        Raises Undeliverable if the server will never take it, MailFailed if it did not this time.
        """
        from aiosmtplib import SMTPException, SMTPSenderRefused

        to = message["To"].addresses[0].addr_spec
        options = [] if (sender + to).isascii() else ["SMTPUTF8"]
        async with self._connected(own_name) as smtp:
            try:
                _, answer = await smtp.sendmail(sender, [to], in_bytes(message), mail_options=options)
            except (SMTPException, OSError) as fault:
                final = not isinstance(fault, SMTPSenderRefused)
                raise self._meaning(fault, may_be_final=final) from fault
        return without_addresses(answer)

    async def check(self, *, own_name: str) -> None:
        """Connect, encrypt and sign in as for a mail, and say goodbye. Raises MailFailed."""
        async with self._connected(own_name):
            pass

    @asynccontextmanager
    async def _connected(self, own_name: str) -> "AsyncIterator[SMTP]":
        # Here, for few processes ever send mail, and this takes a tenth of a second.
        from aiosmtplib import SMTP, SMTPException

        smtp = SMTP(
            hostname=self.host,
            port=self.port,
            username=self.user or None,
            password=self.password or None,
            # Its own way to find a name may ask the network.
            local_hostname=own_name,
            timeout=ANSWER_SECONDS,
            use_tls=self.from_start,
            start_tls=self._start_tls,
        )
        try:
            await smtp.connect()
        except (SMTPException, OSError, ValueError) as fault:
            smtp.close()
            raise self._meaning(fault) from fault
        try:
            yield smtp
        except BaseException:
            smtp.close()
            raise
        try:
            await smtp.quit()
        except (SMTPException, OSError):
            # What was to be done is done.
            smtp.close()

    @property
    def _start_tls(self) -> bool | None:
        """Say whether TLS is a must (True), taken if offered (None), or not asked for (False)."""
        if self.from_start or self.host in LOOPBACK_HOSTS:
            return False
        return True if self.user else None

    def _meaning(self, fault: Exception, *, may_be_final: bool = False) -> Exception:
        """Say what an answer, or its absence, means: never, or not now.

        What the server has against us (a wrong password, a sender it does not like) may be set right; a
        mail or an address that it refuses, it refuses again.
        """
        code, said = _answer(fault)
        if code:
            words = f"{self.where} says: {code} {without_addresses(said)}"
            is_final = may_be_final and code >= PERMANENT and code not in ABOUT_US
            return Undeliverable(words) if is_final else MailFailed(words)
        return MailFailed(f"{self.where}: {without_addresses(said)}")


def without_addresses(text: str) -> str:
    return _ADDRESS.sub("[address]", " ".join(text.split()))


def _answer(fault: Exception) -> tuple[int, str]:
    from aiosmtplib import SMTPRecipientsRefused, SMTPResponseException, SMTPTimeoutError

    if isinstance(fault, SMTPRecipientsRefused):
        fault = fault.recipients[0]
    if isinstance(fault, SMTPResponseException):
        return fault.code, fault.message
    if isinstance(fault, SMTPTimeoutError):
        return 0, f"no answer within {ANSWER_SECONDS:.0f} seconds"
    return 0, str(fault) or type(fault).__name__
