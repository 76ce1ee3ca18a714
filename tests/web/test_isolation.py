"""Sites do not see each other, and nothing private leaves."""

import json
from pathlib import Path
from typing import Any

import pytest

from comments.app import endpoints
from comments.identity.accounts.actions import add_moderator
from comments.identity.accounts.token_actions import make_api_token
from comments.sites.actions import add_site
from comments.web.access import Audience
from tests.support.site import PAGE, Guest, SiteUnderTest

pytestmark = pytest.mark.anyio

BODIES: dict[tuple[str, str], Any] = {
    ("POST", "/comments"): {"page": PAGE, "body": "Hello", "author": {"name": "Eve"}},
    ("PATCH", "/comments/{id}"): {"body": "Changed"},
    ("PUT", "/comments/{id}/vote"): {"value": 1},
    ("POST", "/comments/{id}/reports"): {"reason": "spam"},
    ("POST", "/preview"): {"body": "x"},
    ("POST", "/challenge"): {"page": PAGE},
}


def make_other_site(session: Any, site: SiteUnderTest) -> str:
    at = site.clock.now()
    other = add_site(session, "other", ["https://other.example"], at=at)
    session.flush()
    account = add_moderator(session, other.id, "eve@other.example", role="owner", at=at)
    session.flush()
    return make_api_token(session, site.service.keys, other.id, account.id, at=at)


async def test_no_route_gives_or_changes_anything_for_another_sites_token(site: SiteUnderTest) -> None:
    foreign = await site.service.db.write(make_other_site, site)
    guest = Guest()
    waiting = await site.posted("Waiting", guest=guest)
    public = await site.said("Public")
    before = await site.thread()

    # Streams have no end: tests/live asks them.
    for endpoint in (endpoint for endpoint in endpoints() if not endpoint.events):
        short = endpoint.path.removeprefix("/api/v1/sites/{site}")
        body = BODIES.get((endpoint.method, short))
        if endpoint.needs.who is Audience.MODERATOR and endpoint.method == "POST":
            body = {"comment_ids": [waiting["id"]], "decision": "approve"}
        for comment_id in (waiting["id"], public["id"]):
            answer = await site.send(
                endpoint.method,
                short.removeprefix("/").replace("{id}", comment_id) + f"?url={PAGE['url']}",
                body,
                authorization=f"Bearer {foreign}",
            )
            reads_public = endpoint.needs.who is Audience.NOBODY and endpoint.method != "POST"
            if not (reads_public or short in {"/preview", "/counts", "/challenge"}):
                assert answer.status_code in {401, 404}, f"{endpoint.method} {short}: {answer.text}"
            assert "Waiting" not in answer.text, short
    assert await site.thread() == before


async def test_ids_of_one_site_are_unknown_on_another(site: SiteUnderTest) -> None:
    foreign = await site.service.db.write(make_other_site, site)
    public = await site.said("Public")
    headers = {"authorization": f"Bearer {foreign}", "origin": "https://other.example"}
    base = f"/api/v1/sites/other/comments/{public['id']}"

    for method, rest, body in (
        ("GET", "", None),
        ("GET", "/replies", None),
        ("PUT", "/vote", {"value": 1}),
        ("POST", "/reports", {"reason": "spam"}),
        ("PATCH", "", {"body": "x"}),
        ("DELETE", "", None),
    ):
        answer = await site.client.request(method, base + rest, json=body, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (404, "comment-unknown"), method + rest
    decided = await site.client.post(
        "/api/v1/sites/other/moderation/decisions",
        json={"comment_ids": [public["id"]], "decision": "remove"},
        headers=headers,
    )
    assert decided.json().get("decided", []) == []
    assert await site.shown() == ["<p>Public</p>"]


async def test_no_public_answer_holds_anything_private(site: SiteUnderTest) -> None:
    private = Guest(name="Ana", address="203.0.113.77")
    author = {"name": "Ana", "email": "ana.private@mail.example"}
    comment = await site.approved("Hello", guest=private, author=author)
    await site.posted("Waits with https://a.example", guest=private, author=author)
    stranger = Guest(address="198.51.100.5")
    await site.posted("Stranger", guest=stranger)
    token = private.token or ""
    secrets = ["ana.private", "203.0.113", token, site.service.keys.token_hash(token).hex(), "address_key"]
    addresses = [
        site.path(f"thread?url={PAGE['url']}"),
        site.path(f"comments/{comment['id']}"),
        site.path(f"comments/{comment['id']}/replies"),
        site.path(f"counts?url={PAGE['url']}"),
        site.path(f"me?url={PAGE['url']}&ids={comment['id']}"),
        f"/d/blog?url={PAGE['url']}",
        "/metrics",
        "/openapi.json",
        "/healthz",
    ]
    for address in addresses:
        for headers in ({}, {"authorization": f"Bearer {stranger.token}"}):
            answer = await site.client.get(address, headers=headers)
            assert answer.status_code == 200, address
            for secret in secrets:
                assert secret not in answer.text, address


async def test_the_data_folder_holds_no_plain_address_or_token(
    site: SiteUnderTest, database_url: str, tmp_path: Path
) -> None:
    if not database_url.startswith("sqlite"):
        return  # One look at the file is enough: both databases hold the same columns.
    guest = Guest(address="203.0.113.77")
    await site.approved("Hello", guest=guest)
    moderator = await site.moderator()
    await site.service.db.close()

    files = [path for path in tmp_path.iterdir() if path.is_file()]  # noqa: ASYNC240 (a test may wait)
    held = b"".join(path.read_bytes() for path in files)
    for secret in (b"203.0.113.77", (guest.token or "").encode(), moderator.encode()):
        assert secret not in held
    assert json.dumps(guest.token).encode() not in held
