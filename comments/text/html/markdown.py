"""Markdown as commenters write it: CommonMark without raw HTML and images, with strikethrough and bare links.

A single line break is a line break, as people who type into a box expect; CommonMark would join the lines.
"""

import threading
from collections.abc import Sequence
from typing import Any

from linkify_it import LinkifyIt
from markdown_it import MarkdownIt
from markdown_it.token import Token

from comments.text.html.allow_list import LOWERED_HEADINGS, is_absolute_link
from comments.text.html.highlight import Highlighter
from comments.text.limits import TooComplex

MAX_NESTING = 20
"""Quotes or lists inside each other, or kinds of emphasis."""

CONTAINERS = frozenset(
    f"{container}_{end}"
    for container in ("blockquote", "bullet_list", "ordered_list")
    for end in ("open", "close")
)

# The parser drops what lies deeper than this in silence, so that must be deeper than what we let pass. A list
# counts twice there: the list and its item.
PARSER_NESTING = 2 * MAX_NESTING + 10


def markdown_to_html(source: str) -> str:
    """Return HTML that is not sanitised yet. Raises TooComplex."""
    parser = parser_of_this_thread()
    env: dict[str, Any] = {}
    tokens = parser.parse(source, env)
    if not is_shallow(tokens):
        raise TooComplex
    highlighter = Highlighter()
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = LOWERED_HEADINGS[token.tag]
        elif token.type == "fence":
            language, *_ = token.info.split() or [""]
            token.content = f"<pre><code>{highlighter.block(token.content, language)}</code></pre>\n"
            token.type = "html_block"  # what the parser's renderer writes as it is
    html: str = parser.renderer.render(tokens, parser.options, env)
    return html


def is_shallow(tokens: Sequence[Token]) -> bool:
    depth = 0
    for token in tokens:
        if token.type in CONTAINERS:
            depth += token.nesting
        if depth > MAX_NESTING or any(child.level > MAX_NESTING for child in token.children or ()):
            return False
    return True


def make_parser() -> MarkdownIt:
    parser = MarkdownIt(
        "commonmark",
        {
            "html": False,
            "linkify": True,
            "breaks": True,
            "xhtmlOut": False,
            "maxNesting": PARSER_NESTING,
        },
    )
    parser.enable(["strikethrough", "linkify"]).disable(["image", "html_block", "html_inline"])
    parser.validateLink = is_absolute_link  # type: ignore[method-assign]
    parser.linkify = LinkifyIt({"ftp:": None, "//": None}, {"fuzzy_link": False, "fuzzy_email": False})
    return parser


_of_this_thread = threading.local()


def parser_of_this_thread() -> MarkdownIt:
    parser: MarkdownIt | None = getattr(_of_this_thread, "parser", None)
    if parser is None:
        parser = _of_this_thread.parser = make_parser()
    return parser
