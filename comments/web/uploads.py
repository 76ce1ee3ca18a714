"""Files that are sent to us: onto the disk piece by piece, never whole in memory."""

import asyncio
import errno
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from comments.errors import BadRequest, TooLarge
from comments.storage import StorageFull
from comments.web.forms import Fields, FormExpected
from comments.web.middleware.request_limits import allow_bytes

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

MEGABYTE = 1_000_000
WRITTEN_AT_ONCE = 1_024 * 1_024
LONGEST_FIELD = 4_000
MOST_FIELDS = 20
LONGEST_NAME = 400
FORM_AROUND = 64 * 1_024
"""What a form may have around its file."""


class UploadTooLarge(TooLarge):
    """A file of more bytes than the service takes."""

    code = "upload-too-large"


class UploadMissing(BadRequest):
    """A file is expected, and none came, or it broke off."""

    code = "upload-missing"


Check = Callable[[Fields], None]
"""Looks at the fields that came before the file, and raises if it is not to be taken."""


async def receive_body(request: Request, path: Path, most: int) -> int:
    """Write the request's body to `path`, and return its bytes.

    Raises UploadTooLarge, UploadMissing, StorageFull; what was written then stays, for the caller to remove.
    """
    with _Sink(path, most) as sink:
        async for piece in _pieces(request, most):
            await sink.take(piece)
        return await sink.end()


async def receive_form(request: Request, path: Path, most: int, check: Check) -> tuple[Fields, str, int]:
    """Write the one file of a form to `path`; return the fields before it, its name and its bytes.

    Raises what `receive_body` does, FormExpected, and what `check` raises, before anything is written.
    """
    media_type, options = parse_options_header(request.headers.get("content-type", ""))
    if media_type != b"multipart/form-data" or b"boundary" not in options:
        raise FormExpected("Send this as a form with a file.")
    form = _Form(check)
    parser = MultipartParser(options[b"boundary"], form.callbacks())
    with _Sink(path, most) as sink:
        try:
            async for piece in _pieces(request, most + FORM_AROUND):
                parser.write(piece)
                for part in form.given_out():
                    await sink.take(part)
        except MultipartParseError as fault:
            raise UploadMissing("The form could not be read: send it once more.") from fault
        if not form.is_whole:
            raise UploadMissing("The file broke off on its way: send it once more.")
        return Fields(form.fields), form.file_name, await sink.end()


async def _pieces(request: Request, most: int) -> AsyncIterator[bytes]:
    # As much again is read and thrown away: a browser hears our answer only after it has sent all.
    allow_bytes(request.scope, 2 * most)
    async for piece in request.stream():
        if piece:
            yield piece


class _Sink:
    """A file that takes pieces up to a size; pieces past it are dropped, and the end says so."""

    def __init__(self, path: Path, most: int) -> None:
        self._path = path
        self._most = most
        self._held = bytearray()
        self._bytes = 0
        self._file: BinaryIO

    def __enter__(self) -> "_Sink":
        self._file = self._path.open("wb")
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    async def take(self, piece: bytes) -> None:
        self._bytes += len(piece)
        if self._bytes > self._most:
            return
        self._held += piece
        if len(self._held) >= WRITTEN_AT_ONCE:
            await self._write()

    async def end(self) -> int:
        if self._bytes > self._most:
            raise UploadTooLarge(
                f"The file has more than {self._most // MEGABYTE:,} MB, the most that is taken here."
                " Pack it with gzip, or ask who runs the service to import it there.",
                largest_bytes=self._most,
            )
        if not self._bytes:
            raise UploadMissing("Choose a file first: none came, or an empty one.")
        await self._write()
        return self._bytes

    async def _write(self) -> None:
        held, self._held = bytes(self._held), bytearray()
        try:
            await asyncio.to_thread(self._file.write, held)
            await asyncio.to_thread(self._file.flush)
        except OSError as error:
            if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
                raise StorageFull("There is no room for this file on the service's disk.") from error
            raise


@dataclass(slots=True)
class _Form:
    """What the parser says of a form's parts: fields are kept, the file's bytes are given out."""

    check: Check
    fields: list[tuple[str, str]] = field(default_factory=list)
    file_name: str = ""
    is_whole: bool = False
    _header: tuple[bytes, bytes] = (b"", b"")
    _headers: dict[bytes, bytes] = field(default_factory=dict)
    _name: str = ""
    _value: bytearray = field(default_factory=bytearray)
    _is_file: bool = False
    _files: int = 0
    _given: list[bytes] = field(default_factory=list)

    def callbacks(self) -> "MultipartCallbacks":
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._header_name,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_finished,
            "on_part_data": self._data,
            "on_part_end": self._end,
            "on_end": self._finish,
        }

    def given_out(self) -> list[bytes]:
        given, self._given = self._given, []
        return given

    def _begin(self) -> None:
        self._headers, self._value, self._is_file = {}, bytearray(), False

    def _header_name(self, piece: bytes, start: int, end: int) -> None:
        self._header = (self._header[0] + piece[start:end], self._header[1])
        self._bound()

    def _header_value(self, piece: bytes, start: int, end: int) -> None:
        self._header = (self._header[0], self._header[1] + piece[start:end])
        self._bound()

    def _header_end(self) -> None:
        name, value = self._header
        self._headers[name.lower()] = value
        self._header = (b"", b"")

    def _headers_finished(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        self._name = options.get(b"name", b"").decode(errors="replace")
        self._is_file = b"filename" in options
        if self._is_file:
            self._files += 1
            if self._files > 1:
                raise UploadMissing("Send one file at a time.")
            self.check(Fields(self.fields))
            self.file_name = options[b"filename"].decode(errors="replace")[:LONGEST_NAME]

    def _data(self, piece: bytes, start: int, end: int) -> None:
        if self._is_file:
            self._given.append(piece[start:end])
            return
        self._value += piece[start:end]
        self._bound()

    def _end(self) -> None:
        if not self._is_file and self._name:
            self.fields.append((self._name, self._value.decode(errors="replace").replace("\x00", "")))
            self._bound()

    def _finish(self) -> None:
        if not self._files:
            self.check(Fields(self.fields))
        self.is_whole = True

    def _bound(self) -> None:
        is_long = len(self._value) > LONGEST_FIELD or sum(map(len, self._header)) > LONGEST_FIELD
        if is_long or len(self.fields) > MOST_FIELDS:
            raise UploadMissing("The form has more in it than one of ours.")
