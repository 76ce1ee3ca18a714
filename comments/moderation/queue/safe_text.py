"""A comment's text as moderators see it: what readers see, but its links are text that nobody can click."""

import re
from contextlib import suppress
from html import escape
from html.parser import HTMLParser

from markupsafe import Markup

from comments.text.html.allow_list import CLASSES, TAGS

EXCERPT_LENGTH = 140
_VOID = frozenset({"br", "hr"})
_READ_FOR_EXCERPT = 4_000
_SPACES = re.compile(r"\s+")


def without_links(html: str) -> Markup:
    """Return sanitised HTML with every link as text: its words, then its address unless that says the same.

    Every tag is written anew from the sanitiser's own list, so whatever is stored, nothing else comes out.
    """
    writer = _Writer()
    try:
        writer.feed(html)
        writer.close()
    except ValueError:  # a character reference with thousands of digits
        return Markup(escape(html))  # noqa: S704 (all of it is escaped)
    return writer.markup()


def excerpt(html: str) -> str:
    """Return the first words of a text, on one line."""
    reader = _TextReader()
    with suppress(ValueError):  # a character reference with thousands of digits
        reader.feed(html[:_READ_FOR_EXCERPT])
    words = _SPACES.sub(" ", "".join(reader.found)).strip()
    if len(words) <= EXCERPT_LENGTH:
        return words
    return words[:EXCERPT_LENGTH].rpartition(" ")[0].rstrip(",.;: ") + "…"


def _tag(tag: str, class_name: str | None) -> str:
    if tag == "span" and class_name in CLASSES:
        return f'<span class="{class_name}">'
    # Long lines of code are scrolled sideways, by keyboard too.
    return '<pre tabindex="0">' if tag == "pre" else f"<{tag}>"


class _TextReader(HTMLParser):
    """Collects text; a tag that is cut off at the end is no text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        self.found.append(data)

    def handle_endtag(self, tag: str) -> None:
        self.found.append(" ")


class _Writer(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._out: list[str] = []
        self._open: list[str] = []
        self._link: tuple[str, int] | None = None

    def markup(self) -> Markup:
        self._end_link()
        self._out.extend(f"</{tag}>" for tag in reversed(self._open))
        return Markup("".join(self._out))  # noqa: S704 (all of it is escaped, or a tag of the list)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self._end_link()
            self._link = (dict(attrs).get("href") or "", len(self._out))
        elif tag in TAGS:
            self._out.append(_tag(tag, dict(attrs).get("class")))
            if tag not in _VOID:
                self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._end_link()
        elif tag in self._open:
            # What is open inside ends with it, as a browser would have it.
            while True:
                inner = self._open.pop()
                self._out.append(f"</{inner}>")
                if inner == tag:
                    break

    def handle_data(self, data: str) -> None:
        self._out.append(escape(data))

    def _end_link(self) -> None:
        if self._link is None:
            return
        address, start = self._link
        self._link = None
        shown = address.removeprefix("https://").removeprefix("http://").removeprefix("mailto:").rstrip("/")
        written = "".join(self._out[start:])
        url = f'<span class="url" dir="ltr">{escape(shown)}</span>'
        if written in {escape(shown), escape(address), escape(address).rstrip("/")}:
            self._out[start:] = [url]
        elif shown:
            self._out.append(f" ({url})")
