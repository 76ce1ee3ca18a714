"""Commento: the JSON its owner downloads, comments first and then who wrote them."""

from collections.abc import Iterable, Iterator

import msgspec

from comments.importers.errors import file_broken
from comments.importers.formats.fields import NAMELESS, time_in_words
from comments.importers.formats.json_lines import document
from comments.importers.records import ImportedAuthor, ImportedComment, ImportedThread, Record, Unusable

SYSTEM = "commento"
VERSION = 1
NOT_GIVEN = {"", "undefined"}
# Whatever is not plainly public does not become so here.
PUBLIC = "approved"


class _CommentoComment(msgspec.Struct, rename="camel"):
    comment_hex: str
    domain: str
    url: str
    creation_date: str
    commenter_hex: str = ""
    markdown: str = ""
    parent_hex: str = ""
    score: int = 0
    state: str = ""
    deleted: bool = False


class _Commenter(msgspec.Struct, rename="camel"):
    commenter_hex: str
    name: str = ""
    email: str = ""
    link: str = ""


class _CommentoExport(msgspec.Struct):
    version: int
    comments: list[_CommentoComment]
    commenters: list[_Commenter] = msgspec.field(default_factory=list)


def looks_like(head: bytes) -> bool:
    """Whether a file that begins with `head` is one of these."""
    return b'"commentHex"' in head or b'"commenterHex"' in head


def records(pieces: Iterable[bytes]) -> Iterator[Record]:
    """Yield each page before its first comment, and the comments as they come; raises FileBroken."""
    export = document(pieces, _CommentoExport, kind="an export of Commento")
    if export.version != VERSION:
        raise file_broken(f"This export has version {export.version}, and only {VERSION} is known here.")
    people = {one.commenter_hex: one for one in export.commenters}
    pages: set[str] = set()
    for comment in export.comments:
        page = f"https://{comment.domain}{comment.url}"
        if page not in pages:
            pages.add(page)
            yield ImportedThread(page, page)
        yield _record(comment, page, people.get(comment.commenter_hex))


def _record(comment: _CommentoComment, page: str, commenter: _Commenter | None) -> Record:
    created_at = time_in_words(comment.creation_date)
    if created_at is None:
        return Unusable("its date cannot be read", comment.comment_hex)
    return ImportedComment(
        source_id=comment.comment_hex,
        thread=page,
        parent=comment.parent_hex if comment.parent_hex not in {"", "root"} else None,
        author=_author(comment, commenter),
        created_at=created_at,
        state=_state(comment),
        source=comment.markdown,
        source_format="markdown",
        upvotes=max(0, comment.score),
        downvotes=max(0, -comment.score),
    )


def _state(comment: _CommentoComment) -> str:
    if comment.deleted or not comment.markdown:
        return "deleted"
    return "approved" if comment.state == PUBLIC else "pending"


def _author(comment: _CommentoComment, commenter: _Commenter | None) -> ImportedAuthor:
    if commenter is None:
        # Nobody tells one who gave no name from another.
        return ImportedAuthor(f"comment:{comment.comment_hex}", NAMELESS)
    website = None if commenter.link in NOT_GIVEN else commenter.link
    return ImportedAuthor(
        f"user:{commenter.commenter_hex}", commenter.name or NAMELESS, commenter.email or None, website
    )
