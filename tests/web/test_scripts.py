"""The scripts for others' pages: how long they may be kept, and that nothing else of the build is served."""

import json

import pytest

from comments.web.html.assets import packaged
from tests.support.site import SiteUnderTest

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("name", ["embed.js", "count.js"])
async def test_what_keeps_its_name_is_asked_for_again_after_five_minutes(
    site: SiteUnderTest, name: str
) -> None:
    answer = await site.client.get(f"/{name}", headers={"accept-encoding": "br"})

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=300"
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["access-control-allow-origin"] == "*"


async def test_chunks_are_kept_for_ever_by_their_hash(site: SiteUnderTest) -> None:
    manifest = json.loads((packaged("embed/dist") / "manifest.json").read_text())
    for part in manifest["chunks"].values():
        answer = await site.client.get(f"/embed/{part['file']}")
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("name", ["embed.js", "count.js", "manifest.json", "server", "none-0123456789ab.js"])
async def test_nothing_else_is_there(site: SiteUnderTest, name: str) -> None:
    assert (await site.client.get(f"/embed/{name}")).status_code == 404
