"""Receipts of erasures: made, told from forged ones, and by what a reader is known again. Pure.

A receipt holds no personal data: counts, times, who did it, the end of the log, and a keyed hash of an id.
"""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from comments.keys import Keyring
from comments.privacy.errors import ReceiptRefused

FORMAT = "comments-erasure-1"

_KINDS = {
    "comments_removed": ("comment", "comments"),
    "comments_emptied": ("comment whose place stays", "comments whose places stay"),
    "names": ("name below a text", "names below texts"),
    "revisions": ("edit that waited", "edits that waited"),
    "votes": ("vote", "votes"),
    "reports": ("report", "reports"),
    "watches": ("wish for mail about answers", "wishes for mail about answers"),
    "bans": ("ban", "bans"),
    "tokens": ("token of a browser", "tokens of browsers"),
}
"""What people are told of what was erased; a receipt has all of it."""


def counts_in_words(counts: Mapping[str, int]) -> list[str]:
    """Return how much of each kind was erased, as one says it."""
    return [
        f"{counts[kind]:,} {words[0] if counts[kind] == 1 else words[1]}"
        for kind, words in _KINDS.items()
        if counts.get(kind)
    ]


def reader_mark(keys: Keyring, site_id: UUID, author_id: UUID) -> bytes:
    """Return the 16 bytes by which somebody who was erased is known again."""
    return keys.mac("erased-reader", site_id.bytes + author_id.bytes)


def reader_marks(keys: Keyring, site_id: UUID, author_id: UUID) -> tuple[bytes, ...]:
    """Return all that `reader_mark` may have given: with this key, and with the old one."""
    return keys.macs("erased-reader", site_id.bytes + author_id.bytes)


def sealed(keys: Keyring, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return a receipt of these facts with its MAC."""
    receipt = {"format": FORMAT, **facts, "key": keys.fingerprint()}
    return {**receipt, "mac": keys.mac("erasure-receipt", _message(receipt)).hex()}


def checked(keys: Keyring, receipt: object) -> dict[str, Any]:
    """Return a receipt that this installation has made. Raises ReceiptRefused."""
    if not isinstance(receipt, dict) or receipt.get("format") != FORMAT:
        raise ReceiptRefused("This is not a receipt of an erasure.")
    rest = {name: value for name, value in receipt.items() if name != "mac"}
    if receipt.get("key") not in keys.fingerprints():
        raise ReceiptRefused("This receipt was made with another key; only that one can vouch for it.")
    try:
        given = bytes.fromhex(receipt["mac"])
    except (KeyError, TypeError, ValueError):
        given = b""
    if not keys.matches("erasure-receipt", _message(rest), given):
        raise ReceiptRefused("This receipt was changed, or never made here.")
    return receipt


def _message(receipt: Mapping[str, Any]) -> bytes:
    return json.dumps(receipt, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()
