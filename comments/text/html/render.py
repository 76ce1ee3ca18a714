"""From a source to what is shown: one pure function, and the version of what it does.

Parsers and sanitiser are imported with the first text that is rendered: a process that only answers reads
has no use for their five megabytes.
"""

import re
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from comments.text import limits
from comments.text.limits import TooComplex

if TYPE_CHECKING:
    from comments.text.html.sanitise import Sanitised

Format = Literal["markdown", "html"]

RENDERER_VERSION = 1
"""Raised with every change of what a source is rendered to; stored beside the HTML."""

OLDEST_SAFE_RENDERER = 1
"""HTML of older renderers is never shown: it is rendered again first."""

MANY_LINES = 1_000
BLANK_LINES = re.compile(r"\n[^\S\n]*+(?:\n[^\S\n]*+)++")


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a source is shown as.

    `text` is its words without markup, a newline between blocks: for excerpts, search and the rules.
    `links` are the addresses it leads to, in order, repeated ones too. `is_plain` says that the source is
    over a limit and is shown as plain text, markup and all.
    """

    html: str
    text: str
    links: tuple[str, ...]
    format: Format
    renderer: int = RENDERER_VERSION
    is_plain: bool = False

    @property
    def hosts(self) -> tuple[str, ...]:
        """The hosts of all links, lower case, each once."""
        return tuple(dict.fromkeys(host for link in self.links if (host := host_of(link))))


def render(source: str, *, format: Format) -> Rendered:  # noqa: A002  # the stored column's name
    """Return the sanitised HTML of `source`. Never raises, never shortens.

    What is over the limits (length, links, brackets, nesting) is shown as plain text: that costs little and
    loses nothing. `html` is for what was imported, and may be longer than what somebody writes.
    """
    from comments.text.html.sanitise import readable

    source = readable(source.replace("\r\n", "\n").replace("\r", "\n"))
    try:
        safe = from_markdown(source) if format == "markdown" else from_imported(source)
    except TooComplex:
        plain = source.strip()
        return Rendered(plain_to_html(plain), plain, (), format, is_plain=True)
    return Rendered(safe.html.strip(), safe.text, safe.links, format)


def render_post(source: str) -> Rendered:
    """Render what somebody has just written as Markdown.

    Raises BodyEmpty (also for markup that shows nothing), BodyTooLong, BodyTooComplex.
    """
    limits.check_limits(source)
    rendered = render(source, format="markdown")
    if rendered.is_plain:
        raise limits.too_complex()
    if limits.is_invisible(rendered.text):
        raise limits.empty()
    return rendered


def from_markdown(source: str) -> "Sanitised":
    from comments.text.html.markdown import markdown_to_html
    from comments.text.html.sanitise import sanitise

    if len(source) > limits.MAX_BODY_LENGTH or limits.is_costly(source):
        raise TooComplex
    html = markdown_to_html(source)
    limits.check_pieces(html)
    return sanitise(html, classes=True)


def from_imported(source: str) -> "Sanitised":
    from comments.text.html.sanitise import sanitise
    from comments.text.imported import imported_to_html

    html = imported_to_html(source)
    limits.check_pieces(html)
    return sanitise(html)


def plain_to_html(source: str) -> str:
    """Show the source itself. Not sanitised: all of it is escaped, and parsing it would take long."""
    escaped = escape(source)
    if source.count("\n") > MANY_LINES:  # a tag a line would weigh more than the words
        return f"<pre>{escaped}</pre>"
    return "<p>" + BLANK_LINES.sub("</p><p>", escaped).replace("\n", "<br>") + "</p>"


def host_of(link: str) -> str:
    try:
        return (urlsplit(link).hostname or "").rstrip(".")
    except ValueError:  # not an address after all, such as http://[
        return ""
