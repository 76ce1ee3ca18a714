"""Exports on disk: packed if the name asks for it, and there only when they are whole."""

import gzip
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from comments.exporters.native import ExportCounts, Progress, write_site
from comments.storage import Database


async def export_to_file(
    db: Database, site: str, path: Path, *, progress: Progress | None = None
) -> ExportCounts:
    """Export a site to a file, `.gz` packed; one that was there is replaced when all is written.

    Raises SiteUnknown, OSError.
    """
    with _whole_file(path) as file:
        return await db.scan(write_site, site, file.write, progress)


async def export_to_stream(db: Database, site: str, stream: BinaryIO) -> ExportCounts:
    """Export a site to an open stream. Raises SiteUnknown, OSError."""
    return await db.scan(write_site, site, stream.write)


@contextmanager
def _whole_file(path: Path) -> Iterator[BinaryIO]:
    """Give a file to write to beside `path`, and put it in its place if nothing goes wrong."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        # It has what its owner would not show everybody: e-mail addresses, and comments that wait.
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as raw:
            if path.suffix == ".gz":
                # Without name and time, so that the same site gives the same bytes.
                with gzip.GzipFile(filename="", fileobj=raw, mode="wb", mtime=0) as packed:
                    yield cast(BinaryIO, packed)
            else:
                yield raw
            raw.flush()
            os.fsync(raw.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
