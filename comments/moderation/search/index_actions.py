"""Keeping the terms of comments: made after the commit of what changed them, and once for all that is old."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy import Delete, delete, select, text
from sqlalchemy.orm import Session

from comments.moderation.search.models import CommentTerms, TermsDue
from comments.moderation.search.row_numbers import free_numbers, wished_number
from comments.moderation.search.texts import DueTexts, still_the_same
from comments.storage import WITHOUT_SYNC, StorageBusy, insert_all

_CHANGES = text("SELECT total_changes()")
_MERGE = text("INSERT INTO comment_terms_fts (comment_terms_fts, rank) VALUES ('merge', :pages)")


def store_terms(session: Session, due: DueTexts, terms: Mapping[UUID, Collection[str]]) -> None:
    """Store the terms of comments and strike their notes out.

    A text that was changed since it was read is passed over: the change has noted it again.
    """
    # Held, for a comment that is changed or deleted meanwhile takes its terms with it.
    same = still_the_same(session, due)
    _clear(session, delete(CommentTerms).where(CommentTerms.comment_id.in_([row.id for row in same])))
    numbers = _numbers(session, [wished_number(row.created_at, row.id) for row in same])
    rows = [
        {"number": number, "comment_id": row.id, "terms": terms[row.id]}
        for number, row in zip(numbers, same, strict=True)
    ]
    # Many in a statement: after each SQLite writes what it has of the index, to be merged later.
    if not insert_all(session, CommentTerms, rows):
        raise StorageBusy("Another process makes the terms of these comments")
    _clear(session, delete(TermsDue).where(TermsDue.id.in_(due.notes)))


def merge_terms(session: Session, pages: int) -> bool:
    """Write about so many pages of SQLite's index anew, without words that are gone; say if there are more.

    FTS5 notes that a word is gone, and takes it out when it merges what it has, which may be years later.
    A negative number makes it merge everything into one, in steps. Source: sqlite.org/fts5.html, section 6.8.
    """
    if session.get_bind().dialect.name != "sqlite":
        return False
    before = session.execute(_CHANGES).scalar_one()
    session.execute(_MERGE, {"pages": -pages})
    # It counts what it writes, and one row for the command itself.
    changed: int = session.execute(_CHANGES).scalar_one() - before
    return changed >= 2


def _numbers(session: Session, wished: Sequence[int]) -> Sequence[int]:
    """Return free numbers that are the wished ones, or near them."""
    taken: set[int] = set()
    while True:
        numbers = free_numbers(wished, taken)
        clashes = session.scalars(select(CommentTerms.number).where(CommentTerms.number.in_(numbers))).all()
        if not clashes:
            return numbers
        taken.update(clashes)


def _clear(session: Session, statement: Delete) -> None:
    session.execute(statement, execution_options=WITHOUT_SYNC)
