"""The hub: which streams listen to which thread, and how they hear of its changes.

A change is read and encoded once for all who listen, and what happens in quick succession is told together.
A page nobody has written on waits in the lobby until a thread is opened there.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Container
from functools import partial
from typing import Protocol
from uuid import UUID

from comments.keys import Keyring
from comments.live.errors import StreamsFull, TooManyStreams
from comments.live.reading import Asked, News, news_of_pages, news_of_thread
from comments.live.turns import Turn, Turns
from comments.sites.errors import SiteUnknown
from comments.storage import Database
from comments.threads.queries.finding import key_hashes_of
from comments.threads.site_card import SiteCard

SPACING_SECONDS = 0.2
"""Between two events of one thread."""

TOLD_AT_ONCE = 250
"""Listeners between two breaths: requests must have their turn too."""

STREAMS_AN_ADDRESS = 20
MOST_STREAMS = 10_000
"""In one process: about 200 MB."""

ASK_AGAIN_SECONDS = 30

_BEGIN = "retry: 3000\nid: {}\n\n"


class Outlet(Protocol):
    """Where a stream's bytes go."""

    def put(self, chunk: bytes) -> None: ...

    def end(self) -> None: ...


class Topic:
    """One thread that somebody listens to. `version` is the newest that was told."""

    __slots__ = ("listeners", "thread_id", "turn", "version")

    def __init__(self, thread_id: UUID, version: int, tell: Callable[["Topic"], Awaitable[None]]) -> None:
        self.thread_id = thread_id
        self.version = version
        self.listeners: set[Listener] = set()
        self.turn = Turn(lambda: tell(self))


class Stream:
    """One reader's stream: for each of its pages what it listens to, and the version it was told of.

    A page without a topic waits in the lobby under the hashes of its keys. `heard` are the threads that
    changed while the first answer was read.
    """

    __slots__ = ("hashes", "heard", "outlet", "site", "topics", "versions")

    def __init__(self, asked: Asked, outlet: Outlet) -> None:
        self.site = asked.site
        self.outlet = outlet
        self.hashes = [page.hashes for page in asked.pages]
        self.topics: list[Topic | None] = [None for _ in asked.pages]
        self.versions = list(asked.seen or ())
        self.heard: set[UUID] = set()

    @property
    def id(self) -> str:
        return ".".join(map(str, self.versions))

    def event(self, page: int, news: News) -> bytes:
        """Take in the news of one of its pages; return what is to be sent, which may be nothing."""
        self.versions[page] = news.version
        return news.event(page, self.id) if news.kind else b""


Listener = tuple[Stream, int]
"""A stream, and by which number it knows the page."""


class Hub:
    """Who listens in this process. All methods are for the event loop; `run` must be running."""

    def __init__(
        self,
        db: Database,
        keys: Keyring,
        card: Callable[[str], Awaitable[SiteCard]],
        *,
        most: int,
        most_an_address: int,
    ) -> None:
        self._db = db
        self._keys = keys
        self._card = card
        self._most = most
        self._most_an_address = most_an_address
        self._streams: set[Stream] = set()
        self._joining: set[Stream] = set()
        self._by_address: Counter[str] = Counter()
        self._topics: dict[UUID, Topic] = {}
        self._lobby: defaultdict[tuple[UUID, bytes], set[Listener]] = defaultdict(set)
        self._turns = Turns(SPACING_SECONDS)
        self._opened: set[UUID] = set()
        self._lobby_turn = Turn(self._look_into_lobby)
        self._closed = False

    def __len__(self) -> int:
        return len(self._streams)

    async def run(self) -> None:
        """Tell who listens what changes, for as long as the service runs."""
        await self._turns.run()

    async def listen(self, asked: Asked, address: str, outlet: Outlet) -> Callable[[], None]:
        """Send the outlet what it has missed, and what changes from now on, until what is returned is called.

        Raises TooManyStreams, StreamsFull, PageRefused.
        """
        if self._by_address[address] >= self._most_an_address:
            detail = f"One address may have {self._most_an_address} streams open."
            raise TooManyStreams(detail, retry_after=ASK_AGAIN_SECONDS)
        if len(self._streams) + len(self._joining) >= self._most:
            raise StreamsFull("Too many readers listen just now.", retry_after=ASK_AGAIN_SECONDS)
        stream = Stream(asked, outlet)
        self._by_address[address] += 1
        self._joining.add(stream)
        try:
            news = await self._db.read(news_of_pages, self._keys, asked)
        except BaseException:
            self._leave(stream, address)
            raise
        self._join(stream, news)
        return partial(self._leave, stream, address)

    def thread_changed(self, site_id: UUID, thread_id: UUID, version: int) -> None:
        """Take in that readers of a thread see something else from `version` on, whoever wrote it."""
        for stream in self._joining:
            if stream.site.id == site_id:
                stream.heard.add(thread_id)
        self._look_at(thread_id, version)

    def sites_are(self, there: Container[UUID]) -> None:
        """Take in which sites there are; the streams of others end."""
        for stream in self._streams:
            if stream.site.id not in there:
                stream.outlet.end()

    def close(self) -> None:
        """End all streams: the service stops, and would wait for them."""
        self._closed = True
        for stream in self._streams:
            stream.outlet.end()

    def _join(self, stream: Stream, news: list[News]) -> None:
        """Let a stream in that was read its news; nothing may be awaited from the end of its joining on."""
        self._joining.discard(stream)
        self._streams.add(stream)
        stream.versions = stream.versions or [one.version for one in news]
        begin = [_BEGIN.format(stream.id).encode()]
        for page, one in enumerate(news):
            begin.append(stream.event(page, one))
            if one.thread_id is None:
                for key_hash in stream.hashes[page]:
                    self._lobby[stream.site.id, key_hash].add((stream, page))
            else:
                self._listen((stream, page), one.thread_id, one.version)
        stream.outlet.put(b"".join(begin))
        for thread_id in stream.heard:
            self._look_at(thread_id)
        if self._closed:
            stream.outlet.end()

    def _leave(self, stream: Stream, address: str) -> None:
        self._joining.discard(stream)
        self._streams.discard(stream)
        self._by_address[address] -= 1
        if not self._by_address[address]:
            del self._by_address[address]
        for page, topic in enumerate(stream.topics):
            if topic is None:
                self._leave_lobby((stream, page))
                continue
            topic.listeners.discard((stream, page))
            if not topic.listeners:
                self._topics.pop(topic.thread_id, None)

    def _leave_lobby(self, listener: Listener) -> None:
        stream, page = listener
        for key_hash in stream.hashes[page]:
            place = stream.site.id, key_hash
            self._lobby[place].discard(listener)
            if not self._lobby[place]:
                del self._lobby[place]

    def _listen(self, listener: Listener, thread_id: UUID, version: int) -> Topic:
        topic = self._topics.get(thread_id)
        if topic is None:
            topic = self._topics[thread_id] = Topic(thread_id, version, self._tell)
        topic.listeners.add(listener)
        if version < topic.version:
            # It was read before what all others have been told.
            self._turns.ask(topic.turn)
        stream, page = listener
        stream.topics[page] = topic
        return topic

    def _look_at(self, thread_id: UUID, version: int | None = None) -> None:
        """Have a thread looked at soon if somebody listens who has not been told of `version`."""
        topic = self._topics.get(thread_id)
        if topic is not None and (version is None or topic.version < version):
            self._turns.ask(topic.turn)
        # Even then: who came later may have found the thread that others still wait for.
        if self._lobby:
            self._opened.add(thread_id)
            self._turns.ask(self._lobby_turn)

    async def _tell(self, topic: Topic) -> None:
        """Tell all who listen to a thread what changed since they were told last."""
        if not topic.listeners:
            return
        since = min(stream.versions[page] for stream, page in topic.listeners)
        some, _ = next(iter(topic.listeners))
        try:
            site = await self._card(some.site.name)
        except SiteUnknown:
            news = None
        else:
            news = await self._db.read(news_of_thread, self._keys, site, topic.thread_id, since)
        if news is None:
            for stream, _ in topic.listeners:
                stream.outlet.end()
            return
        topic.version = news.version
        for number, listener in enumerate(tuple(topic.listeners), 1):
            if number % TOLD_AT_ONCE == 0:
                await asyncio.sleep(0)
            self._pass_on(listener, news, topic, since)

    def _pass_on(self, listener: Listener, news: News, topic: Topic, since: int) -> None:
        """Send the news after the version `since` to who knows that version, and no newer one."""
        stream, page = listener
        told = stream.versions[page]
        if told < since:
            # It joined while this was read, with an older answer.
            self._turns.ask(topic.turn)
        elif told < news.version:
            event = stream.event(page, news)
            if event:
                stream.outlet.put(event)

    async def _look_into_lobby(self) -> None:
        """Let those in whose page has a thread now."""
        opened = list(self._opened)
        rows = await self._db.read(key_hashes_of, opened)
        self._opened.difference_update(opened)
        for row in rows:
            for stream, page in list(self._lobby.get((row.site_id, row.key_hash), ())):
                self._leave_lobby((stream, page))
                topic = self._listen((stream, page), row.thread_id, stream.versions[page])
                self._turns.ask(topic.turn)
