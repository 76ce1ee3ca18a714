"""An export while it is made: written to the disk as quickly as it goes, and read from there by who asked.

A reader who is slow keeps no snapshot of the database open, and no export is ever whole in memory.
"""

import asyncio
import gzip
import os
import tempfile
from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from comments.errors import Unavailable
from comments.exporters.native import write_site
from comments.storage import Database

PIECE_BYTES = 256 * 1024
LOOK_AGAIN_SECONDS = 0.05


class ExportUnderWay(Unavailable):
    """This process writes another export at the moment."""

    code = "export-under-way"


class _Gone(Exception):
    """Nobody reads it any more."""


@dataclass(slots=True)
class _Turn:
    is_taken: bool = False


_turn = _Turn()


async def exported_pieces(db: Database, site: str, folder: Path) -> AsyncGenerator[bytes]:
    """Return a site's export, packed with gzip, piece by piece; one that fails raises in the middle.

    Raises ExportUnderWay before the first piece: one at a time is written in a process.
    """
    if _turn.is_taken:
        raise ExportUnderWay("Another export is being written. Try again in a minute.", retry_after=30)
    _turn.is_taken = True
    try:
        file = cast(BinaryIO, tempfile.TemporaryFile(dir=folder))  # noqa: SIM115 (closed by who reads it)
    except OSError:
        _turn.is_taken = False
        raise
    gone = asyncio.Event()
    # It begins at once, and gives its turn back by itself, even if nobody reads a single piece.
    return _pieces(file, asyncio.create_task(_write(db, site, file, gone)), gone)


async def _pieces(file: BinaryIO, writing: asyncio.Task[None], gone: asyncio.Event) -> AsyncGenerator[bytes]:
    with file:
        try:
            at = 0
            while True:
                is_whole = writing.done()
                piece = await asyncio.to_thread(_read, file, at)
                if piece:
                    at += len(piece)
                    yield piece
                elif is_whole:
                    break
                else:
                    await asyncio.wait([writing], timeout=LOOK_AGAIN_SECONDS)
            await writing
        finally:
            gone.set()
            with suppress(_Gone):
                await writing


async def _write(db: Database, site: str, file: BinaryIO, gone: asyncio.Event) -> None:
    try:
        with gzip.GzipFile(filename="", fileobj=file, mode="wb", compresslevel=6, mtime=0) as packed:

            def write(line: bytes) -> None:
                if gone.is_set():
                    raise _Gone
                packed.write(line)

            await db.scan(write_site, site, write)
        file.flush()
    finally:
        _turn.is_taken = False


def _read(file: BinaryIO, at: int) -> bytes:
    """Read without moving the place where the other thread writes."""
    return os.pread(file.fileno(), PIECE_BYTES, at)
