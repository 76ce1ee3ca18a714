"""How the log holds together: one entry's bytes, what it commits to, and the chain of MACs. Pure.

An entry is canonical JSON. Names and reasons are not in it, but commitments to them: BLAKE2b of the value,
keyed with a salt that is kept beside the entry. Digest N is over digest N-1, MAC N-1 and entry N; MAC N is
over digest N, with the installation's key. So the MAC of the last entry vouches for all before it, even for
those that were made with a key that is no longer known; and nobody adds to an end whose own MAC is not right
without saying so in a `break`.

Source: keyed BLAKE2b is a MAC (RFC 7693, section 2.9).
"""

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from comments.keys import Keyring

SALT_BYTES = 16
MAC_BYTES = 16
_PURPOSE = "decision log"
_NAMED = re.compile(r"([1-9][0-9]{0,9}):([0-9a-f]{32})")

Personal = dict[str, list[str | None]]
"""By field, the salt in hex and the value; None for a value that stands in the decision itself."""


@dataclass(frozen=True, slots=True)
class ChainLink:
    """The end of a chain: what the next entry is tied to."""

    number: int = 0
    digest: bytes = b""
    mac: bytes = b""

    def __str__(self) -> str:
        """Name it, as mails do and as `named` reads it."""
        return f"{self.number}:{self.mac.hex()}"


@dataclass(frozen=True, slots=True)
class NewEntry:
    """What is to be logged: `facts` stand in the entry, to `personal` it commits.

    The values of `elsewhere` are committed to and not kept in the log, for they stand in the decision.
    """

    kind: str
    facts: Mapping[str, Any]
    personal: Mapping[str, str] = field(default_factory=dict)
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    decision_id: UUID | None = None
    comment_id: UUID | None = None


def named(text: str) -> tuple[int, str] | None:
    """Return the number and the MAC in hex of an end that somebody names; None if it cannot be one."""
    read = _NAMED.fullmatch(text)
    return (int(read[1]), read[2]) if read is not None else None


def encoded(site_id: UUID, number: int, new: NewEntry) -> tuple[bytes, Personal]:
    """Return the bytes of an entry, and the salts and values of what it commits to."""
    personal: Personal = {name: [_salt(), value] for name, value in new.personal.items()}
    commitments = {
        name: commitment(name, salt or "", value or "") for name, (salt, value) in personal.items()
    }
    for name, value in new.elsewhere.items():
        salt = _salt()
        personal[name] = [salt, None]
        commitments[name] = commitment(name, salt, value)
    about = {"decision": new.decision_id, "comment": new.comment_id}
    entry = {
        **new.facts,
        **{name: str(one) for name, one in about.items() if one is not None},
        "kind": new.kind,
        "site": str(site_id),
        "number": number,
        "personal": commitments,
    }
    return canonical(entry), personal


def canonical(entry: Mapping[str, Any]) -> bytes:
    """Return the one way to write an entry: UTF-8, keys sorted, no spaces."""
    return json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def commitment(name: str, salt: str, value: str) -> str:
    """Return what an entry says of a value: nothing, to whoever lacks the salt."""
    keyed = hashlib.blake2b(value.encode(), digest_size=32, key=bytes.fromhex(salt), person=name.encode())
    return keyed.hexdigest()


def next_digest(last: ChainLink, entry: bytes) -> bytes:
    """Return the digest of the entry that follows `last`."""
    digest = hashlib.blake2b(digest_size=32, person=b"log digest")
    # Both are as long as ever from the second entry on, so the parts cannot be cut otherwise.
    for part in (last.digest, last.mac, entry):
        digest.update(part)
    return digest.digest()


def joined(keys: Keyring, last: ChainLink, entry: bytes) -> ChainLink:
    """Return the chain's new end with the entry after `last`."""
    digest = next_digest(last, entry)
    return ChainLink(last.number + 1, digest, keys.mac(_PURPOSE, digest, size=MAC_BYTES))


def is_sealed(keys: Keyring, link: ChainLink) -> bool:
    """Say whether somebody with the key, or with the old one, made this MAC."""
    return keys.matches(_PURPOSE, link.digest, link.mac)


def is_sealed_now(keys: Keyring, link: ChainLink) -> bool:
    """Say whether the MAC is the present key's."""
    return hmac.compare_digest(keys.mac(_PURPOSE, link.digest, size=MAC_BYTES), link.mac)


def opens(name: str, salt: str, value: str, committed: str) -> bool:
    """Say whether a value is the one that was committed to."""
    try:
        return hmac.compare_digest(commitment(name, salt, value), committed)
    except (ValueError, TypeError):
        return False


def _salt() -> str:
    return secrets.token_hex(SALT_BYTES)
