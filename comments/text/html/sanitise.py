"""The last step before HTML is stored or shown: bleach, held to the allow-list of `policy`.

Changing the sanitiser is changing this file; its contract is the attack corpus of the tests.
"""

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from html import escape, unescape
from typing import Any

from bleach.html5lib_shim import Filter
from bleach.sanitizer import Cleaner

from comments.text.html import allow_list

HREF, TITLE, REL = (None, "href"), (None, "title"), (None, "rel")

BLOCKS = frozenset("p blockquote pre ul ol li hr h3 h4 h5 h6 br".split())

# HTML forbids them in text, or they turn the reading order of what follows (U+202D, U+202E).
FORBIDDEN = {*range(0x20), *range(0x7F, 0xA0), 0x202D, 0x202E, 0xFFFE, 0xFFFF} - {ord("\t"), ord("\n")}
SURROGATES = range(0xD800, 0xE000)
UNWANTED: dict[int, str | None] = {**dict.fromkeys(FORBIDDEN), **dict.fromkeys(SURROGATES, "\ufffd")}
UNWANTED_RE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202d\u202e\ufffe\uffff\ud800-\udfff]")

# bleach hands them to int(), which refuses more than 4,300 digits with a ValueError.
ENDLESS_NUMBERS = re.compile(r"&#(?:[xX]0*+[0-9A-Fa-f]{8,}+|0*+[0-9]{8,}+);?+")

HREF_ESCAPES = str.maketrans(
    {'"': "%22", "'": "%27", "<": "%3C", ">": "%3E", "`": "%60", " ": "%20", "\\": "%5C"}
)


@dataclass(slots=True)
class Sanitised:
    """Safe HTML, its words without markup, and the addresses it leads to, in order."""

    html: str
    text: str
    links: tuple[str, ...]


@dataclass(slots=True)
class FilteredText:
    """What the filter met on its way: the words, with a newline for each block, and where links lead."""

    words: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)


class LinkFilter(Filter):  # type: ignore[misc]  # bleach has no annotations
    """Runs behind bleach's own filter: links get their `rel`, entities become characters, words are noted.

    A link that leads nowhere we allow loses its tag and keeps its words; one without words shows its address.
    """

    def __init__(self, source: Any, seen: FilteredText) -> None:
        super().__init__(source)
        self.seen = seen

    def __iter__(self) -> Iterator[dict[str, Any]]:
        words = self.seen.words
        link, words_before_link, starts_pre = "", 0, False
        for token in super().__iter__():
            kind = token["type"]
            if "name" not in token or kind == "Entity":
                words.append(text_of(token, starts_pre=starts_pre))
                yield {"type": "Characters", "data": words[-1]}
                starts_pre = False
                continue
            if token["name"] != "a":
                if token["name"] in BLOCKS:
                    words.append("\n")
            elif kind == "EndTag":
                if not link:
                    continue
                if len(words) == words_before_link:
                    words.append(link)
                    yield {"type": "Characters", "data": link}
                link = ""
            else:
                link = link_target(token["data"].get(HREF, ""))
                if not link:
                    continue
                words_before_link = len(words)
                self.seen.links.append(link)
                token["data"] = link_attributes(link, token["data"].get(TITLE, ""))
            starts_pre = kind == "StartTag" and token.get("name") == "pre"
            yield token


def text_of(token: dict[str, Any], *, starts_pre: bool) -> str:
    """Return a token's text with its entity resolved; the serialiser escapes it again.

    Parsers drop a line break at the start of `<pre>`. Left in, each sanitising would drop one more.
    """
    text: str = readable(unescape(f"&{token['name']};")) if "name" in token else token["data"]
    return text.lstrip("\n") if starts_pre else text


def readable(text: str) -> str:
    """Return `text` without what no reader can see and no database should hold."""
    # None of it is printable, and to ask that takes a tenth of the time.
    if text.replace("\n", "").isprintable() or not UNWANTED_RE.search(text):
        return text
    return text.translate(UNWANTED)


def link_target(href: str) -> str:
    """Return the address an `href` leads to, quotes and blanks percent-encoded, or "" if it may not."""
    url = readable(unescape(href)).strip().replace("\n", "").replace("\t", "").translate(HREF_ESCAPES)
    return url if allow_list.is_absolute_link(url) else ""


def link_attributes(url: str, title: str) -> dict[tuple[None, str], str]:
    # Escaped here, because bleach's serialiser leaves every & that begins an entity as it is.
    attributes = {HREF: escape(url)}
    if title:
        attributes[TITLE] = escape(readable(unescape(title)))
    attributes[REL] = allow_list.REL
    return attributes


class Sanitiser:
    """One bleach cleaner and what it notes; threads must not share one (bleach mixes up their inputs)."""

    def __init__(self, *, classes: bool) -> None:
        self._seen = FilteredText()
        self._cleaner = Cleaner(
            tags=allow_list.TAGS,
            attributes=partial(allow_list.is_allowed_attribute, classes=classes),
            protocols=allow_list.PROTOCOLS,
            strip=True,
            strip_comments=True,
            filters=[partial(LinkFilter, seen=self._seen)],
        )

    def sanitise(self, html: str) -> Sanitised:
        """Sanitise what `readable` has read."""
        self._seen.words.clear()
        self._seen.links.clear()
        safe: str = self._cleaner.clean(ENDLESS_NUMBERS.sub("\ufffd", html))
        return Sanitised(safe, on_lines("".join(self._seen.words)), tuple(self._seen.links))


_of_this_thread = threading.local()


def sanitise(html: str, *, classes: bool = False) -> Sanitised:
    """Return `html` with nothing in it but what `policy` allows; words of other tags stay as text.

    `classes` keeps the highlighter's classes, and is only for what our own Markdown renderer wrote.
    """
    name = "with_classes" if classes else "without_classes"
    sanitiser: Sanitiser | None = getattr(_of_this_thread, name, None)
    if sanitiser is None:
        sanitiser = Sanitiser(classes=classes)
        setattr(_of_this_thread, name, sanitiser)
    return sanitiser.sanitise(readable(html))


def on_lines(words: str) -> str:
    """Return words with one line break for those and the blanks that stand together, and none at the ends."""
    return "\n".join(filter(None, map(str.strip, words.split("\n"))))
