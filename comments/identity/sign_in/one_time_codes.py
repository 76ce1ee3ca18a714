"""Codes of a second factor: six digits of an authenticator, and recovery codes for when it is lost. Pure."""

import base64
import hmac
import secrets
from datetime import datetime
from hashlib import sha1
from urllib.parse import quote, urlencode

STEP_SECONDS = 30
DIGITS = 6
DRIFT = 1
"""How many steps a phone's clock may be wrong, either way."""

RECOVERY_CODES = 10
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that are taken for one another."""


def code_at(secret: bytes, step: int) -> str:
    """Return the code of one step of 30 seconds.

    Source: RFC 6238 (TOTP) and RFC 4226, section 5.3 (its truncation). SHA-1 is what authenticators know.
    """
    digest = hmac.digest(secret, step.to_bytes(8, "big"), sha1)
    start = digest[-1] & 0x0F
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def matching_step(secret: bytes, given: str, at: datetime, *, after: int) -> int | None:
    """Return the step whose code was given, None if it is wrong or not newer than the step `after`."""
    now = int(at.timestamp()) // STEP_SECONDS
    digits = "".join(given.split())
    found = None
    # All of them, whichever fits: the time taken tells nothing.
    for step in range(now - DRIFT, now + DRIFT + 1):
        if hmac.compare_digest(code_at(secret, step).encode(), digits.encode()) and step > after:
            found = step
    return found


def secret_words(secret: bytes) -> str:
    """Return the secret as people type it into an authenticator: groups of four letters."""
    written = base64.b32encode(secret).decode().rstrip("=")
    return " ".join(written[start : start + 4] for start in range(0, len(written), 4))


def otpauth_url(secret: bytes, *, account: str, issuer: str) -> str:
    """Return the address that a QR code carries.

    Source: the Key URI Format, as authenticators read it.
    """
    written = base64.b32encode(secret).decode().rstrip("=")
    query = urlencode({"secret": written, "issuer": issuer}, quote_via=quote)
    return f"otpauth://totp/{quote(issuer)}:{quote(account)}?{query}"


def new_recovery_codes() -> list[str]:
    """Return ten codes of about 50 bits each."""
    return ["-".join(_some_letters() for _ in range(2)) for _ in range(RECOVERY_CODES)]


def plain_recovery_code(given: str) -> str:
    return "".join(sign for sign in given.casefold() if sign in _LETTERS)


def _some_letters() -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(5))
