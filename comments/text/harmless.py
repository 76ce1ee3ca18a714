"""What needs no sanitiser: HTML of a few bare tags, properly nested, and nothing else. Pure.

bleach builds a tree and writes it out again, and of such HTML always the very same, which the tests hold.
Most comments are of this kind. Whatever has an attribute, another tag, or a mark out of place is not.
"""

import re
from html import unescape

INLINE = frozenset({"em", "strong", "s", "code"})

# Tags to the letter as our renderer writes them. A `>` or `&` that stands for itself is for the sanitiser.
PIECES = re.compile(
    r"(?:[^<>&]++|</?(?:p|em|strong|s|code|blockquote|ul|ol|li)>|<br>|&(?:amp|lt|gt|quot);)*+\Z"
)
TAG = re.compile(r"<(/?)(\w+)>")
INLINE_TAG = re.compile(r"</?(?:em|strong|s|code)>")
BLOCK_TAG = re.compile(r"<[^>]++>")


def is_harmless(html: str) -> bool:
    """Say whether `html` has nothing in it but words and bare tags that are nested as they must be."""
    return PIECES.match(html) is not None and _is_nested(html)


def words_of(harmless: str) -> str:
    """Return the words of harmless HTML, a newline in the place of each tag of a block."""
    return unescape(BLOCK_TAG.sub("\n", INLINE_TAG.sub("", harmless)))


def _is_nested(html: str) -> bool:
    opened = [""]
    for end, tag in TAG.findall(html):
        if end:
            if opened.pop() != tag:
                return False
        elif tag in INLINE:
            # A parser treats a fourth one of a kind inside each other in its own way.
            if tag in opened:
                return False
            opened.append(tag)
        elif tag == "br":
            continue
        elif _may_stand(tag, opened[-1]):
            opened.append(tag)
        else:
            return False
    return opened == [""]


def _may_stand(block: str, inside: str) -> bool:
    if block == "li":
        return inside in {"ul", "ol"}
    return inside in {"", "blockquote", "li"}
