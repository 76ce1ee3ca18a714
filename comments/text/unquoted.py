"""What somebody has written themselves, and not quoted. Pure."""

import re
from html import unescape

_QUOTE = re.compile(r"<(/?)blockquote>")
_TAG = re.compile(r"<[^>]*>")


def own_words(html: str) -> str:
    """Return the words of our own HTML that stand outside quotations."""
    kept, depth, start = [], 0, 0
    for tag in _QUOTE.finditer(html):
        if depth == 0:
            kept.append(html[start : tag.start()])
        depth += -1 if tag[1] else 1
        start = tag.end()
    if depth == 0:
        kept.append(html[start:])
    return unescape(_TAG.sub(" ", " ".join(kept)))
