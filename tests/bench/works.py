"""The work that is measured: what each contestant is asked, in its own words, and what it answers."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.bench.contestants import BARE, ISSO, OURS, Answer, ask
from tests.bench.requests import NUMBER, get, post
from tests.bench.seeding import POSTS_PAGE, SITE, Answerable, Seeds, distinct, nearly_alike, page_url, reader
from tests.bench.waline import (
    WALINE,
    waline_counts,
    waline_everything,
    waline_posts,
    waline_shown,
    waline_view,
)

API = f"/api/v1/sites/{SITE}"
STEP = ("limit", "25")
"""How many top-level comments our widget asks for at a time."""

READS_AT_ONCE, WRITES_AT_ONCE = 32, 64
POSTS_IN_A_ROW = 1_000
READS_A_POST = 19

NOT_MODIFIED = "the same, not modified (304)"
NOTHING_KEPT = "first view of 1,000, nothing cached: queries, JSON, compression"
POSTS_OF_KNOWN = "posts, readers who are known: public at once"
POSTS_ALIKE = "posts of known readers, nearly alike: only a number differs"
POSTS_OF_STRANGERS = "posts, strangers: each gets a token and waits"
MIXED = "95 % first views of 100, 5 % posts there"

Ports = Mapping[str, int]
"""Where each contestant that is here answers, by its name."""


@dataclass(frozen=True, slots=True)
class Work:
    """One kind of work. `asked` has the requests of each contestant that can do it.

    `parts` says of how many requests one piece of work is made, where that is not one.
    """

    title: str
    asked: Mapping[str, Sequence[bytes]]
    connections: int = READS_AT_ONCE
    parts: Mapping[str, int] = field(default_factory=dict)
    holds: Mapping[str, str] = field(default_factory=dict)
    """What an answer holds, by contestant, in words."""
    still: Mapping[str, bytes] = field(default_factory=dict)
    """What a contestant's answer must still have in it after all rounds: else other work was measured."""

    @property
    def is_posts(self) -> bool:
        """Whether it only posts, on the connections that posts have."""
        return self.connections == WRITES_AT_ONCE


@dataclass(frozen=True, slots=True)
class Targets:
    """What posts to the others may answer, by page; empty for those that are not here.

    Of Isso the numbers of top-level comments; of Waline each comment's and its top-level one's.
    """

    isso: Mapping[str, Sequence[int]] = field(default_factory=dict)
    waline: Mapping[str, Sequence[tuple[int, int]]] = field(default_factory=dict)


def reading_works(ports: Ports, seeds: Seeds, answers: Path) -> list[Work]:
    """Return all work that only reads, and write what the bare route returns to the file `answers`.

    `ports` say where ours answers, and those of the others that are here.
    """
    bare: dict[str, Answer] = {}
    works = [_first_view(ports, page, count, bare) for page, count in seeds.pages.items()]
    works = [work for work, page in zip(works, seeds.pages, strict=True) if page != POSTS_PAGE]
    works += [_not_modified(bare["b"]), nothing_kept("b"), _everything(ports, "b", seeds)]
    hundred = ["a", "b", *(f"nowhere-{number}" for number in range(98))]
    works += [_counts(ports, pages, bare) for pages in (["b"], ["a", "b", POSTS_PAGE], hundred)]
    answers.write_text(
        json.dumps({name: {"headers": _own(one), "body": one.sent.hex()} for name, one in bare.items()})
    )
    return works


def posting_works(answerable: Answerable, others: Targets, seeds: Seeds) -> list[Work]:
    """Return all work that writes; the last is mixed with reads."""
    page = POSTS_PAGE
    known = our_posts(answerable, seeds, page, known=True)
    alike = our_posts(answerable, seeds, page, known=True, text=nearly_alike)
    strangers = our_posts(answerable, seeds, page, known=False)
    theirs = _their_posts(others, seeds, page)
    mixed = {OURS: mixed_with(thread("a"), our_posts(answerable, seeds, "a", known=True))}
    views = {ISSO: _isso_view("a"), WALINE: waline_view("a")}
    mixed |= {
        name: mixed_with(views[name], posts) for name, posts in _their_posts(others, seeds, "a").items()
    }
    return [
        Work(
            POSTS_OF_KNOWN,
            {OURS: known, **theirs},
            WRITES_AT_ONCE,
            still={OURS: b'"state":"approved"', WALINE: b'"errno":0'},
        ),
        Work(POSTS_ALIKE, {OURS: alike}, WRITES_AT_ONCE),
        Work(POSTS_OF_STRANGERS, {OURS: strangers, **theirs}, WRITES_AT_ONCE),
        Work(MIXED, mixed),
    ]


def thread(page: str, *more: tuple[str, str], headers: Mapping[str, str] | None = None) -> bytes:
    return get(f"{API}/thread", [("url", page_url(page)), STEP, *more], headers)


def _isso_view(page: str) -> bytes:
    # What its widget asks for: every top-level comment, and up to five replies below each.
    return get("/", [("uri", f"/{page}"), ("nested_limit", "5"), ("sort", "oldest"), ("offset", "0")])


def _first_view(ports: Ports, page: str, count: int, bare: dict[str, Answer]) -> Work:
    asked = {OURS: [thread(page)], **_bare(page, thread(page))}
    bare[page] = ask(ports[OURS], thread(page))
    holds = {OURS: _in_words(_shown(json.loads(bare[page].body)["comments"]), bare[page])}
    if ISSO in ports:
        asked[ISSO] = [_isso_view(page)]
        answer = ask(ports[ISSO], _isso_view(page))
        holds[ISSO] = _in_words(_shown_by_isso(json.loads(answer.body)), answer)
    if WALINE in ports:
        asked[WALINE] = [waline_view(page)]
        answer = ask(ports[WALINE], waline_view(page))
        holds[WALINE] = _in_words(waline_shown(json.loads(answer.body)["data"]), answer)
    return Work(first_view_of(count), asked, holds=holds)


def first_view_of(count: int) -> str:
    return f"first view of {count:,}"


def _not_modified(seen: Answer) -> Work:
    headers = {"If-None-Match": seen.headers["etag"]}
    request = thread("b", headers=headers)
    asked = {OURS: [request], **_bare("b", request)}
    return Work(NOT_MODIFIED, asked, holds=dict.fromkeys((ISSO, WALINE), "has no ETag"))


def nothing_kept(page: str, *, beside_bare: bool = False) -> Work:
    """Return the work of a first view that no cache has, of the bare route the same answer."""
    # A parameter that means nothing leads to the same discussion by an address that is not in the cache.
    address = ("url", f"{page_url(page)}?utm_source={NUMBER}")
    ours = get(f"{API}/thread", [address, STEP])
    if beside_bare:
        return Work(NOTHING_KEPT, {OURS: [ours], BARE: _bare(page, thread(page))[BARE]})
    return Work(NOTHING_KEPT, {OURS: [ours], ISSO: [_isso_view(page)], WALINE: [waline_view(page)]})


def _everything(ports: Ports, page: str, seeds: Seeds) -> Work:
    requests, comments, size = _walked(ports[OURS], page)
    count = seeds.pages[page]
    asked, parts, holds = {OURS: requests}, {}, {}
    _check(OURS, comments, count)
    parts[OURS] = len(requests)
    holds[OURS] = f"{comments:,} in {len(requests)} answers, {size / 1000:,.1f} kB"
    if ISSO in ports:
        request = get("/", [("uri", f"/{page}"), ("sort", "oldest"), ("offset", "0")])
        answer = ask(ports[ISSO], request)
        asked[ISSO] = [request]
        holds[ISSO] = _in_words(_shown_by_isso(json.loads(answer.body)), answer)
    if WALINE in ports:
        asked[WALINE], comments, size = waline_everything(ports[WALINE], page)
        _check(WALINE, comments, count)
        parts[WALINE] = len(asked[WALINE])
        holds[WALINE] = f"{comments:,} in {parts[WALINE]} answers, {size / 1000:,.1f} kB"
    return Work(all_of(count), asked, parts=parts, holds=holds)


def all_of(count: int) -> str:
    return f"all {count:,} comments"


def _check(name: str, seen: int, count: int) -> None:
    if seen != count:
        raise RuntimeError(f"{seen} of {count} comments were seen of {name}")


def _counts(ports: Ports, pages: Sequence[str], bare: dict[str, Answer]) -> Work:
    request = get(f"{API}/counts", [("url", page_url(page)) for page in pages])
    name = f"counts-{len(pages)}"
    bare[name] = ask(ports[OURS], request)
    asked = {OURS: [request], **_bare(name, request)}
    if ISSO in ports:
        asked[ISSO] = [post("/count", [f"/{page}" for page in pages])]
    if WALINE in ports:
        asked[WALINE] = [waline_counts(pages)]
    return Work(counts_of(len(pages)), asked)


def counts_of(pages: int) -> str:
    return f"counts of {pages} page{'s' if pages > 1 else ''}"


def _bare(name: str, ours: bytes) -> dict[str, Sequence[bytes]]:
    """Ask the bare route with all that we are asked with, which each server has to read."""
    request = b"GET /api/%b?%b" % (name.encode(), ours.partition(b"?")[2])
    return {BARE: [request]}


def _walked(port: int, page: str) -> tuple[list[bytes], int, int]:
    """Return every request a reader's widget makes to have all comments, how many came, and their bytes."""
    requests, seen, size = [], 0, 0
    waiting = [thread(page)]
    while waiting:
        requests.append(waiting.pop())
        answer = ask(port, requests[-1])
        found = json.loads(answer.body)
        size += answer.size
        seen += _shown(found["comments"])
        if "thread" in found and found["next"]:
            waiting.append(thread(page, ("cursor", found["next"])))
        elif found["next"]:
            path = requests[-1].split(b"?", 1)[0].removeprefix(b"GET ").decode()
            waiting.append(get(path, [("cursor", found["next"]), STEP]))
        for comment in _all_of(found["comments"]):
            following = comment["replies"]["next"]
            if following:
                path = f"{API}/comments/{comment['id']}/replies"
                waiting.append(get(path, [("cursor", following), STEP]))
    return requests, seen, size


def our_posts(
    answerable: Answerable,
    seeds: Seeds,
    *pages: str,
    known: bool,
    text: Callable[[Seeds, int], str] = distinct,
) -> list[bytes]:
    """Return posts to our service, three of five of them replies, on one page after another."""
    found = []
    for number in range(POSTS_IN_A_ROW):
        page = pages[number % len(pages)]
        targets = answerable.by_page[page]
        parent = None if number % 5 < 2 else str(targets[number * 7 % len(targets)])
        body = {
            "page": {"url": page_url(page), "title": "Seeded"},
            "parent_id": parent,
            "body": text(seeds, number),
            "author": {"name": reader(number)},
        }
        headers = {"Idempotency-Key": f"measured-measured-{NUMBER}"}
        if known:
            headers["Authorization"] = f"Bearer {answerable.tokens[number % len(answerable.tokens)]}"
        found.append(post(f"{API}/comments", body, headers))
    return found


def _their_posts(others: Targets, seeds: Seeds, page: str) -> dict[str, Sequence[bytes]]:
    found = {
        ISSO: _isso_posts(others.isso.get(page, []), seeds, page),
        WALINE: waline_posts(others.waline.get(page, []), seeds, page, POSTS_IN_A_ROW),
    }
    return {name: posts for name, posts in found.items() if posts}


def _isso_posts(tops: Sequence[int], seeds: Seeds, page: str) -> list[bytes]:
    found = []
    for number in range(POSTS_IN_A_ROW if tops else 0):
        parent = None if number % 5 < 2 else tops[number * 7 % len(tops)]
        body = {
            "author": reader(number),
            "email": None,
            "website": None,
            "text": distinct(seeds, number),
            "parent": parent,
            "title": "Seeded",
            "notification": 0,
        }
        found.append(post(f"/new?uri=%2F{page}", body))
    return found


def mixed_with(read: bytes, posts: Sequence[bytes]) -> list[bytes]:
    """Return the posts, each after so many reads that it is one of twenty."""
    return [one for written in posts for one in (*[read] * READS_A_POST, written)]


def _own(answer: Answer) -> dict[str, str]:
    """Return the headers a bare route has to send itself; the server adds its own."""
    wanted = ("content-type", "content-encoding", "cache-control", "etag", "vary")
    return {name: answer.headers[name] for name in wanted if name in answer.headers}


def _all_of(comments: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for comment in comments:
        yield comment
        yield from _all_of(comment["replies"]["comments"])


def _shown(comments: Sequence[Mapping[str, Any]]) -> int:
    return sum(1 for _ in _all_of(comments))


def _shown_by_isso(answer: Mapping[str, Any]) -> int:
    return sum(1 + len(top["replies"]) for top in answer["replies"])


def _in_words(comments: int, answer: Answer) -> str:
    return f"{comments:,}, {answer.size / 1000:,.1f} kB"
