"""Secrets in the addresses of mails: they say what may be done with them, and nobody else can make one."""

import base64
import binascii
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from comments.errors import NotFound
from comments.keys import Keyring

Purpose = Literal["digest", "watch", "confirm", "message"]

_LETTERS: dict[str, Purpose] = {"d": "digest", "w": "watch", "c": "confirm", "m": "message"}
_LETTER_OF = {purpose: letter for letter, purpose in _LETTERS.items()}
_ID_BYTES = 16
_MAC = "mail-ticket"


class LinkTokenUnknown(NotFound):
    """An address from a mail that we did not send, or whose matter is over."""

    code = "ticket-unknown"
    DETAIL = "This address is of no mail of ours, or what it was about is over. Nothing is left to do."


@dataclass(frozen=True, slots=True)
class LinkToken:
    """What may be done with an address: something about these ids.

    A `message` names its comment, and as a UUID the keyed hash of the address that it went to.
    """

    purpose: Purpose
    ids: tuple[UUID, ...]


def signed(keys: Keyring, ticket: LinkToken) -> str:
    """Return a ticket for an address."""
    message = _LETTER_OF[ticket.purpose].encode() + b"".join(one.bytes for one in ticket.ids)
    return base64.urlsafe_b64encode(message + keys.mac(_MAC, message)).decode().rstrip("=")


def read(keys: Keyring, secret: str) -> LinkToken:
    """Return the ticket of an address. Raises TicketUnknown."""
    try:
        whole = base64.b64decode(secret + "=" * (-len(secret) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        whole = b""
    message, mac = whole[:-16], whole[-16:]
    purpose = _LETTERS.get(message[:1].decode("ascii", "replace"))
    if purpose is None or not keys.matches(_MAC, message, mac):
        raise LinkTokenUnknown(LinkTokenUnknown.DETAIL)
    ids = message[1:]
    return LinkToken(
        purpose, tuple(UUID(bytes=ids[at : at + _ID_BYTES]) for at in range(0, len(ids), _ID_BYTES))
    )
