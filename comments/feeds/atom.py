"""Writes Atom feeds. Pure.

Source: RFC 4287; what answers what, RFC 4685.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime

# Nothing is parsed here.
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from comments.feeds.entries import Feed, FeedEntry

ATOM = "http://www.w3.org/2005/Atom"
THREADING = "http://purl.org/syndication/thread/1.0"
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""When a feed without entries was last changed."""

# Source: XML 1.0, section 2.2. No escape makes these other characters allowed.
_NOT_IN_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

register_namespace("", ATOM)
register_namespace("thr", THREADING)


def written(feed: Feed, entries: Sequence[FeedEntry]) -> bytes:
    """Return the feed as XML."""
    root = Element(f"{{{ATOM}}}feed")
    _text(root, "id", feed.address)
    _text(root, "title", feed.title)
    _text(root, "updated", _time(max((entry.updated for entry in entries), default=NEVER)))
    _link(root, "self", "application/atom+xml", feed.own_address)
    _link(root, "alternate", "text/html", feed.address)
    for entry in entries:
        _add(root, entry)
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))


def _add(root: Element, entry: FeedEntry) -> None:
    node = SubElement(root, f"{{{ATOM}}}entry")
    _text(node, "id", entry.comment_id.urn)
    _text(node, "title", entry.title)
    _link(node, "alternate", "text/html", entry.address)
    author = SubElement(node, f"{{{ATOM}}}author")
    _text(author, "name", entry.author)
    if entry.website:
        _text(author, "uri", entry.website)
    _text(node, "published", _time(entry.published))
    _text(node, "updated", _time(entry.updated))
    if entry.answers:
        SubElement(node, f"{{{THREADING}}}in-reply-to", ref=entry.answers.urn)
    _text(node, "content", entry.html).set("type", "html")


def _text(parent: Element, name: str, text: str) -> Element:
    node = SubElement(parent, f"{{{ATOM}}}{name}")
    node.text = _NOT_IN_XML.sub("", text)
    return node


def _link(parent: Element, relation: str, media_type: str, address: str) -> None:
    SubElement(parent, f"{{{ATOM}}}link", rel=relation, type=media_type, href=_NOT_IN_XML.sub("", address))


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
