"""What needs no sanitiser: HTML of a few tags, nested as they must be, with links of one plain form. Pure.

bleach builds a tree and writes it out again, and of such HTML always the very same but for its links, which
get our attributes: `tests/text/test_harmless.py` holds the two together. Most comments are of this kind.
Whatever has another attribute, another tag, or a mark out of place is not, and is left to bleach.
"""

import re
from dataclasses import dataclass
from html import escape, unescape
from html.entities import name2codepoint

from comments.text import policy

INLINE = frozenset({"a", "em", "strong", "i", "b", "s", "u", "del", "code", "sup", "sub", "kbd", "span"})
PARENTS = {"li": frozenset({"ul", "ol"})}
PARENTS_OF_BLOCKS = frozenset({"", "blockquote", "li"})
DEEPEST = 5
"""Blocks inside each other. With one of each inline kind these are fewer than an import may have."""

# An address that no one reads in two ways: of ASCII, without a quotation mark, a bracket or a backslash.
_ADDRESS = r"https?://(?:[A-Za-z0-9\-._~/?#!$()*+,;=:@%]|&amp;)++"
_TITLE = r"(?:[^\"'`<>&\n]|&(?:amp|lt|gt|quot|#x27);)++"
# With words right behind it: bleach gives the others their address.
_LINK = rf'<a href="({_ADDRESS})"(?: rel="[a-z ]*+")?+(?: title="({_TITLE})")?+>(?=[^<])'
# A `>` or `&` that stands for itself is for the sanitiser, and so is a number for a character.
_ENTITY = rf"&(?:#x27|{'|'.join(name2codepoint)});"
_INLINE_TAG = "</?(?:em|strong|[ibsu]|del|code|sup|sub|kbd)>"
_BLOCK_TAG = r"</?(?:p|blockquote|ul|ol|li|h[3-6])>|<pre>(?!\n)|</pre>|<[bh]r>"

# What the highlighter writes, where classes may stay.
_SPAN = f'<span class="(?:{"|".join(sorted(policy.CLASSES))})">|</span>'

_PIECE = rf"[^<>&]++|{_INLINE_TAG}|{_BLOCK_TAG}|{_LINK}|</a>|{_ENTITY}"
PIECES = {
    False: re.compile(rf"(?:{_PIECE})*+\Z"),
    True: re.compile(rf"(?:{_PIECE}|{_SPAN})*+\Z"),
}
"""By whether classes may stay."""
TAG = re.compile(r"<(/?)(\w+)[^>]*+>")
LINK = re.compile(_LINK)
INLINE_TAG = re.compile(rf"{_INLINE_TAG}|</?(?:a|span)\b[^>]*+>")
ANY_TAG = re.compile(r"<[^>]++>")
REWRITTEN = re.compile(rf"{_LINK}|&(?!(?:amp|lt|gt);)[#\w]++;")


@dataclass(slots=True)
class Sanitised:
    html: str
    text: str
    links: tuple[str, ...]


def harmless(html: str, *, classes: bool = False) -> Sanitised | None:
    """Return what the sanitiser makes of `html` if that needs no parser, None for everything else."""
    if PIECES[classes].match(html) is None or not _is_nested(html):
        return None
    links: tuple[str, ...] = ()
    if "<a" in html:
        links = tuple(unescape(link[1]) for link in LINK.finditer(html))
        if not all(map(policy.is_absolute_link, links)):
            return None
    safe = REWRITTEN.sub(_rewritten, html) if links or "&" in html else html
    return Sanitised(safe, on_lines(_words_of(html)), links)


def on_lines(words: str) -> str:
    """Return words with one line break for those and the blanks that stand together, and none at the ends."""
    return "\n".join(filter(None, map(str.strip, words.split("\n"))))


def _words_of(html: str) -> str:
    """Return the words of harmless HTML, a newline in the place of each tag of a block."""
    return unescape(ANY_TAG.sub("\n", INLINE_TAG.sub("", html)))


def _rewritten(match: re.Match[str]) -> str:
    """Return a link with our attributes, or the character that an entity in the text stands for."""
    address, title = match.groups()
    if address is None:
        return unescape(match[0])
    called = "" if title is None else f' title="{escape(unescape(title))}"'
    return f'<a href="{escape(unescape(address))}"{called} rel="{policy.REL}">'


def _is_nested(html: str) -> bool:
    opened = [""]
    for end, tag in TAG.findall(html):
        if end:
            if opened.pop() != tag:
                return False
        elif tag == "br":
            continue
        elif tag in INLINE:
            # A parser treats a fourth one of a kind inside each other in its own way.
            if tag in opened:
                return False
            opened.append(tag)
        elif opened[-1] not in PARENTS.get(tag, PARENTS_OF_BLOCKS) or len(opened) > DEEPEST:
            return False
        elif tag != "hr":
            opened.append(tag)
    return opened == [""]
