"""From a letter to a message: headers that nobody can add to, plain text and HTML."""

import re
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import parseaddr

from comments.notifications.mail_content import Letter, plain_text
from comments.outbox import Undeliverable
from comments.sites.urls.addresses import AddressFault, ascii_host
from comments.text.plain import NOT_FOR_READING
from comments.web.html.template_engine import Templates

LONGEST_SUBJECT = 150
LONGEST_SENDER = 80
_BESIDE_ISOLATES = re.compile("[^\u2068\u2069]+")


class _WholeAddresses(EmailPolicy):
    """Leaves ids and addresses on one line: the library writes longer ones in a code that nobody reads there.

    Source: RFC 5322, section 2.1.1: a line has at most 998 characters, and should have 78.
    """

    def fold_binary(self, name: str, value: str) -> bytes:
        if name.lower() in _NEVER_FOLDED:
            return f"{name}: {value}\r\n".encode("ascii")
        return super().fold_binary(name, value)


_NEVER_FOLDED = {"message-id", "in-reply-to", "references", "list-unsubscribe"}
POLICY = _WholeAddresses(linesep="\r\n", max_line_length=SMTP.max_line_length)


@dataclass(frozen=True, slots=True)
class Mail:
    """A letter on its way. `id` names it for ever: sent twice, it is one mail to programs that look.

    `answers` is the id of what it belongs to, perhaps of a mail that was never sent: mails with the same are
    shown together. `stop_address` is where a single press ends mails like it (RFC 8058).
    """

    to: str
    sender: str
    letter: Letter
    id: str
    answers: str = ""
    stop_address: str = ""


@dataclass(frozen=True, slots=True)
class Post:
    """How mails of this installation are written: where they come from, and their template."""

    mail_from: str
    templates: Templates

    @property
    def domain(self) -> str:
        return self._own.domain

    @property
    def address(self) -> str:
        """The address alone, which the mail server is told too."""
        return self._own.addr_spec

    def message(self, mail: Mail, at: datetime) -> EmailMessage:
        """Return the message. Raises Undeliverable for an address that is none."""
        message = EmailMessage(policy=POLICY)
        name = one_line(mail.sender, LONGEST_SENDER) or self._own.display_name or "Comments"
        message["From"] = Address(name, self._own.username, self._own.domain)
        message["To"] = recipient(mail.to)
        message["Subject"] = one_line(mail.letter.subject, LONGEST_SUBJECT)
        message["Date"] = at
        message["Message-ID"] = self._id(mail.id)
        if mail.answers:
            message["In-Reply-To"] = message["References"] = self._id(mail.answers)
        # Nobody's holiday reply comes back (RFC 3834).
        message["Auto-Submitted"] = "auto-generated"
        if mail.stop_address:
            message["List-Unsubscribe"] = f"<{mail.stop_address}>"
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        # Every server passes ASCII on as it is.
        message.set_content(plain_text(mail.letter), cte="quoted-printable")
        message.add_alternative(self._html(mail.letter), subtype="html", cte="quoted-printable")
        return message

    @property
    def _own(self) -> Address:
        name, spec = parseaddr(self.mail_from)
        user, _, host = spec.rpartition("@")
        return Address(one_line(name, LONGEST_SENDER), user, ascii_host(host))

    def _id(self, local: str) -> str:
        return f"<{local}@{self.domain}>"

    def _html(self, letter: Letter) -> str:
        return self.templates.get_template("mail.html").render(letter=letter)


def in_bytes(message: EmailMessage) -> bytes:
    """Return a message as it is sent: in ASCII but for addresses that have more."""
    is_ascii = str(message["To"]).isascii() and str(message["From"]).isascii()
    return message.as_bytes(policy=POLICY if is_ascii else POLICY.clone(utf8=True))


def recipient(address: str) -> Address:
    """Return an address as a header takes it. Raises Undeliverable if it cannot be one."""
    user, _, host = address.rpartition("@")
    try:
        found = Address(username=user, domain=ascii_host(host))
    except (AddressFault, ValueError, IndexError):
        found = Address()
    if not found.username or not found.domain:
        raise Undeliverable("The address that it should go to is none.")
    return found


def one_line(text: str, longest: int) -> str:
    """Return text for a header: no line breaks, nothing invisible, and not too long.

    What our sentences put around names of the other direction stays.
    """
    line = " ".join(_BESIDE_ISOLATES.sub(lambda found: NOT_FOR_READING.sub("", found[0]), text).split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"
