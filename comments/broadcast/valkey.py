"""Valkey (or Redis), by which processes tell each other; the only place that knows its client.

Nothing is kept in it: what is lost with it is looked for in the database.
"""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from comments.errors import Unavailable

if TYPE_CHECKING:
    from redis.asyncio import Redis

CONNECT_SECONDS = 1.0
ANSWER_SECONDS = 2.0
PING_SECONDS = 5.0
"""A connection that says nothing is asked this often whether it is still there."""


class ValkeyAway(Unavailable):
    """Valkey does not answer, refuses us, or its client is not installed."""

    code = "valkey-away"


class Valkey:
    """One Valkey server; `prefix` keeps apart the installations that share it. A line to other processes."""

    name = "Valkey"

    def __init__(self, url: str, prefix: str) -> None:
        self._url = url
        self._prefix = prefix
        self._opened: Redis | None = None

    async def send(self, message: str) -> None:
        """See `peers.Line`."""
        async with self._client() as client:
            await client.publish(f"{self._prefix}:told", message)

    async def listen(self, connected: Callable[[], None], received: Callable[[str], None]) -> None:
        """See `peers.Line`."""
        async with self._client() as client, client.pubsub() as listening:
            await listening.subscribe(f"{self._prefix}:told")
            is_asked = False
            while True:
                message = await listening.get_message(timeout=PING_SECONDS)
                if message is None:
                    if is_asked:
                        raise ValkeyAway("Valkey says nothing any more")
                    await listening.ping()
                    is_asked = True
                    continue
                is_asked = False
                if message["type"] == "subscribe":
                    connected()
                elif message["type"] == "message":
                    received(message["data"])

    async def version(self) -> str:
        """Return what answers, in words: `Valkey 9.1.2`. Raises ValkeyAway."""
        async with self._client() as client:
            said = await client.info("server")
        name = "Valkey" if "valkey_version" in said else "Redis"
        return f"{name} {said.get('valkey_version') or said.get('redis_version') or ''}".strip()

    async def close(self) -> None:
        """Let go of all connections."""
        if self._opened is not None:
            opened, self._opened = self._opened, None
            await opened.aclose()

    @asynccontextmanager
    async def _client(self) -> "AsyncIterator[Redis]":
        """Give the client; whatever goes wrong with it is ValkeyAway, without the URL's password."""
        try:
            # Late: most installations have no Valkey, and it takes a tenth of a second.
            from redis.exceptions import RedisError
        except ModuleNotFoundError:
            raise ValkeyAway("Valkey needs one more package: pip install redis") from None
        try:
            if self._opened is None:
                self._opened = _opened(self._url)
            yield self._opened
        except (RedisError, OSError, TimeoutError, ValueError) as failed:
            words = re.sub(r"//[^@/]*@", "//", " ".join(str(failed).split()))
            raise ValkeyAway(words or type(failed).__name__) from failed


def _opened(url: str) -> "Redis":
    from redis.asyncio import Redis
    from redis.asyncio.retry import Retry
    from redis.backoff import NoBackoff

    return Redis.from_url(
        url,
        decode_responses=True,
        socket_connect_timeout=CONNECT_SECONDS,
        socket_timeout=ANSWER_SECONDS,
        # Who asks knows when to ask again; here nothing waits for it.
        retry=Retry(NoBackoff(), 0),
    )
