"""What the desk’s bench moderates: comments in all states, the same each time, row by row."""

import random
from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Any
from uuid import UUID

from comments.rules.reasons import Reason, encoded
from comments.text import RENDERER_VERSION
from comments.threads.addresses.page_keys import key_hash, page_keys
from comments.threads.addresses.urls import page_path
from comments.threads.order.tree import TOP, place_below
from tests.bench.writing import WORDS

BEGAN, DAYS = datetime(2024, 1, 1, tzinfo=UTC), 720
NAME = "blog"
ORIGIN = "https://blog.example"
SECTION = "/sport/"
"""Holds one page in fifty."""
PLANTED = {"zeppelin": 1 / 100_000, "harpsichord": 1 / 2_000, "ombudsman": 1 / 100}
"""Words that stand in such a share of the texts, beside those that are as frequent as words are."""
RARELY_TOGETHER = ("garden", "river")
"""Two frequent words that stand together in this order in one text of a hundred thousand only."""
ADDRESS_DAYS = 30
FLOODED = "Cheap watches, best prices of all, look here"
_STATES = {"approved": 0.94, "spam": 0.035, "removed": 0.01, "deleted": 0.005, "pending": 0.01}
_REASONS = {
    "pending": [
        [Reason("first-comment", "First comment")],
        [Reason("links", "2 links", 2)],
        [Reason("words", "The word “casino”")],
    ],
    "spam": [[Reason("classifier", "Much like this site’s spam")], [Reason("words", "The word “casino”")]],
}
_SYLLABLES = "ba ce di fo gu la me ni ro su ta ve wi xo zu pre sto gri lun kar".split()
_CYRILLIC = "ба ве ги до жу за ле ми но ру са те фи хо чу ша".split()


def number_id(kind: int, number: int, at: datetime = BEGAN) -> UUID:
    """Return an id that sorts by time and is the same each time."""
    milliseconds = int(at.timestamp() * 1_000)
    return UUID(int=milliseconds << 80 | 7 << 76 | kind << 64 | 2 << 62 | number)


SITE_ID = number_id(1, 0)


@dataclass
class Site:
    """A site with so many comments. One page has a fifth of them, one author a twentieth."""

    size: int
    luck: random.Random = field(default_factory=lambda: random.Random(1))

    def __post_init__(self) -> None:
        self.pages = max(10, self.size // 200)
        self.authors = max(10, self.size // 20)
        self.states = list(_STATES), list(accumulate(_STATES.values()))
        made = ["".join(self.luck.choices(_SYLLABLES, k=self.luck.randint(2, 4))) for _ in range(20_000)]
        self.latin = _Zipf([*dict.fromkeys([*WORDS, *made])], self.luck)
        cyrillic = {"".join(self.luck.choices(_CYRILLIC, k=self.luck.randint(2, 4))) for _ in range(4_000)}
        self.cyrillic = _Zipf(sorted(cyrillic), self.luck)
        self.cjk = _Zipf([chr(code) for code in range(0x4E00, 0x4E00 + 2_500)], self.luck)
        self.names = [self._name(number) for number in range(self.authors)]

    def page_url(self, number: int) -> str:
        return f"{ORIGIN}{SECTION if number % 50 == 7 else '/'}page-{number}"

    def row(self) -> dict[str, Any]:
        return {
            "id": SITE_ID,
            "name": NAME,
            "origins": f'["{ORIGIN}"]',
            "settings": "{}",
            "created_at": BEGAN,
        }

    def author_rows(self) -> Iterator[dict[str, Any]]:
        for number, name in enumerate(self.names):
            yield {
                "id": number_id(2, number),
                "site_id": SITE_ID,
                "kind": "guest",
                "name": name,
                "email": f"{number}@mail{number % 97}.example",
                "approved_count": number % 50,
                "trusted": False,
                "created_at": BEGAN,
            }

    def thread_rows(self) -> Iterator[dict[str, Any]]:
        for number in range(self.pages):
            yield {
                "id": number_id(3, number),
                "site_id": SITE_ID,
                "url": self.page_url(number),
                "title": f"Page {number}",
                "page_path": page_path(self.page_url(number)),
                "comment_count": 0,
                "version": 1,
                "created_at": BEGAN,
                "updated_at": BEGAN,
            }

    def key_rows(self) -> Iterator[dict[str, Any]]:
        for number in range(self.pages):
            for kind, key in page_keys(self.page_url(number), None).pairs:
                yield {
                    "site_id": SITE_ID,
                    "key_hash": key_hash(kind, key),
                    "kind": kind,
                    "key": key,
                    "thread_id": number_id(3, number),
                    "created_at": BEGAN,
                }

    def comment_rows(self) -> Iterator[dict[str, Any]]:
        step = timedelta(days=DAYS) / self.size
        roots: dict[int, UUID] = {}
        for number in range(self.size):
            at = BEGAN + step * number
            row = self._comment(number, at)
            page = self._page()
            above = roots.get(page) if self.luck.random() < 0.5 else None
            place = TOP if above is None else place_below(above, TOP, row["id"], at)
            if above is None:
                roots[page] = row["id"]
            yield row | {
                "thread_id": number_id(3, page),
                "parent_id": above,
                "root_id": place.root_id,
                "depth": place.depth,
                "path": place.path,
            }

    def _comment(self, number: int, at: datetime) -> dict[str, Any]:
        luck = self.luck
        author, state = self._author(), self.states[0][bisect(self.states[1], luck.random() * 0.999999)]
        # A flood comes at once: a good half of the newest comments that wait say nearly the same.
        flooded = number > self.size * 0.99 and number % 3 == 0
        if flooded:
            state, source = "pending", f"{FLOODED} {number}"
        else:
            source = self._text()
        public = state == "approved"
        recent = at > BEGAN + timedelta(days=DAYS - ADDRESS_DAYS)
        reasons = luck.choice(_REASONS[state]) if state in _REASONS else []
        return {
            "id": number_id(4, number, at),
            "site_id": SITE_ID,
            "author_id": number_id(2, author),
            "author_name": self.names[author],
            "source": source,
            "html": f"<p>{source}</p>",
            "renderer": RENDERER_VERSION,
            "author_kind": "guest",
            "state": state,
            "queue": state,
            "listed": public,
            "reasons": encoded(reasons),
            "report_count": luck.choice([1, 1, 2, 7]) if public and luck.random() < 0.003 else 0,
            "edited_at": at + timedelta(minutes=3) if luck.random() < 0.01 else None,
            "similar_group": 4_711 if flooded else (number % 60_000 if luck.random() < 0.1 else None),
            "network_key": (author % 9_000).to_bytes(16, "big") if recent else None,
            "address_key": author.to_bytes(16, "big") if recent else None,
            "changed_version": 1 if public else 0,
            "content_version": 1 if public else 0,
            "created_at": at,
        }

    def _page(self) -> int:
        return 0 if self.luck.random() < 0.2 else int(self.pages * self.luck.random() ** 2)

    def _author(self) -> int:
        return 0 if self.luck.random() < 0.05 else int(self.authors * self.luck.random() ** 3)

    def _name(self, number: int) -> str:
        first = ("Ana", "Mia", "Jonas", "José", "Олег", "王芳", "Lee", "Noor", "Zoë", "Tom")[number % 10]
        return f"{first} {self.latin.words[200 + number % 5_000].capitalize()}"

    def _text(self) -> str:
        luck, kind = self.luck, self.luck.random()
        if kind < 0.08:
            return "。".join("".join(self.cjk.some(luck.randint(6, 20))) for _ in range(2))
        words = (self.cyrillic if kind < 0.16 else self.latin).some(luck.randint(8, 32))
        if kind < 0.16:
            return " ".join(words)
        words += [word for word, share in PLANTED.items() if luck.random() < share]
        first, second = RARELY_TOGETHER
        text = " ".join(words).replace(f"{first} {second}", f"{second} {first}")
        return f"{text} {first} {second}" if luck.random() < 1 / 100_000 else text


class _Zipf:
    """Words, each about as frequent as its rank allows."""

    def __init__(self, words: list[str], luck: random.Random) -> None:
        self.words, self.luck = words, luck
        self.weights = list(accumulate(1 / (rank + 4) for rank in range(len(words))))

    def some(self, count: int) -> list[str]:
        return self.luck.choices(self.words, cum_weights=self.weights, k=count)
