"""E-mail addresses: what counts as one, and as the same one."""

import re

from comments.identity.errors import EmailRefused
from comments.text.plain import fold

LONGEST_EMAIL = 254
ADDRESS = re.compile(r"[^@\s\x00-\x1f\x7f<>()\[\],;:\\\"]+@[^@\s\x00-\x1f\x7f<>()\[\],;:\\\"]+")


def folded_email(written: str) -> str:
    """Return the address as it is stored and compared: folded.

    Raises EmailRefused if it does not look like one address.
    """
    folded = fold(written.strip())
    if len(folded) > LONGEST_EMAIL or not ADDRESS.fullmatch(folded):
        message = f"{written!r} is not an e-mail address."
        raise EmailRefused(message, errors={"email": "is not an e-mail address"})
    return folded
