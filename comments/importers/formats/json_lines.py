"""Files of JSON: one value a line, or one for all of it."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

import msgspec

from comments.importers.errors import file_broken

T = TypeVar("T")

LONGEST_LINE = 64 * 1024 * 1024
"""A comment with its votes is one line; 100,000 votes are about 20 MB."""


def lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the lines of a file; raises FileBroken for one that is too long."""
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n") if b"\n" in piece else (rest + piece,)
        yield from whole
        if len(rest) > LONGEST_LINE:
            raise file_broken(f"This file has a line of more than {LONGEST_LINE:,} bytes.")
    if rest:
        yield rest


def document(pieces: Iterable[bytes], shape: type[T], *, kind: str) -> T:
    """Return a file that is one JSON value, held in memory whole; raises FileBroken, which says where."""
    try:
        return msgspec.json.decode(b"".join(pieces), type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise file_broken(f"This file is not {kind}: {error}.") from error
