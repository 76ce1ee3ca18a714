"""The file an import reads: packed or not, in pieces, and how far it has been read."""

import gzip
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, cast

from comments.importers.errors import ImportRefused, file_broken

PIECE_BYTES = 64 * 1024
HEAD_BYTES = 4 * 1024
GZIP_MAGIC = b"\x1f\x8b"

Moved = Callable[[int, int], None]
"""Hears how many bytes of the file have been read, and how many it has."""


class ImportFile:
    """A file to import. Whether it is packed is read from its first bytes, not from its name.

    One of more than `most_bytes` is refused when they are unpacked: a small file can hold any number.
    """

    def __init__(self, path: Path, *, most_bytes: int | None = None) -> None:
        self.path = path
        self._most_bytes = most_bytes
        try:
            self.size = path.stat().st_size
            with path.open("rb") as file:
                self.is_packed = file.read(2) == GZIP_MAGIC
        except OSError as error:
            raise ImportRefused(f"{path}: {(error.strerror or 'it cannot be read').lower()}.") from error
        if self.size == 0:
            raise file_broken("This file is empty.")

    def head(self) -> bytes:
        """Return the first bytes, unpacked: enough to see what the file is."""
        return next(self.pieces(size=HEAD_BYTES), b"")

    def pieces(self, moved: Moved | None = None, *, size: int = PIECE_BYTES) -> Iterator[bytes]:
        """Yield the unpacked bytes; raises FileBroken if it cannot be unpacked.

        A packed file that breaks off just ends: who reads it notices, and can say where.
        """
        unpacked = 0
        with self.path.open("rb") as raw:
            file = cast(BinaryIO, gzip.GzipFile(fileobj=raw)) if self.is_packed else raw
            while piece := self._read(file, size):
                unpacked += len(piece)
                if self._most_bytes is not None and unpacked > self._most_bytes:
                    raise file_broken(f"Unpacked, this file has more than {self._most_bytes:,} bytes.")
                if moved is not None:
                    moved(raw.tell(), self.size)
                yield piece

    def _read(self, file: BinaryIO, size: int) -> bytes:
        try:
            return file.read(size)
        except EOFError:
            return b""
        except (gzip.BadGzipFile, zlib.error) as error:
            raise file_broken("This file is damaged: it cannot be unpacked.") from error
