"""How mails show what strangers wrote: as plain text, short, and leading nowhere."""

import re

from markupsafe import Markup

from comments.notifications.catalogue import Catalogue
from comments.text.plain import readable_line
from comments.text.quotes import without_links

LONGEST_LOOKED_AT = 5_000
_BLOCK_ENDS = re.compile(r"</(?:p|li|pre|blockquote|h\d)>|<[bh]r ?/?>")


def excerpt(html: str, words: Catalogue, longest: int) -> str:
    """Return the beginning of a comment, its paragraphs as lines."""
    lines = _BLOCK_ENDS.sub("\n", html[:LONGEST_LOOKED_AT]).split("\n")
    found = (readable_line(Markup(line).striptags()) for line in lines)  # noqa: S704 - the tags come off again
    text = without_links("\n".join(line for line in found if line), words("link"))
    return text if len(text) <= longest else text[:longest].rsplit(" ", 1)[0].rstrip() + "…"


def shown(line: str, words: Catalogue) -> str:
    """Return a name or a title: one line."""
    return without_links(readable_line(line), words("link"))
