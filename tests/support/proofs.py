"""Somebody who writes as the widget does: asks for a challenge, solves it, sends both with the comment."""

import base64
import hashlib
import json
from datetime import timedelta
from typing import Any

from tests.support.site import PAGE, Guest, SiteUnderTest


def solved(challenge: dict[str, Any]) -> str:
    """Return the solution of a challenge, as it is sent."""
    salted, wanted = hashlib.sha256(challenge["salt"].encode()), bytes.fromhex(challenge["challenge"])
    for number in range(challenge["maxnumber"] + 1):
        tried = salted.copy()
        tried.update(b"%d" % number)
        if tried.digest() == wanted:
            return packed(challenge, number=number)
    raise AssertionError("this challenge has no solution")


def packed(challenge: dict[str, Any], *, number: Any) -> str:
    given = {name: challenge[name] for name in ("algorithm", "challenge", "salt", "signature")}
    return base64.b64encode(json.dumps(given | {"number": number}).encode()).decode()


def unpacked(proof: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(base64.b64decode(proof))
    return found


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


async def challenged(
    site: SiteUnderTest, *, guest: Guest | None = None, page: dict[str, str] | None = None
) -> dict[str, Any]:
    answer = await site.send("POST", "challenge", {"page": page or PAGE}, guest=guest or Guest())
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def written(site: SiteUnderTest, **more: Any) -> dict[str, str]:
    """Begin to write, and return what to send with the comment five seconds later."""
    asked = await challenged(site, **more)
    site.clock.advance(timedelta(seconds=5))
    return {"form_token": asked["form_token"], "altcha": solved(asked["altcha"])}
