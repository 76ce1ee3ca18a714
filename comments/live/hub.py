"""The hub: which streams listen to which thread, and how they hear of its changes.

A change is read and encoded once for all who listen, and what happens in quick succession is told together.
A page nobody has written on waits until a thread is opened there.
"""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Container, Sequence
from functools import partial
from typing import Protocol
from uuid import UUID

from comments.keys import Keyring
from comments.live.changes import ChangesQuestion, PageChanges, news_of_pages, news_of_thread
from comments.live.errors import StreamsFull, TooManyStreams
from comments.live.heartbeats import Heartbeats
from comments.live.throttle import Throttle, ThrottledTask
from comments.sites.errors import SiteUnknown
from comments.storage import Database
from comments.threads.queries.find_threads import key_hashes_of
from comments.threads.site_card import SiteCard

SPACING_SECONDS = 0.2
"""Between two events of one thread."""

TOLD_AT_ONCE = 100
"""Listeners between two breaths, 1.5 ms: one post is begun and one answered in each (`web.admission`)."""

REST = 3
"""So many times as long as telling took, a thread rests before its readers are told of more at once."""

LONGEST_REST_SECONDS = 0.5
"""Unless telling took longer: it is never more than half of what is done."""

ANEW_SECONDS = 0.0001
"""What one reader costs who is told to ask for the page anew, and does."""

TOLD_BYTES = 256 * 1024 * 1024
"""Of one event, to all who listen together: with thousands, to ask for the page anew is less."""

STREAMS_AN_ADDRESS = 20
MOST_STREAMS = 10_000
"""In one process: about 35 MB."""

ASK_AGAIN_SECONDS = 30

_BEGIN = "retry: 3000\nid: {}\n\n"
_BEAT = b":\n\n"


class Subscriber(Protocol):
    """Where a stream's bytes go."""

    def put(self, chunk: bytes) -> None: ...

    def end(self) -> None: ...


class Channel:
    """One thread that somebody listens to. `version` is the newest that was told."""

    __slots__ = ("listeners", "thread_id", "turn", "version")

    def __init__(self, thread_id: UUID, version: int, tell: Callable[["Channel"], Awaitable[float]]) -> None:
        self.thread_id = thread_id
        self.version = version
        self.listeners: set[Listener] = set()
        self.turn = ThrottledTask(lambda: tell(self))


class Stream:
    """One reader's stream: for each of its pages what it listens to, and the version it was told of.

    A page without a channel waits under the hashes of its keys.
    """

    __slots__ = ("address", "channels", "hashes", "site_id", "site_name", "subscriber", "versions")

    def __init__(self, asked: ChangesQuestion, address: str, subscriber: Subscriber) -> None:
        self.site_id = asked.site.id
        self.site_name = asked.site.name
        self.address = address
        self.subscriber = subscriber
        self.hashes: list[Sequence[bytes]] = [page.hashes for page in asked.pages]
        self.channels: list[Channel | None] = [None for _ in asked.pages]
        self.versions = list(asked.seen or ())

    @property
    def id(self) -> str:
        return ".".join(map(str, self.versions))

    def event(self, page: int, news: PageChanges, alone: bytes = b"") -> bytes:
        """Take in the news of one of its pages; return what is to be sent, which may be nothing.

        `alone` is that for who listens to nothing else.
        """
        self.versions[page] = news.version
        if alone and len(self.versions) == 1:
            return alone
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
        self._joining: dict[Stream, set[UUID]] = {}
        """With the threads that changed while their first answer was read."""
        self._by_address: Counter[str] = Counter()
        self._by_site: Counter[UUID] = Counter()
        self._channels: dict[UUID, Channel] = {}
        self._waiting_by_key: defaultdict[tuple[UUID, bytes], set[Listener]] = defaultdict(set)
        self._turns = Throttle(SPACING_SECONDS)
        self._opened: set[UUID] = set()
        self._waiting_turn = ThrottledTask(self._look_into_waiting)
        self._beats = Heartbeats(self._beat)
        self._closed = False

    def __len__(self) -> int:
        return len(self._streams)

    async def run(self) -> None:
        """Tell who listens what changes, for as long as the service runs."""
        await self._turns.run()

    async def listen(
        self, asked: ChangesQuestion, address: str, subscriber: Subscriber
    ) -> Callable[[], None]:
        """Send what the subscriber has missed and what changes from now on, until what is returned is called.

        Raises TooManyStreams, StreamsFull, PageRefused.
        """
        if self._by_address[address] >= self._most_an_address:
            detail = f"One address may have {self._most_an_address} streams open."
            raise TooManyStreams(detail, retry_after=ASK_AGAIN_SECONDS)
        if len(self._streams) + len(self._joining) >= self._most:
            raise StreamsFull("Too many readers listen just now.", retry_after=ASK_AGAIN_SECONDS)
        stream = Stream(asked, address, subscriber)
        self._by_address[address] += 1
        self._joining[stream] = set()
        try:
            news = await self._db.read(news_of_pages, self._keys, asked)
        except BaseException:
            self._leave(stream)
            raise
        self._join(stream, news)
        return partial(self._leave, stream)

    def thread_changed(self, site_id: UUID, thread_id: UUID, version: int) -> None:
        """Take in that readers of a thread see something else from `version` on, whoever wrote it."""
        for stream, heard in self._joining.items():
            if stream.site_id == site_id:
                heard.add(thread_id)
        self._look_at(thread_id, version)

    def sites_are(self, there: Container[UUID]) -> None:
        """Take in which sites there are; the streams of others end."""
        gone = {site_id for site_id in self._by_site if site_id not in there}
        if gone:
            # Asked four times a second, and to compare an id is Python: 10,000 streams would take 3 ms.
            for stream in self._streams:
                if stream.site_id in gone:
                    stream.subscriber.end()

    def close(self) -> None:
        """End all streams: the service stops, and would wait for them."""
        self._closed = True
        for stream in self._streams:
            stream.subscriber.end()

    def _join(self, stream: Stream, news: list[PageChanges]) -> None:
        """Let a stream in that was read its news; nothing may be awaited from the end of its joining on."""
        heard = self._joining.pop(stream)
        self._streams.add(stream)
        self._by_site[stream.site_id] += 1
        stream.versions = stream.versions or [one.version for one in news]
        begin = [_BEGIN.format(stream.id).encode()]
        for page, one in enumerate(news):
            begin.append(stream.event(page, one))
            if one.thread_id is None:
                for key_hash in stream.hashes[page]:
                    self._waiting_by_key[stream.site_id, key_hash].add((stream, page))
            else:
                self._listen((stream, page), one.thread_id, one.version)
        stream.subscriber.put(b"".join(begin))
        self._beats.add(stream)
        for thread_id in heard:
            self._look_at(thread_id)
        if self._closed:
            stream.subscriber.end()

    def _leave(self, stream: Stream) -> None:
        self._joining.pop(stream, None)
        if stream in self._streams:
            self._streams.remove(stream)
            self._by_site[stream.site_id] -= 1
            if not self._by_site[stream.site_id]:
                del self._by_site[stream.site_id]
        address = stream.address
        self._by_address[address] -= 1
        if not self._by_address[address]:
            del self._by_address[address]
        for page, channel in enumerate(stream.channels):
            if channel is None:
                self._leave_waiting((stream, page))
                continue
            channel.listeners.discard((stream, page))
            if not channel.listeners:
                self._channels.pop(channel.thread_id, None)

    def _leave_waiting(self, listener: Listener) -> None:
        stream, page = listener
        for key_hash in stream.hashes[page]:
            place = stream.site_id, key_hash
            self._waiting_by_key[place].discard(listener)
            if not self._waiting_by_key[place]:
                del self._waiting_by_key[place]

    def _listen(self, listener: Listener, thread_id: UUID, version: int) -> Channel:
        channel = self._channels.get(thread_id)
        if channel is None:
            channel = self._channels[thread_id] = Channel(thread_id, version, self._tell)
        channel.listeners.add(listener)
        if version < channel.version:
            # It was read before what all others have been told.
            self._turns.ask(channel.turn)
        stream, page = listener
        stream.channels[page], stream.hashes[page] = channel, ()
        return channel

    def _look_at(self, thread_id: UUID, version: int | None = None) -> None:
        """Have a thread looked at soon if somebody listens who has not been told of `version`."""
        channel = self._channels.get(thread_id)
        if channel is not None and (version is None or channel.version < version):
            self._turns.ask(channel.turn)
        # Even then: who came later may have found the thread that others still wait for.
        if self._waiting_by_key:
            self._opened.add(thread_id)
            self._turns.ask(self._waiting_turn)

    async def _tell(self, channel: Channel) -> float:
        """Tell all who listen to a thread what changed since they were told last; return how long to rest."""
        if not channel.listeners:
            return 0.0
        since = min(stream.versions[page] for stream, page in channel.listeners)
        room = TOLD_BYTES // len(channel.listeners)
        some, _ = next(iter(channel.listeners))
        try:
            site = await self._card(some.site_name)
        except SiteUnknown:
            news = None
        else:
            news = await self._db.read(news_of_thread, self._keys, site, channel.thread_id, since, room)
        if news is None:
            for stream, _ in channel.listeners:
                stream.subscriber.end()
            return 0.0
        channel.version = news.version
        return await self._pass_on(news, channel, since)

    async def _pass_on(self, news: PageChanges, channel: Channel, since: int) -> float:
        """Send the news after the version `since` to who knows that version, and no newer one."""
        # Most listen to one page, and all of them get the same bytes.
        alone = news.event(0, str(news.version)) if news.kind else b""
        listeners = tuple(channel.listeners)
        computed = 0.0
        for first in range(0, len(listeners), TOLD_AT_ONCE):
            began = time.perf_counter()
            for stream, page in listeners[first : first + TOLD_AT_ONCE]:
                seen_version = stream.versions[page]
                if seen_version < since:
                    # It joined while this was read, with an older answer.
                    self._turns.ask(channel.turn)
                elif seen_version < news.version:
                    event = stream.event(page, news, alone)
                    if event:
                        stream.subscriber.put(event)
            computed += time.perf_counter() - began
            await asyncio.sleep(0)
        if news.kind == "reset":
            return REST * ANEW_SECONDS * len(listeners)
        return max(computed, min(REST * computed, LONGEST_REST_SECONDS))

    def _beat(self, stream: Stream) -> bool:
        is_here = stream in self._streams
        if is_here:
            stream.subscriber.put(_BEAT)
        return is_here

    async def _look_into_waiting(self) -> float:
        """Let those in whose page has a thread now."""
        opened = list(self._opened)
        rows = await self._db.read(key_hashes_of, opened)
        self._opened.difference_update(opened)
        for row in rows:
            for stream, page in list(self._waiting_by_key.get((row.site_id, row.key_hash), ())):
                self._leave_waiting((stream, page))
                channel = self._listen((stream, page), row.thread_id, stream.versions[page])
                self._turns.ask(channel.turn)
        return 0.0
