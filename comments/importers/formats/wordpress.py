"""WordPress: the XML of its exporter (WXR), also as tools for Disqus write it, with `dsq:` elements."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from comments.importers.formats.fields import NAMELESS, named, time_in_words
from comments.importers.formats.xml import XmlRecord, xml_records
from comments.importers.records import ImportedAuthor, ImportedComment, ImportedThread, Record, Unusable

SYSTEM = "wordpress"
ITEM, COMMENT = "rss/channel/item", "rss/channel/item/wp:comment"
WANTED = {ITEM: "page", COMMENT: "comment"}

STATES = {"1": "approved", "approve": "approved", "0": "pending", "hold": "pending", "spam": "spam"}
REMOVED = {"trash", "post-trashed"}

# A newspaper's plug-ins keep private notes as comments of a type of their own: only these are talk.
TYPES = {"", "comment", "review"}
HIDDEN_PAGES = {"trash", "private"}


def looks_like(head: bytes) -> bool:
    """Whether a file that begins with `head` is one of these."""
    return b"<rss" in head and (b"wordpress.org/export" in head or b"<wp:" in head)


def records(pieces: Iterable[bytes]) -> Iterator[Record]:
    """Yield comments, and each page after its comments; raises FileBroken."""
    for record in xml_records(pieces, WANTED, kind="a WordPress export"):
        yield _thread(record) if record.path == ITEM else _comment(record)


def _thread(record: XmlRecord) -> ImportedThread:
    is_hidden = record.text("wp:status") in HIDDEN_PAGES or bool(record.text("wp:post_password"))
    return ImportedThread(
        reference=str(record.number),
        url=record.text("link") or None,
        identifier=record.text("dsq:thread_identifier") or None,
        title=record.text("title") or None,
        created_at=_time(record, "wp:post_date"),
        closed=record.text("wp:comment_status") == "closed",
        hidden=is_hidden,
    )


def _comment(record: XmlRecord) -> Record:
    source_id = record.text("wp:comment_id")
    kind = record.text("wp:comment_type")
    created_at = _time(record, "wp:comment_date")
    reason = _reason_against(source_id, kind)
    if reason:
        return Unusable(reason, source_id)
    if created_at is None:
        return Unusable("its date cannot be read", source_id)
    source = record.text("wp:comment_content")
    return ImportedComment(
        source_id=source_id,
        thread=str(record.within),
        parent=_parent(record.text("wp:comment_parent")),
        author=_author(record),
        created_at=created_at,
        state=_state(record, source),
        source=source,
        address=record.text("wp:comment_author_IP") or None,
    )


def _parent(text: str) -> str | None:
    """Return whom a comment answers. Duoshuo names all above it, from the top one to the one answered."""
    answered = text.rpartition(",")[2].strip()
    return answered if answered not in {"", "0"} else None


def _reason_against(source_id: str, kind: str) -> str | None:
    if not source_id:
        return "it has no id"
    if kind in {"pingback", "trackback"}:
        return f"it is a {kind}"
    return None if kind in TYPES else f"its type is {kind[:40]!r}, which is no comment"


def _state(record: XmlRecord, source: str) -> str:
    if not source:
        return "deleted"
    approved = record.text("wp:comment_approved")
    if approved in REMOVED:
        return "removed"
    return STATES.get(approved, "pending")


def _author(record: XmlRecord) -> ImportedAuthor:
    name = record.text("wp:comment_author") or NAMELESS
    email = record.text("wp:comment_author_email") or None
    website = record.text("wp:comment_author_url") or None
    remote = record.text("dsq:remote/dsq:id")
    if remote:
        return ImportedAuthor(f"remote:{remote}", name, email, website)
    return named(name, email, website)


def _time(record: XmlRecord, path: str) -> datetime | None:
    return time_in_words(record.text(f"{path}_gmt")) or time_in_words(record.text(path))
