"""HTML as other comment systems store it, rewritten to a small subset before it is sanitised.

Everything a reader could read stays: words of tags we do not show stay as text, pictures become links, what
only looks like a tag (`List<String>`) is shown as it was typed. Only comments, and scripts and styles with
what stands in them, go. This is not the sanitiser: it makes bleach's work short and its result readable.
"""

import re
from collections import Counter
from html import escape, unescape

from bleach.html5lib_shim import HTML_TAGS, HTML_TAGS_BLOCK_LEVEL

from comments.text.html import allow_list
from comments.text.html.markdown import MAX_NESTING
from comments.text.limits import MAX_TAGS, TooComplex

MAX_LENGTH = 65_536
"""Code points of one imported comment; what is longer is shown as plain text."""

SILENT = ("script", "style")
"""Tags whose content nobody was ever shown."""

RENAMED = {"h1": "h3", "h2": "h3", "strike": "s", "ins": "u", "tt": "code", "samp": "code"}
OBSOLETE = """
    acronym applet basefont bgsound big blink center dir font frame frameset marquee nobr noframes strike tt
""".split()
KNOWN = HTML_TAGS | allow_list.TAGS | {*OBSOLETE}
APART = HTML_TAGS_BLOCK_LEVEL | {"tr", "caption", "center"}
CLOSED_BY_THE_NEXT = frozenset({"p", "li", "br", "hr"})
AS_TYPED = ("a", "code", "pre")
"""Inside these an address is not made a link."""

# No `<` inside: so each `<` is looked at once, whatever the quotes do, and the whole stays linear.
TAG = re.compile(r"<(/?+)([A-Za-z][A-Za-z0-9:-]*+)((?:[^<>\"']|\"[^\"<]*+\"|'[^'<]*+')*+)>")
ATTRIBUTE = re.compile(r"([A-Za-z-]++)\s*+=\s*+(\"[^\"]*+\"|'[^']*+'|[^\s\"'>]++)")
NUMBER = re.compile(r"&#(?:[xX]([0-9A-Fa-f]++)|([0-9]++));?+")
SILENT_TAG = re.compile(f"<(?:{'|'.join(SILENT)})", re.ASCII | re.IGNORECASE)
BLOCK = re.compile(r"<(?:p|br|h[3-6]|blockquote|ul|ol|hr)\b")
BLANK_LINES = re.compile(r"\n[ \t]*+(?:\n[ \t]*+)++")
PREFORMATTED = re.compile(r"(<pre>.*?</pre>)", re.DOTALL)
ADDRESS = re.compile(r"\bhttps?://(?:[^\s<>\"'`&]|&(?!(?:lt|gt|quot|nbsp);))++")


def imported_to_html(source: str) -> str:
    """Return HTML that is not sanitised yet. Raises TooComplex for what would cost a parser too much."""
    if len(source) > MAX_LENGTH:
        raise TooComplex
    source = without_silent(without_comments(source))
    html = Rewriting(NUMBER.sub(decoded_number, source)).html()
    return html if BLOCK.search(html) else with_paragraphs(html)


def without_comments(source: str) -> str:
    kept, at = [], 0
    while (start := source.find("<!--", at)) >= 0 and (end := source.find("-->", start + 4)) >= 0:
        kept.append(source[at:start])
        at = end + 3
    return "".join((*kept, source[at:]))


def without_silent(source: str) -> str:
    """Drop scripts and styles; one that never ends is left, and shown as text."""
    if not SILENT_TAG.search(source):
        return source
    for name in SILENT:
        folded = ascii_lower(source)
        kept, at = [], 0
        while (start := folded.find("<" + name, at)) >= 0:
            end = folded.find("</" + name, start)
            closed = folded.find(">", end) if end >= 0 else -1
            if closed < 0:
                break
            kept.append(source[at:start])
            at = closed + 1
        source = "".join((*kept, source[at:]))
    return source


def ascii_lower(text: str) -> str:
    """Lower A–Z alone, so that positions stay what they were (`str.lower` turns İ into two characters)."""
    return text.translate(ASCII_LOWER)


ASCII_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


def decoded_number(match: re.Match[str]) -> str:
    """Return the character a numeric reference stands for, still escaped where it would be markup."""
    hexadecimal, decimal = match.groups()
    if len((hexadecimal or decimal).lstrip("0")) > len("1114111"):
        return "\ufffd"
    return escape(unescape(match[0].rstrip(";") + ";"))


class Rewriting:
    """One pass over the tags that remembers what is open, so that it can stop in time."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.open: Counter[str] = Counter()
        self.tags = 0

    def html(self) -> str:
        parts, at = [], 0
        for match in TAG.finditer(self.source):
            parts.append(self.words(at, match.start()))
            parts.append(self.tag(match))
            at = match.end()
            self.tags += 1
            if self.tags > MAX_TAGS:
                raise TooComplex
        parts.append(self.words(at, len(self.source)))
        return "".join(parts)

    def words(self, start: int, end: int) -> str:
        words = self.source[start:end].replace("<", "&lt;")
        if "://" in words and not any(self.open[name] for name in AS_TYPED):
            return ADDRESS.sub(linked, words)
        return words

    def tag(self, match: re.Match[str]) -> str:
        closing, name, rest = bool(match[1]), match[2].lower(), match[3]
        if name not in KNOWN:
            return escape(match[0], quote=False)
        name = RENAMED.get(name, name)
        if name == "img" and not closing:
            return picture(rest)
        if name not in allow_list.TAGS:
            return apart(name, closing=closing)
        self.count(name, closing=closing)
        return f"</{name}>" if closing else f"<{name}{kept_attributes(name, rest)}>"

    def count(self, name: str, *, closing: bool) -> None:
        if name not in CLOSED_BY_THE_NEXT:
            self.open[name] = max(0, self.open[name] + (-1 if closing else 1))
        if self.open.total() > MAX_NESTING:
            raise TooComplex


def apart(name: str, *, closing: bool) -> str:
    """Return what keeps the words on both sides of a dropped tag apart, if they were."""
    if name in APART:
        return "\n\n"
    return " " if name in ("td", "th") and not closing else ""


def kept_attributes(name: str, rest: str) -> str:
    wanted = {"a": ("href", "title"), "ol": ("start",)}.get(name)
    if not wanted or not rest:
        return ""
    found = attributes_of(rest)
    return "".join(f' {key}="{escape(found[key])}"' for key in wanted if key in found)


def attributes_of(rest: str) -> dict[str, str]:
    """Return attributes with entities resolved; of two with one name the first counts, as in a browser."""
    found: dict[str, str] = {}
    for key, value in ATTRIBUTE.findall(rest):
        found.setdefault(key.lower(), unescape(value[1:-1] if value[0] in "\"'" else value))
    return found


def picture(rest: str) -> str:
    """Return a link to the picture: we show none, and none is lost."""
    found = attributes_of(rest)
    address = found.get("src", "").strip()
    words = found.get("alt", "").strip() or address
    return (
        f'<a href="{escape(address)}">{escape(words)}</a>'
        if allow_list.is_absolute_link(address)
        else escape(words)
    )


def linked(match: re.Match[str]) -> str:
    address = match[0].rstrip(".,:!?*_")
    if address.endswith(")") and "(" not in address:
        address = address[:-1]
    rest = match[0][len(address) :]
    return f'<a href="{address}">{address}</a>{rest}'


def with_paragraphs(html: str) -> str:
    """Keep the line breaks of a text without block tags: blank lines part paragraphs, others are `<br>`."""
    parts = []
    for number, part in enumerate(PREFORMATTED.split(html)):
        if number % 2:
            parts.append(part)
        else:
            blocks = (block.strip() for block in BLANK_LINES.split(part))
            parts += ["<p>" + block.replace("\n", "<br>") + "</p>" for block in blocks if block]
    return "\n".join(parts)
