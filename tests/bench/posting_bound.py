"""What bounds posts, behind a bare route: `python -m tests.bench.posting_bound PORT POSTS DATABASE`.

It does to each request what `floors` does to a post it has recorded: renders a text, runs the post's
statements by sqlite3 alone, and shares commits as ours does. What the request says is decoded, and not used.
"""

import asyncio
import shutil
import sqlite3
import sys
import time
from collections.abc import Iterator
from itertools import count, cycle
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from comments.cli.processes import listening_socket
from comments.storage.sqlite_connections import connect
from comments.storage.sqlite_writer import BATCH_SECONDS, BATCH_WRITES
from comments.text import render_post
from tests.bench.requests import HOST

Statement = tuple[str, tuple[Any, ...]]
Waiting = asyncio.Future[None]


class Posted(msgspec.Struct, frozen=True):
    """A post that was recorded, and the statements that it ran."""

    text: str
    statements: list[Statement]


class Writer:
    """A thread that runs the posts' statements one after another, and again on a fresh copy when all were."""

    def __init__(self, posts: list[Posted], before: Path) -> None:
        self._posts, self._before = posts, before
        self._copies = count()
        self._queue: SimpleQueue[Waiting] = SimpleQueue()
        self._loop = asyncio.get_running_loop()
        Thread(target=self._run, daemon=True).start()

    async def write(self) -> None:
        waiting: Waiting = self._loop.create_future()
        self._queue.put(waiting)
        await waiting

    def _run(self) -> None:
        while True:
            connection = self._fresh()
            written = 0
            while written < len(self._posts):
                batch = self._batch(connection, written)
                written += len(batch)
                self._loop.call_soon_threadsafe(_answer, batch)
            connection.close()

    def _fresh(self) -> sqlite3.Connection:
        copy = self._before.with_name(f"behind-{next(self._copies)}.db")
        shutil.copy(self._before, copy)
        return connect(copy, writes=True)

    def _batch(self, connection: sqlite3.Connection, written: int) -> list[Waiting]:
        batch = [self._queue.get()]
        until = time.monotonic() + BATCH_SECONDS
        connection.execute("BEGIN IMMEDIATE")
        for statement, values in self._posts[written].statements:
            connection.execute(statement, values).fetchall()
        for one in self._more(min(BATCH_WRITES, len(self._posts) - written) - 1, until):
            for statement, values in self._posts[written + len(batch)].statements:
                connection.execute(statement, values).fetchall()
            batch.append(one)
        connection.execute("COMMIT")
        return batch

    def _more(self, most: int, until: float) -> Iterator[Waiting]:
        """Yield who waits now, as long as there is time."""
        for _ in range(most):
            if time.monotonic() > until:
                return
            try:
                yield self._queue.get_nowait()
            except Empty:
                return


def _answer(batch: list[Waiting]) -> None:
    for one in batch:
        if not one.done():
            one.set_result(None)


def app_of(posts: list[Posted], before: Path) -> Starlette:
    texts = cycle(one.text for one in posts)
    writers: list[Writer] = []

    async def create(request: Request) -> Response:
        msgspec.json.decode(await request.body())
        html = render_post(next(texts)).html
        if not writers:
            writers.append(Writer(posts, before))
        await writers[0].write()
        return Response(msgspec.json.encode({"html": html}), 201, media_type="application/json")

    async def ready(request: Request) -> Response:
        return Response(b"")

    return Starlette(
        routes=[Route("/ready", ready), Route("/{path:path}", create, methods=["POST"])],
    )


def main() -> None:
    """Answer on the port until told to stop."""
    port, posts, before = int(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])
    app = app_of(msgspec.msgpack.decode(posts.read_bytes(), type=list[Posted]), before)
    config = uvicorn.Config(
        app, http="httptools", loop="uvloop", ws="none", access_log=False, log_level="error"
    )
    uvicorn.Server(config).run(sockets=[listening_socket(HOST, port)])


if __name__ == "__main__":
    main()
