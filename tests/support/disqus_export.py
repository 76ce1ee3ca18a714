"""Makes Disqus exports of any size, always the same: `python -m tests.support.disqus_export 1000000 FILE`."""

import gzip
import random
import sys
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path
from typing import IO

SITE = "https://blog.example"
BEGINNING = datetime(2012, 3, 1, 9, 0, tzinfo=UTC)
POSTS_A_THREAD = 40
REMEMBERED_POSTS = 60
ACTIVE_THREADS = 30

HEAD = """<?xml version="1.0" encoding="utf-8"?>
<disqus xmlns="http://disqus.com" xmlns:dsq="http://disqus.com/disqus-internals"\
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<category dsq:id="1"><forum>example</forum><title>General</title><isDefault>true</isDefault></category>
"""
TAIL = "</disqus>\n"

WORDS = (
    "the of and a to in that it was for on are as with they at be this from have or by one had not but what "
    "all were when we there can an your which their said if do will each about how up out them then she many "
    "some so these would other into has more her two like him see time could no make than first been its who "
    "now people my made "
    "über straße façade naïve привет спасибо それは 東京 🙂 comment article reading writing nobody everything"
).split()


@dataclass(slots=True)
class Written:
    """What the export holds, to compare a report with."""

    posts: int = 0
    by_state: Counter[str] = field(default_factory=Counter)
    other_hosts: int = 0
    without_page: int = 0
    orphans: int = 0
    split_threads: int = 0


@dataclass(slots=True)
class _Thread:
    number: int
    recent: deque[int]
    is_foreign: bool
    twin: int | None
    """The number of a second thread of the same page, under another address of it."""


class DisqusExport:
    """Writes one export, thread by thread and post by post; nothing of it is kept in memory."""

    def __init__(self, posts: int, *, seed: int = 1) -> None:
        self._posts = posts
        self._random = random.Random(seed)
        self._thread_count = max(3, posts // POSTS_A_THREAD)
        self._sentences = [self._sentence() for _ in range(2_000)]
        self.written = Written()

    def write(self, file: IO[str]) -> Written:
        """Write the whole export to a text file and return what it holds."""
        file.write(HEAD)
        threads = [self._thread(number) for number in range(self._thread_count)]
        for thread in threads:
            file.writelines(self._thread_xml(thread))
        at = BEGINNING
        for number in range(self._posts):
            at += timedelta(seconds=self._random.expovariate(1 / 300))
            newest = min(len(threads) - 1, number * len(threads) // self._posts + 1)
            thread = threads[max(0, newest - int(self._random.expovariate(1 / (ACTIVE_THREADS / 4))))]
            file.write(self._post_xml(number, thread, at))
        file.write(TAIL)
        return self.written

    def _thread(self, number: int) -> _Thread:
        is_split = number % 50 == 7
        self.written.split_threads += is_split
        return _Thread(
            number,
            deque(maxlen=REMEMBERED_POSTS),
            number % 200 == 9,
            10_000_000 + number if is_split else None,
        )

    def _thread_xml(self, thread: _Thread) -> Iterator[str]:
        path = f"/20{12 + thread.number % 14}/{thread.number}-{self._random.choice(WORDS[:60])}/"
        host = "http://localhost:4000" if thread.is_foreign else SITE
        yield _thread_xml(thread.number + 1, f"{host}{path}", f"post-{thread.number}")
        if thread.twin is not None:
            yield _thread_xml(thread.twin, f"http://www.blog.example{path}?utm_source=feed", "")

    def _post_xml(self, number: int, thread: _Thread, at: datetime) -> str:
        chance = self._random.random()
        post_id = 1_000_000 + number
        state = "spam" if chance < 0.03 else "deleted" if chance < 0.05 else "approved"
        parent = self._parent(thread, chance, post_id)
        reference = thread.number + 1
        if thread.twin is not None and self._random.random() < 0.3:
            reference = thread.twin
        if number % 5_003 == 17:
            reference = 99_999_999
        else:
            thread.recent.append(post_id)
        self._count(state, thread, is_without_page=reference == 99_999_999, parent=parent)
        message = "" if state == "deleted" and number % 2 else self._message()
        return (
            f'<post dsq:id="{post_id}"><id>wp_id={number}</id><message><![CDATA[{message}]]></message>'
            f"<createdAt>{at:%Y-%m-%dT%H:%M:%SZ}</createdAt><isDeleted>{_yes(state == 'deleted')}</isDeleted>"
            f"<isSpam>{_yes(state == 'spam')}</isSpam>{self._author()}"
            f'<ipAddress>203.0.113.{number % 250}</ipAddress><thread dsq:id="{reference}"/>'
            f"{_parent_xml(parent)}</post>\n"
        )

    def _parent(self, thread: _Thread, chance: float, post_id: int) -> int | None:
        if post_id % 7_001 == 5:
            return 1
        if chance < 0.1 or not thread.recent or self._random.random() < 0.45:
            return None
        return self._random.choice(thread.recent)

    def _count(self, state: str, thread: _Thread, *, is_without_page: bool, parent: int | None) -> None:
        self.written.posts += 1
        if is_without_page:
            self.written.without_page += 1
        elif thread.is_foreign:
            self.written.other_hosts += 1
        else:
            self.written.by_state[state] += 1
            self.written.orphans += parent == 1

    def _author(self) -> str:
        number = int(self._random.paretovariate(0.6)) % 60_000
        if number % 4 == 0:
            name = f"Guest {number}"
            return (
                f"<author><email>guest{number}@mail.example</email><name>{name}</name>"
                "<isAnonymous>true</isAnonymous></author>"
            )
        return (
            f"<author><name>Reader {number}</name><isAnonymous>false</isAnonymous>"
            f"<username>reader{number}</username></author>"
        )

    def _message(self) -> str:
        paragraphs = [self._random.choice(self._sentences) for _ in range(self._random.choice((1, 1, 2, 3)))]
        if self._random.random() < 0.2:
            address = f"https://news.example/{self._random.randrange(10_000)}/a-rather-long-address-of-a-page"
            paragraphs[0] += (
                f' <a href="{address}" rel="nofollow noopener" title="{address}">{address[8:35]}...</a>'
            )
        return "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)

    def _sentence(self) -> str:
        words = [escape(self._random.choice(WORDS)) for _ in range(self._random.randint(6, 60))]
        if self._random.random() < 0.15:
            words[3] = f"<em>{words[3]}</em>"
        if self._random.random() < 0.1:
            words[-1] += "<br>"
        return " ".join(words).capitalize() + "."


def _thread_xml(number: int, link: str, identifier: str) -> str:
    return (
        f'<thread dsq:id="{number}"><id>{identifier}</id><forum>example</forum><category dsq:id="1"/>'
        f"<link>{escape(link)}</link><title>Article {number}</title><message/>"
        "<createdAt>2012-03-01T09:00:00Z</createdAt>"
        "<author><name>Editor</name><isAnonymous>false</isAnonymous><username>editor</username></author>"
        f"<isClosed>{_yes(number % 20 == 0)}</isClosed><isDeleted>false</isDeleted></thread>\n"
    )


def _parent_xml(parent: int | None) -> str:
    return "" if parent is None else f'<parent dsq:id="{parent}"/>'


def _yes(value: bool) -> str:
    return "true" if value else "false"


def write_disqus_export(path: Path, posts: int, *, seed: int = 1) -> Written:
    """Write an export of so many posts to `path`, packed if its name ends in .gz."""
    if path.suffix == ".gz":
        with gzip.open(path, "wt", encoding="utf-8", compresslevel=1) as file:
            return DisqusExport(posts, seed=seed).write(file)
    with path.open("w", encoding="utf-8") as file:
        return DisqusExport(posts, seed=seed).write(file)


if __name__ == "__main__":
    write_disqus_export(Path(sys.argv[2]), int(sys.argv[1]))
