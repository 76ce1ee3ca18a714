"""Disqus: the XML a site's owner downloads, with all categories first, then threads, then posts."""

import re
from collections.abc import Iterable, Iterator
from hashlib import blake2b

from comments.importers.formats.fields import NAMELESS, is_set, named, time_in_words
from comments.importers.formats.xml import XmlRecord, xml_records
from comments.importers.records import ImportedAuthor, ImportedComment, ImportedThread, Record, Unusable

SYSTEM = "disqus"
THREAD, POST = "disqus/thread", "disqus/post"
MENTION = re.compile(r"(@[\w.-]+):disqus\b")
WANTED = {THREAD: "thread", POST: "comment"}


def looks_like(head: bytes) -> bool:
    """Whether a file that begins with `head` is one of these."""
    return b"<disqus" in head


def records(pieces: Iterable[bytes]) -> Iterator[Record]:
    """Yield threads and comments as they come; raises FileBroken."""
    for record in xml_records(pieces, WANTED, kind="a Disqus export"):
        yield _thread(record) if record.path == THREAD else _comment(record)


def _thread(record: XmlRecord) -> ImportedThread:
    return ImportedThread(
        reference=record.text("@id"),
        url=record.text("link") or None,
        identifier=record.text("id") or None,
        title=record.text("title") or None,
        created_at=time_in_words(record.text("createdAt")),
        closed=is_set(record.text("isClosed")),
        hidden=is_set(record.text("isDeleted")),
    )


def _comment(record: XmlRecord) -> Record:
    created_at = time_in_words(record.text("createdAt"))
    source_id = record.text("@id") or _made_up_id(record)
    if created_at is None:
        return Unusable("its date cannot be read", source_id)
    source = with_plain_mentions(record.text("message"))
    return ImportedComment(
        source_id=source_id,
        thread=record.text("thread@id"),
        parent=record.text("parent@id") or None,
        author=_author(record),
        created_at=created_at,
        state=_state(record, source),
        source=source,
        address=record.text("ipAddress") or None,
    )


def _state(record: XmlRecord, source: str) -> str:
    """Return what the comment was there: whatever is not plainly public does not become so here."""
    if is_set(record.text("isDeleted")) or not source:
        return "deleted"
    if is_set(record.text("isSpam")):
        return "spam"
    approved = record.text("isApproved")
    return "approved" if not approved or is_set(approved) else "pending"


def _author(record: XmlRecord) -> ImportedAuthor:
    """A user name is one person; without one, the same name and e-mail are taken for the same."""
    name = record.text("author/name") or record.text("author/username") or NAMELESS
    email = record.text("author/email") or None
    username = record.text("author/username")
    # Disqus gives guests no user name, or one that is made of their address: both are not signed in.
    if username and not is_set(record.text("author/isAnonymous")):
        return ImportedAuthor(f"user:{username}", name, email)
    return named(name, email)


def with_plain_mentions(message: str) -> str:
    """Return the text with `@ana:disqus`, which only Disqus reads as a name, as `@ana`."""
    return MENTION.sub(r"\1", message) if ":disqus" in message else message


def _made_up_id(record: XmlRecord) -> str:
    """Old exports have posts without an id: the other id, or the words themselves, tell it from others."""
    other = record.text("id")
    if other:
        return f"id:{other}"
    words = "\x00".join(f"{path}={text}" for path, text in sorted(record.fields.items()))
    return f"words:{blake2b(words.encode(), digest_size=16).hexdigest()}"
