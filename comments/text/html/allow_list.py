"""The allow-list: every tag, attribute, class and protocol that may come out as HTML stands here alone."""

import re
from collections.abc import Mapping

from comments.sites.urls.addresses import AddressFault, ascii_host

TAGS = frozenset(
    "p br strong em b i u s del code pre blockquote a ul ol li hr h3 h4 h5 h6 span sup sub kbd".split()
)
PROTOCOLS = frozenset({"http", "https", "mailto"})
REL = "nofollow ugc noopener noreferrer"

# What our highlighter writes; a stylesheet that serves these serves every language.
CLASSES = frozenset(
    {
        "c",  # comment
        "k",  # keyword
        "s",  # string
        "m",  # number
        "o",  # operator
        "nb",  # built-in name
        "nf",  # function
        "nc",  # class, type
        "nt",  # tag, key
        "na",  # attribute
        "nv",  # variable
        "nd",  # decorator
        "gi",  # inserted line
        "gd",  # deleted line
        "gh",  # heading, prompt
    }
)

# Behind http(s): a user if it must be, then the host, then a port, a path or the end.
HTTP_REST = re.compile(
    r"//(?:[^\s/?#\\@]*+@)?([^\s/?#\\@:\[\]]++|\[[0-9A-Fa-f:.]++\])(?::[0-9]{0,5})?(?:[/?#]|\Z)"
)

# Longer lists make a browser slow, and no one counts that far.
MAX_LIST_START_DIGITS = 9

ATTRIBUTES: Mapping[str, frozenset[str]] = {
    "a": frozenset({"href", "rel", "title"}),
    "code": frozenset({"class"}),
    "span": frozenset({"class"}),
    "ol": frozenset({"start"}),
}

# A comment's own headings stand below the page's and the commenter's name.
LOWERED_HEADINGS: Mapping[str, str] = {"h1": "h3", "h2": "h4", "h3": "h5", "h4": "h6", "h5": "h6", "h6": "h6"}


def is_absolute_link(url: str) -> bool:
    """Whether `url` (entities resolved) starts, to the letter, with a protocol we allow, and names a host.

    Relative links are refused: a comment is shown on pages of several hosts.
    """
    scheme, _, rest = url.partition(":")
    scheme = scheme.lower()
    if scheme == "mailto":
        return bool(rest) and not rest.startswith("/")
    found = HTTP_REST.match(rest) if scheme in PROTOCOLS else None
    return found is not None and is_host(found[1])


def is_host(name: str) -> bool:
    try:
        return bool(ascii_host(name))
    except AddressFault:
        return False


def is_allowed_attribute(tag: str, name: str, value: str, *, classes: bool) -> bool:
    """Whether the attribute may stay; `classes` only where our own highlighter wrote the text."""
    if name not in ATTRIBUTES.get(tag, ()):
        return False
    if name == "class":
        return classes and value in CLASSES
    if name == "start":
        return value.isascii() and value.isdigit() and len(value) <= MAX_LIST_START_DIGITS
    return True
