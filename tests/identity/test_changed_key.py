"""After a change of the secret key: who comes back while both keys are set is known by the new one alone."""

from datetime import timedelta
from typing import Any

import pytest

from comments.keys import Keyring
from tests.support.site import SECRET, Guest, SiteUnderTest

pytestmark = pytest.mark.anyio

NEW = "another secret for tests only, long enough"


def use(site: SiteUnderTest, keys: Keyring) -> None:
    site.service.keys = keys


async def test_tokens_that_are_used_outlive_the_old_key(site: SiteUnderTest) -> None:
    came_back, stayed_away = Guest("Ana", "203.0.113.1"), Guest("Jo", "203.0.113.2")
    for guest in (came_back, stayed_away):
        await site.approved(f"A first word of {guest.name}", guest=guest)
    bearer: dict[str, Any] = {"authorization": f"Bearer {await site.moderator()}"}

    use(site, Keyring(NEW, SECRET))
    site.clock.advance(timedelta(days=2))
    assert (await site.post("A second word", guest=came_back)).status_code == 201
    assert (await site.send("GET", "moderation/log", **bearer)).status_code == 200

    use(site, Keyring(NEW))
    assert (await site.post("A third word, later", guest=came_back)).status_code == 201
    assert (await site.send("GET", "moderation/log", **bearer)).status_code == 200
    assert (await site.post("A second word", guest=stayed_away)).status_code == 401
