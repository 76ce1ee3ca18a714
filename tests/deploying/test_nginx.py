"""What docs/how-to/deploy.md promises of the service behind nginx, with the configuration shown there."""

import re
from typing import Any

import httpx2 as httpx
import pytest

from tests.deploying.behind import API, Behind, ids, page
from tests.support.site import ORIGIN
from tests.support.streams import events_in

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("nginx")]


def test_a_view_is_answered_by_nginx_and_after_a_second_anew(behind: Behind) -> None:
    here = page("cached")
    first = behind.say("First", here)
    asked = {"url": here["url"], "sort": "newest"}

    answers = [behind.read(here), behind.read(here)]
    second = behind.say("Second", here)
    anew = behind.after_the_second(f"{API}/thread", **asked)

    assert [answer.headers["x-cache"] for answer in answers] == ["MISS", "HIT"]
    assert [ids(answer) for answer in answers] == [[first], [first]]
    # Whoever comes first after the second waits for it, and does not get what was there before.
    assert (anew.headers["x-cache"], ids(anew)) == ("EXPIRED", [second, first])
    unchanged = behind.after_the_second(f"{API}/thread", **asked)
    assert (unchanged.headers["x-cache"], ids(unchanged)) == ("REVALIDATED", [second, first])


def test_a_reader_who_has_it_gets_304_from_nginx(behind: Behind) -> None:
    here = page("known")
    behind.say("Hello", here)
    known = behind.read(here)

    again = behind.reader.get(
        f"{API}/thread",
        params={"url": here["url"], "sort": "newest"},
        headers={"if-none-match": known.headers["etag"]},
    )

    assert again.status_code == 304


def test_each_encoding_is_kept_apart(behind: Behind) -> None:
    here = page("encodings")
    behind.say("Hello " * 100, here)
    for encoding in ("br", "gzip", "identity", "br"):
        answer = behind.reader.get(
            f"{API}/thread", params={"url": here["url"]}, headers={"accept-encoding": encoding}
        )
        assert answer.headers.get("content-encoding", "identity") == encoding
        assert ids(answer)


def test_what_was_removed_is_not_shown_on(behind: Behind) -> None:
    comment = behind.say("Regrettable", page("removed"))
    at = f"{API}/comments/{comment}"
    assert behind.reader.get(at).status_code == 200

    order = {"comment_ids": [comment], "decision": "remove"}
    behind.reader.post(f"{API}/moderation/decisions", json=order, headers=behind.moderator)

    assert behind.after_the_second(at).status_code == 404


def test_whoever_shows_a_token_goes_past_the_cache(behind: Behind) -> None:
    order = {"page": page("waiting"), "body": "Mine", "author": {"name": "Ann"}}
    posted = behind.reader.post(f"{API}/comments", json=order, headers={"origin": ORIGIN}).json()
    at, token = f"{API}/comments/{posted['comment']['id']}", {"authorization": f"Bearer {posted['token']}"}

    assert behind.reader.get(at).status_code == 404
    for _ in range(2):
        mine = behind.reader.get(at, headers=token)
        assert (mine.status_code, mine.headers["x-cache"]) == (200, "BYPASS")
    assert behind.reader.get(at).status_code == 404


def test_what_sets_a_cookie_is_never_kept(behind: Behind) -> None:
    for _ in range(2):
        form = behind.reader.get("/d/blog/write", params={"url": page("form")["url"]})
        assert form.status_code == 200
        assert form.headers["cache-control"] == "no-store"
        assert "x-cache" not in form.headers


def test_the_readers_address_arrives_and_a_made_up_one_does_not(behind: Behind) -> None:
    def preview(client: httpx.Client, claimed: str) -> int:
        headers = {"origin": ORIGIN, "x-forwarded-for": claimed}
        return client.post(f"{API}/preview", json={"body": "x"}, headers=headers).status_code

    with behind.from_address("127.0.0.3") as many, behind.from_address("127.0.0.4") as another:
        statuses = [preview(many, f"203.0.113.{number}") for number in range(130)]

        assert statuses[0] == 200
        assert statuses[-1] == 429
        assert preview(another, "127.0.0.3") == 200


def test_http_2_carries_a_stream_at_once(behind: Behind) -> None:
    here = page("live")
    behind.say("Before", here)
    with (
        behind.from_address("127.0.0.5") as listener,
        listener.stream("GET", f"{API}/stream", params={"url": here["url"]}) as answer,
    ):
        assert (answer.http_version, answer.status_code) == ("HTTP/2", 200)
        events = events_in(answer.iter_lines())
        next(events)
        comment = behind.say("After", here)
        # nginx that kept lines back would do so until the end of the stream, which has none.
        assert comment in str(next(events))


def test_two_readers_of_a_page_do_not_wait_for_each_others_stream(behind: Behind) -> None:
    where = {"url": page("live")["url"]}
    with (
        behind.reader.stream("GET", f"{API}/stream", params=where) as one,
        behind.from_address("127.0.0.5", http2=False) as other,
        other.stream("GET", f"{API}/stream", params=where) as second,
    ):
        assert [one.status_code, second.status_code] == [200, 200]
        assert [one.http_version, second.http_version] == ["HTTP/2", "HTTP/1.1"]


def test_below_a_path_all_addresses_lead_back_there(behind: Behind) -> None:
    here = page("below")
    with behind.from_address("127.0.0.6", "blog.example") as client:
        comment = behind.say("Hello", here)
        found = client.get(f"/talk{API}/thread", params={"url": here["url"]})
        plain = client.get("/talk/d/blog", params={"url": here["url"]})
        script = client.get("/talk/embed.js")
        outside = client.get("/healthz")

    assert ids(found) == [comment]
    assert found.headers["x-cache"] == "MISS"
    links = re.findall(r'(?:href|src|action)="([^"#]+)"', plain.text)
    back = ("/talk/", "https://blog.example/talk/", here["url"])
    assert [link for link in links if not link.startswith(back)] == []
    assert script.headers["x-cache"] == "MISS"
    # The rest of the host is the blog's.
    assert outside.status_code == 404
    assert "nginx" in outside.text


@pytest.mark.parametrize("size", [100_000, 2_000_000])
def test_a_huge_body_gets_an_answer_that_the_widget_can_read(behind: Behind, size: int) -> None:
    # This HTTP/2 client does not look for an answer before it has sent all; browsers do.
    with behind.from_address("127.0.0.2", http2=False) as client:
        answer = client.post(f"{API}/comments", json="x" * size, headers={"origin": ORIGIN})

    assert (answer.status_code, answer.json()["code"]) == (413, "request-too-large")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["access-control-allow-origin"] == "*"


def test_huge_headers_are_refused(behind: Behind) -> None:
    with behind.from_address("127.0.0.2", http2=False) as client:
        assert client.get("/healthz", headers={"x-long": "x" * 50_000}).status_code == 400
        assert client.get(f"/healthz?{'x' * 50_000}").status_code == 414
        assert client.get("/healthz").status_code == 200


def test_pages_are_read_on_while_the_service_is_away(behind: Behind) -> None:
    here = page("away")
    comment = behind.say("Here to stay", here)
    asked: dict[str, Any] = {"url": here["url"], "sort": "newest"}
    assert ids(behind.read(here)) == [comment]
    script = behind.reader.get("/embed.js").text

    behind.stop()
    try:
        kept = behind.after_the_second(f"{API}/thread", **asked)
        posting = behind.reader.post(
            f"{API}/comments", json={"page": here, "body": "Hello?"}, headers=behind.moderator
        )
        kept_script = behind.reader.get("/embed.js")
    finally:
        behind.start()

    assert (kept.headers["x-cache"], ids(kept)) == ("STALE", [comment])
    assert kept_script.text == script
    assert (posting.status_code, posting.headers["retry-after"]) == (503, "5")
    assert posting.json()["code"] == "service-away"
    assert posting.headers["access-control-allow-origin"] == "*"
    assert ids(behind.after_the_second(f"{API}/thread", **asked)) == [comment]
