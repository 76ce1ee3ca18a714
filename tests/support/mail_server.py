"""A real SMTP server on this machine: keeps what it is sent, and refuses or encrypts as it is told."""

import asyncio
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from ipaddress import ip_address
from pathlib import Path
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.support.ports import free_port

NOT_THIS_MACHINES_NAME = "127.0.0.2"
"""Loopback, but none of the names by which a service knows its own machine: like any other server."""


@dataclass
class Mailbox:
    """What the server was handed, and what it answers: by recipient to RCPT, to all to DATA."""

    mails: list[EmailMessage] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    answer: str = "250 Noted"
    pause: asyncio.Event | None = None
    """While it is set nothing is answered to DATA, though the mail is kept; `reached` says that one is."""
    reached: threading.Event = field(default_factory=threading.Event)
    logins: list[str] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802  # aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 Fine"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.answer.startswith("250"):
            content = cast(bytes, envelope.content)
            self.mails.append(message_from_bytes(content, policy=default))
            transport = cast(asyncio.Transport, server.transport)
            self.encrypted.append(transport.get_extra_info("ssl_object") is not None)
        if self.pause is not None:
            self.reached.set()
            await self.pause.wait()
        return self.answer

    def login(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: Any
    ) -> AuthResult:
        if isinstance(given, LoginPassword) and given.password == b"p@ss:word":
            self.logins.append(given.login.decode())
            return AuthResult(success=True)
        return AuthResult(success=False, handled=False)

    def to(self, address: str) -> list[EmailMessage]:
        return [mail for mail in self.mails if address in str(mail["To"])]


@dataclass(frozen=True, slots=True)
class Running:
    """A server that runs: what it keeps, and how it is reached."""

    box: Mailbox
    host: str
    port: int

    def url(self, scheme: str = "smtp", login: str = "") -> str:
        return f"{scheme}://{login}{self.host}:{self.port}"


@contextmanager
def mail_server(
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    tls: ssl.SSLContext | None = None,
    from_start: bool = False,
    wants_login: bool = False,
) -> Iterator[Running]:
    """Run a server in a thread of its own until the block ends."""
    box = Mailbox()
    more: Mapping[str, Any] = {}
    if wants_login:
        more = {
            "authenticator": box.login,
            "auth_required": True,
            "auth_require_tls": tls is not None and not from_start,
        }
    if tls is not None and not from_start:
        more = {**more, "tls_context": tls, "require_starttls": True}
    controller = Controller(
        box,
        hostname=host,
        port=port or free_port(),
        ssl_context=tls if from_start else None,
        **more,
    )
    controller.start()
    try:
        yield Running(box, host, controller.port)
    finally:
        controller.stop()


def certificate(folder: Path, host: str = NOT_THIS_MACHINES_NAME) -> tuple[ssl.SSLContext, Path]:
    """Make a certificate for `host`; return the server's side, and the file that makes clients trust it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(host))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "certificate.pem"
    plain = serialization.NoEncryption()
    encoding = serialization.Encoding.PEM
    private = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, plain)
    file.write_bytes(made.public_bytes(encoding) + private)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context, file
