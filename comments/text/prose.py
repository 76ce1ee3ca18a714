"""Text with little Markdown in it, which is most of what is written: it needs no parser. Pure.

Known are paragraphs, lists of one level, quotations and blocks of code, with blank lines between them; in
their lines words, `*emphasis*`, `**strong emphasis**`, code and bare addresses, none within another. What is
made of it is what the parser makes, to the letter; `tests/text/test_prose.py` holds the two together.
Whatever else could mean something is for the parser.
"""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from comments.text.policy import is_absolute_link

if TYPE_CHECKING:
    from comments.text.highlight import Highlighter

_CHAR = r"[^\s\\`*_~\[\]<&:]"
_WORD = rf"(?:{_CHAR}++|:(?!//))++"
# Marks that can only open, and only close: letters or digits inside, a blank, a bracket or a stop outside.
_MARKED_WORDS = rf"(?=[^\W_]){_CHAR}++(?: ++{_CHAR}++)*+(?<=[^\W_])"
_CODE = r"`[^\s`&]++(?: ++[^\s`&]++)*+`"
_MARKED = rf"\(?+(?:\*\*{_MARKED_WORDS}\*\*|\*{_MARKED_WORDS}\*|{_CODE})(?=[\s.,;:!?)]|\Z)"
# What everybody reads alike: a host of small letters, a path without escapes, then a blank, stops or the end.
_HOST = r"(?:[a-z0-9]++(?:-[a-z0-9]++)*+\.)+[a-z]{2,}+(?![-.]?[A-Za-z0-9])"
_PATH = r"/(?:[A-Za-z0-9]++(?:[-._=/?+][A-Za-z0-9]++)*+/?+)?+"
_ADDRESS = rf"https?://{_HOST}(?:{_PATH})?+(?=[.,]*+(?:\s|\Z))"
_PIECE = rf"(?:{_MARKED}(?:{_WORD})?+|{_ADDRESS}[.,]*+|{_WORD})"
# It begins with nothing that could begin a list, a heading or a rule, and has no blanks at its ends.
_LINE = rf"(?![-+=#>]|[0-9]++[.)]){_PIECE}(?: ++{_PIECE})*+"

_PARAGRAPH = re.compile(rf"{_LINE}(?:\n{_LINE})*+")
_LIST = re.compile(rf"- {_LINE}(?:\n- {_LINE})*+")
_QUOTATION = re.compile(rf"> {_LINE}(?:\n> {_LINE})*+")
_FENCED = re.compile(r"```([A-Za-z0-9+#-]*+)\n((?:(?!\n```).)++)\n```", re.DOTALL)
_BETWEEN_BLOCKS = re.compile(r"\n\n+")
_MAIL = "mailto:"
_MARKS = re.compile(rf"\*\*([^*]++)\*\*|\*([^*]++)\*|`([^`]++)`|({_ADDRESS})")


class _ForTheParser(Exception):
    """Something may mean more than is known here."""


def prose_to_html(source: str) -> str | None:
    """Return what the parser makes of prose, None for everything else."""
    if "@" in source and _MAIL in source.lower():
        return None
    try:
        return "".join(_written(_BETWEEN_BLOCKS.split(source.strip("\n"))))
    except _ForTheParser:
        return None


def _written(blocks: Sequence[str]) -> Iterator[str]:
    highlighter: Highlighter | None = None
    was_list = False
    for block in blocks:
        is_list = block.startswith("- ")
        if _PARAGRAPH.fullmatch(block):
            yield f"<p>{_line_by_line(block)}</p>\n"
        elif is_list and not was_list and _LIST.fullmatch(block):
            # Behind another list it would be more of that one.
            items = "</li>\n<li>".join(map(_marked, block[2:].split("\n- ")))
            yield f"<ul>\n<li>{items}</li>\n</ul>\n"
        elif _QUOTATION.fullmatch(block):
            said = block[2:].replace("\n> ", "\n")
            yield f"<blockquote>\n<p>{_line_by_line(said)}</p>\n</blockquote>\n"
        elif (fenced := _FENCED.fullmatch(block)) and "```" not in fenced[2]:
            highlighter, code = highlighter or _new_highlighter(), f"{fenced[2]}\n"
            yield f"<pre><code>{highlighter.block(code, fenced[1])}</code></pre>\n"
        else:
            raise _ForTheParser
        was_list = is_list


def _line_by_line(block: str) -> str:
    return _marked(block).replace("\n", "<br>\n")


def _marked(words: str) -> str:
    """Return words, which are known to have nothing else, with what their marks mean."""
    return _MARKS.sub(_meant, words.replace('"', "&quot;").replace(">", "&gt;"))


def _meant(mark: re.Match[str]) -> str:
    strong, emphasis, code, address = mark.groups()
    if strong:
        return f"<strong>{strong}</strong>"
    if emphasis:
        return f"<em>{emphasis}</em>"
    if code:
        return f"<code>{code.replace('<', '&lt;')}</code>"
    if not is_absolute_link(address):
        raise _ForTheParser
    return f'<a href="{address}">{address}</a>'


def _new_highlighter() -> "Highlighter":
    # Few texts have code, and it brings what all of Pygments needs.
    from comments.text.highlight import Highlighter

    return Highlighter()
