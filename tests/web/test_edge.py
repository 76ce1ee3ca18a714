"""What every request goes through: origins, CORS, sizes, text, headers, one shape of error, no leaks."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from comments.clock import FixedClock
from comments.web.middleware import request_limits
from tests.support.site import ORIGIN, PAGE, Guest, SiteUnderTest, running_site

pytestmark = pytest.mark.anyio

ORDER = {"page": PAGE, "body": "Hello", "author": {"name": "Jonas"}}
JSON = {"content-type": "application/json"}


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", "", "https://blog.example.evil.example", "https://sub.blog.example"],
)
async def test_a_change_from_elsewhere_is_refused_and_both_are_named(
    site: SiteUnderTest, origin: str
) -> None:
    headers = JSON | ({"origin": origin} if origin else {})

    answer = await site.client.post(site.path("comments"), content=json.dumps(ORDER), headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (403, "origin-refused")
    assert (origin or "none") in answer.json()["detail"]
    assert ORIGIN in answer.json()["detail"]
    assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("origin", [ORIGIN, "http://blog.example", "https://www.blog.example:443"])
async def test_a_change_from_the_site_is_taken(site: SiteUnderTest, origin: str) -> None:
    assert (await site.post(origin=origin)).status_code == 201


async def test_an_api_token_needs_no_origin(site: SiteUnderTest) -> None:
    headers = JSON | {"authorization": f"Bearer {await site.moderator()}"}

    answer = await site.client.post(site.path("comments"), content=json.dumps(ORDER), headers=headers)

    assert answer.status_code == 201


async def test_every_change_asks_for_the_origin(site: SiteUnderTest) -> None:
    comment = await site.said()
    changes = [
        ("PATCH", f"comments/{comment['id']}", {"body": "x"}),
        ("DELETE", f"comments/{comment['id']}", None),
        ("POST", f"comments/{comment['id']}/restore", None),
        ("PUT", f"comments/{comment['id']}/vote", {"value": 1}),
        ("POST", f"comments/{comment['id']}/reports", {"reason": "spam"}),
    ]
    for method, rest, body in changes:
        answer = await site.send(method, rest, body, origin="https://evil.example", guest=Guest(token="g_x"))
        assert (answer.status_code, answer.json()["code"]) == (403, "origin-refused"), rest


async def test_reading_is_open_to_every_page_and_sets_no_cookie(site: SiteUnderTest) -> None:
    await site.said()
    answer = await site.get("thread", url=PAGE["url"])

    assert answer.headers["access-control-allow-origin"] == "*"
    assert "set-cookie" not in answer.headers
    assert "access-control-allow-credentials" not in answer.headers
    assert answer.headers["cache-control"] == "public, max-age=0, s-maxage=1, stale-if-error=600"


async def test_a_browser_may_ask_first(site: SiteUnderTest) -> None:
    answer = await site.client.options(
        site.path("comments"), headers={"origin": ORIGIN, "access-control-request-method": "POST"}
    )

    assert answer.status_code == 204
    allowed = answer.headers["access-control-allow-headers"].lower().split(", ")
    assert allowed == ["authorization", "content-type", "idempotency-key"]
    assert "PATCH" in answer.headers["access-control-allow-methods"]


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", ""])
async def test_only_json_is_taken(site: SiteUnderTest, media_type: str) -> None:
    answer = await site.send("POST", "comments", ORDER, content_type=media_type)

    assert (answer.status_code, answer.json()["code"]) == (415, "json-expected")


async def test_a_large_request_is_refused_whatever_it_claims(site: SiteUnderTest) -> None:
    large = json.dumps(ORDER | {"body": "x" * 70_000})

    async def in_pieces() -> AsyncIterator[bytes]:
        yield large.encode()

    for content in (large, in_pieces()):
        answer = await site.client.post(
            site.path("comments"), content=content, headers=JSON | {"origin": ORIGIN}
        )
        assert (answer.status_code, answer.json()["code"]) == (413, "request-too-large")
        assert answer.headers["content-type"] == "application/problem+json"


async def test_who_sends_too_slowly_is_told_so(site: SiteUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_limits, "BODY_SECONDS", 0.05)

    async def in_pieces() -> AsyncIterator[bytes]:
        yield b'{"body": '
        await asyncio.sleep(5)
        yield b'"late"}'

    answer = await site.client.post(
        site.path("comments"), content=in_pieces(), headers=JSON | {"origin": ORIGIN}
    )

    assert (answer.status_code, answer.json()["code"]) == (408, "request-too-slow")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ("{", 400, "malformed-json"),
        ('{"a":' * 5_000, 400, "malformed-json"),
        ('{"page": {"url": "https://blog.example/a"}, "body": "a\\u0000b"}', 422, "text-refused"),
        ('{"page": {"url": "https://blog.example/a"}, "body": "a\\ud800b"}', 422, "text-refused"),
        ('{"page": {}}', 422, "body-refused"),
        ('{"page": 1, "body": "x"}', 422, "body-refused"),
        ("[]", 422, "body-refused"),
        ('{"page": {"url": "https://blog.example/a"}, "body": "  "}', 422, "body-empty"),
        (json.dumps(ORDER | {"body": "x" * 10_001}), 422, "body-too-long"),
        (json.dumps(ORDER | {"body": "[" * 5_000}), 422, "body-too-complex"),
        (json.dumps(ORDER | {"page": {}}), 422, "page-missing"),
        (json.dumps(ORDER | {"page": {"identifier": "x" * 1_001}}), 422, "identifier-refused"),
        (json.dumps(ORDER | {"page": {"url": "javascript:alert(1)"}}), 422, "url-refused"),
    ],
)
async def test_bad_bodies_have_one_shape_of_answer(
    site: SiteUnderTest, body: str, status: int, code: str
) -> None:
    answer = await site.client.post(site.path("comments"), content=body, headers=JSON | {"origin": ORIGIN})

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json().keys() >= {"status", "title", "detail", "code"}
    assert answer.json()["status"] == status
    assert ("errors" in answer.json()) == (status == 422)


@pytest.mark.parametrize(
    ("rest", "status", "code"),
    [
        ("thread", 422, "page-missing"),
        ("thread?url=https://blog.example/a&limit=0", 422, "query-refused"),
        ("thread?url=https://blog.example/a&limit=101", 422, "query-refused"),
        ("thread?url=https://blog.example/a&limit=many", 422, "query-refused"),
        ("thread?url=https://blog.example/a&sort=worst", 422, "query-refused"),
        ("thread?url=https://blog.example/a&around=x", 422, "query-refused"),
        ("thread?url=https://blog.example/a&cursor=x", 400, "cursor-refused"),
        ("thread?url=%00", 422, "text-refused"),
        ("thread?url=%ed%a0%80", 422, "text-refused"),
        ("thread?url=" + "x" * 2_001, 422, "query-refused"),
        ("comments/x", 404, "comment-unknown"),
        ("comments/%00", 422, "text-refused"),
        ("comments/%ff", 422, "text-refused"),
        ("nothing", 404, "no-such-address"),
    ],
)
async def test_bad_addresses_have_one_shape_of_answer(
    site: SiteUnderTest, rest: str, status: int, code: str
) -> None:
    answer = await site.client.get(site.path(rest))

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"


async def test_an_unknown_site_is_named(site: SiteUnderTest) -> None:
    answer = await site.client.get("/api/v1/sites/nowhere/thread", params={"url": PAGE["url"]})

    assert (answer.status_code, answer.json()["code"]) == (404, "site-unknown")


async def test_a_wrong_method_says_which_are_right(site: SiteUnderTest) -> None:
    answer = await site.client.put(site.path("comments"), headers={"origin": ORIGIN})

    assert (answer.status_code, answer.json()["code"]) == (405, "method-not-allowed")
    assert answer.headers["allow"] == "POST"


async def test_an_address_that_posts_too_much_is_told_when_to_come_back(
    database_url: str, clock: FixedClock, tmp_path: Path
) -> None:
    async with running_site(database_url, clock, tmp_path, rate_limits=True) as site:
        guest = Guest()
        answers = [await site.post(f"Text {n}", guest=guest) for n in range(70)]
        last = answers[-1]

        assert (last.status_code, last.json()["code"]) == (429, "too-many-posts")
        assert 0 < int(last.headers["retry-after"]) <= 60
        assert (await site.post("Text", guest=Guest(address="198.51.100.2"))).status_code == 201
        neighbour = Guest(address="2001:db8:1:2:ffff::1")
        for n in range(61):
            await site.post(f"Six {n}", guest=Guest(address=f"2001:db8:1:2::{n:x}"))
        assert (await site.post("Six", guest=neighbour)).status_code == 429


async def test_opening_threads_is_limited_too(database_url: str, clock: FixedClock, tmp_path: Path) -> None:
    async with running_site(database_url, clock, tmp_path, rate_limits=True) as site:
        pages = [{"url": f"{ORIGIN}/{n}"} for n in range(35)]
        answers = [await site.post(f"Text {n}", page=page) for n, page in enumerate(pages)]

        assert answers[-1].json()["code"] == "too-many-threads"
        assert (await site.post("Elsewhere", page=pages[0])).status_code == 201


async def test_votes_and_previews_are_limited_too(
    database_url: str, clock: FixedClock, tmp_path: Path
) -> None:
    async with running_site(database_url, clock, tmp_path, rate_limits=True) as site:
        answers = [await site.send("POST", "preview", {"body": "x"}) for _ in range(130)]

        assert answers[0].json() == {"html": "<p>x</p>"}
        assert answers[-1].json()["code"] == "too-many-actions"


async def test_a_thread_over_its_rate_is_held_not_refused(
    database_url: str, clock: FixedClock, tmp_path: Path
) -> None:
    async with running_site(database_url, clock, tmp_path, rate_limits=True) as site:
        known = Guest(address="198.51.100.99")
        await site.approved("Hello", guest=known)
        for n in range(40):
            await site.post(f"Flood {n}", guest=Guest(address=f"198.51.100.{n}"))

        assert (await site.posted("Mine", guest=known))["state"] == "pending"


async def test_unknown_parameters_are_passed_over(site: SiteUnderTest) -> None:
    await site.said()
    for n in range(20):
        answer = await site.get("thread", url=PAGE["url"], nonsense=n)
        assert answer.status_code == 200

    assert len(site.service.cache) <= 2


async def test_the_same_bytes_are_not_sent_twice(site: SiteUnderTest) -> None:
    await site.said("x" * 600)
    first = await site.client.get(site.path("thread"), params={"url": PAGE["url"]})
    tag = first.headers["etag"]

    again = await site.client.get(
        site.path("thread"), params={"url": PAGE["url"]}, headers={"if-none-match": tag}
    )

    assert again.status_code == 304
    assert again.headers["etag"] == tag
    # No more than a cache needs to find what it has still good, and a script to read it (RFC 9110, 15.4.5).
    needed = {"cache-control", "etag", "vary", "access-control-allow-origin"}
    assert again.headers.keys() == needed | {"access-control-expose-headers", "x-request-id"}
    assert not tag.startswith("W/")
    assert first.headers["vary"] == "Accept-Encoding"
    tags = set()
    for encoding in ("identity", "gzip", "br", "gzip, br;q=0"):
        answer = await site.client.get(
            site.path("thread"), params={"url": PAGE["url"]}, headers={"accept-encoding": encoding}
        )
        assert answer.json() == first.json()
        tags.add(answer.headers["etag"])
    assert len(tags) == 3


async def test_a_new_comment_shows_on_the_next_request(site: SiteUnderTest) -> None:
    assert await site.shown() == []
    await site.said("One")
    assert await site.shown() == ["<p>One</p>"]
    await site.said("Two", author={"name": "Mia"})
    assert len(await site.shown()) == 2


async def test_every_answer_has_its_headers(site: SiteUnderTest) -> None:
    for address in (
        site.path("thread?url=https://blog.example/a"),
        "/healthz",
        "/docs",
        "/nothing",
        "/moderate",
    ):
        answer = await site.client.get(address)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-request-id"]
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["referrer-policy"] == "same-origin"


async def test_health_readiness_and_metrics(site: SiteUnderTest) -> None:
    await site.said()
    assert (await site.client.get("/healthz")).json() == {"status": "ok"}
    assert (await site.client.get("/readyz")).json() == {"status": "ready"}
    counted = (await site.client.get("/metrics")).text
    assert 'comments_http_requests_total{route="/api/v1/sites/{site}/comments",status="201"}' in counted
    outside = await site.client.get("/metrics", headers={"x-forwarded-for": "203.0.113.9"})
    assert (outside.status_code, outside.json()["code"]) == (403, "metrics-refused")


async def test_what_is_kept_is_answered_as_it_was_at_first_and_counted(site: SiteUnderTest) -> None:
    await site.said()
    address = site.path("thread?url=https://blog.example/a&limit=25")
    reader = {"origin": "https://blog.example", "accept-encoding": "br"}
    first, again = [await site.client.get(address, headers=reader) for _ in range(2)]

    assert again.content == first.content
    del first.headers["x-request-id"], again.headers["x-request-id"]
    assert again.headers == first.headers
    for tags, status in (("W/" + first.headers["etag"], 304), ('"another"', 200), ("*", 304)):
        answer = await site.client.get(address, headers={**reader, "if-none-match": tags})
        assert answer.status_code == status
    head = await site.client.head(address, headers=reader)
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", first.headers["etag"])
    counted = (await site.client.get("/metrics")).text
    for status, number in ((200, 4), (304, 2)):
        route = f'route="/api/v1/sites/{{site}}/thread",status="{status}"'
        assert f"comments_http_requests_total{{{route}}} {number}.0" in counted
    assert 'comments_http_request_seconds_count{route="/api/v1/sites/{site}/thread"} 6.0' in counted


async def test_a_bug_tells_nothing_but_its_number(site: SiteUnderTest) -> None:
    answer = await site.client.get("/fault")

    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
    assert "secret" not in answer.text


@pytest.mark.parametrize("prefix", ["", "/talk"])
async def test_it_works_below_a_hosts_root(
    database_url: str, clock: FixedClock, tmp_path: Path, prefix: str
) -> None:
    """Whether the proxy in front takes the path off or not."""
    base = {"COMMENTS_BASE_URL": "https://blog.example/talk"}
    async with running_site(database_url, clock, tmp_path, settings=base) as site:
        await site.said()
        answer = await site.client.get(f"{prefix}{site.path('thread')}", params={"url": PAGE["url"]})
        docs = await site.client.get(f"{prefix}/docs")
        document = await site.client.get(f"{prefix}/openapi.json")

        assert answer.json()["thread"]["comment_count"] == 1
        assert 'href="/talk/openapi.json"' in docs.text
        assert document.json()["servers"] == [{"url": "https://blog.example/talk"}]
