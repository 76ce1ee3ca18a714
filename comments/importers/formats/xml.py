"""XML read as a stream of flat records, with nothing in it that could reach outside or grow without end."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from comments.importers.errors import FileBroken, file_broken

DEEPEST = 64
LARGEST_RECORD = 8 * 1024 * 1024
"""Characters of one record; a comment with more was not written by a person."""

ELEMENTS_REMEMBERED = 1_000
"""Kinds of elements, by path, of which what they are is worked out once; exports have some fifty."""

UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
# Exports carry them although XML forbids them: the old systems took what was typed.
FORBIDDEN = bytes(code for code in range(0x20) if code not in b"\t\n\r")

ENDS_EARLY = {
    expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS],
    expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_TOKEN],
    expat.errors.codes[expat.errors.XML_ERROR_PARTIAL_CHAR],
    expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION],
}


@dataclass(slots=True)
class XmlRecord:
    """One element that was asked for; `fields` has the first text and attributes of each path below it.

    Paths are written `author/name`, with the prefixes of the file; attributes `thread@id`, without.
    `number` counts records of the same path from 1; `within` is the number of the record around it.
    """

    path: str
    number: int
    within: int
    fields: dict[str, str] = field(default_factory=dict)

    def text(self, path: str) -> str:
        """Return the text at `path` without white space around it, "" if there is none."""
        return self.fields.get(path, "").strip()


def xml_records(pieces: Iterable[bytes], wanted: Mapping[str, str], *, kind: str) -> Iterator[XmlRecord]:
    """Yield the elements at the paths in `wanted`, each when it ends; records inside one come before it.

    `wanted` gives what people call a record of that path (`comment`). Raises FileBroken with a sentence that
    says where the file breaks, and for a document type declaration: entities live there, no export has one.
    """
    reading = _XmlHandlers(wanted, kind)
    for piece in _readable(pieces):
        yield from reading.feed(piece)
    yield from reading.feed(b"", is_last=True)


def _readable(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Leave out what would make a parser refuse an export that people have."""
    whole = iter(pieces)
    # Nothing may stand before the XML declaration; exports of WordPress often begin with a blank line.
    first = next(whole, b"").lstrip(b"\n\r\t ")
    unwanted = b"" if first.startswith(UTF_16_MARKS) else FORBIDDEN
    yield first.translate(None, unwanted)
    for piece in whole:
        yield piece.translate(None, unwanted)


@dataclass(slots=True)
class _Element:
    """What all elements at one path are; `below` is their path below the record they are in, "" outside."""

    path: str
    below: str = ""
    is_record: bool = False
    is_kept: bool = False
    """It is a record, or in one."""
    inner: dict[str, "_Element"] = field(default_factory=dict)
    """By name, those in it that have been met."""


class _XmlHandlers:
    """The parser's handlers; text is kept only inside a record."""

    def __init__(self, wanted: Mapping[str, str], kind: str) -> None:
        self._wanted = wanted
        self._kind = kind
        self._root = next(iter(wanted)).partition("/")[0]
        self._above = [_Element("")]
        """The file, and each open element."""
        self._remembered = 0
        self._open: list[XmlRecord] = []
        self._counts: Counter[str] = Counter()
        self._last = ""
        self._finished: list[XmlRecord] = []
        self._text: list[str] = []
        self._length = 0
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._parser.StartDoctypeDeclHandler = self._doctype

    def feed(self, piece: bytes, *, is_last: bool = False) -> list[XmlRecord]:
        """Return the records that end in this piece."""
        try:
            self._parser.Parse(piece, is_last)
        except expat.ExpatError as error:
            raise self._fault(error, is_last=is_last) from error
        finished, self._finished = self._finished, []
        return finished

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        enclosing = self._above[-1]
        element = enclosing.inner.get(name) or self._met(enclosing, name)
        self._above.append(element)
        if not element.is_kept:
            return
        if element.is_record:
            self._begin_record(element.path)
        if attributes:
            fields = self._open[-1].fields
            for key, value in attributes.items():
                fields.setdefault(f"{element.below}@{key.rpartition(':')[2]}", value)
        self._text.clear()

    def _met(self, enclosing: _Element, name: str) -> _Element:
        if not enclosing.path and name != self._root:
            found = f"<{name[:40]}> instead of <{self._root}>"
            raise file_broken(f"This is not {self._kind}: it begins with {found}.")
        if len(self._above) > DEEPEST + 1:
            raise file_broken(f"This file is broken {self._where()}: its elements are nested too deep.")
        element = _Element(f"{enclosing.path}/{name}" if enclosing.path else name)
        element.is_record = element.path in self._wanted
        element.is_kept = element.is_record or enclosing.is_kept
        if element.is_kept and not element.is_record:
            element.below = f"{enclosing.below}/{name}" if enclosing.below else name
        if self._remembered < ELEMENTS_REMEMBERED:
            enclosing.inner[name] = element
            self._remembered += 1
        return element

    def _begin_record(self, path: str) -> None:
        self._counts[path] += 1
        within = self._open[-1].number if self._open else 0
        self._open.append(XmlRecord(path, self._counts[path], within))
        self._last = path
        self._length = 0

    def _end(self, name: str) -> None:
        element = self._above.pop()
        if element.below:
            self._open[-1].fields.setdefault(element.below, "".join(self._text))
        elif element.is_record:
            self._finished.append(self._open.pop())
        self._text.clear()

    def _characters(self, text: str) -> None:
        if not self._open:
            return
        self._length += len(text)
        if self._length > LARGEST_RECORD:
            raise file_broken(f"This file has more than {LARGEST_RECORD:,} characters {self._where()}.")
        self._text.append(text)

    def _doctype(self, *_: object) -> None:
        raise file_broken("This file has a document type declaration (DTD), which no export has.")

    def _fault(self, error: expat.ExpatError, *, is_last: bool) -> FileBroken:
        if is_last and error.code in ENDS_EARLY:
            return file_broken(f"This file ends {self._where()}.")
        place = f"line {error.lineno:,}, column {error.offset + 1:,}"
        return file_broken(f"This file is broken {self._where()}: {expat.ErrorString(error.code)} ({place}).")

    def _where(self) -> str:
        if self._open:
            return f"in the middle of {self._called(self._open[-1].path)}"
        return f"after {self._called(self._last)}" if self._last else "before its first comment"

    def _called(self, path: str) -> str:
        return f"{self._wanted[path]} {self._counts[path]:,}"
