"""Rows as our own export has them: which columns are taken as they are, and which follow from others."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from comments.identity.models import Author
from comments.importers.drafts import Row
from comments.importers.rendering import Shown, Text
from comments.moderation.models import Decision
from comments.storage import Base
from comments.storage.plain import PlainValueRefused, row_from_plain
from comments.threads.models import Comment, Report, Revision, Thread, Vote

PLACED = frozenset(
    {"id", "site_id", "thread_id", "parent_id", "root_id", "depth", "path", "author_id", "created_at"}
)
COUNTED = frozenset({"listed", "reply_total", "queue"})
"""What follows from states, edits and replies is found anew, so that no file can say otherwise."""

BELONGINGS: Mapping[str, type[Base]] = {"votes": Vote, "reports": Report, "decisions": Decision}
BELONGS = frozenset({"site_id", "comment_id"})

CLOSED_SETS: Mapping[tuple[type[Base], str], frozenset[str]] = {
    (Comment, "state"): frozenset({"approved", "pending", "spam", "removed", "deleted"}),
    (Comment, "source_format"): frozenset({"markdown", "html"}),
    (Revision, "source_format"): frozenset({"markdown", "html"}),
    (Thread, "state"): frozenset({"open", "closed"}),
    (Author, "kind"): frozenset({"guest", "moderator", "imported"}),
}

Plain = Mapping[str, Any]


class People(NamedTuple):
    """Who is who here: the ids that authors and accounts of the file have in this database."""

    author_id: Callable[[str], UUID]
    account_ids: Mapping[str, UUID]

    def account_id(self, given: str | None) -> UUID | None:
        """Return the account's id; None for somebody who is not of the team: only their name is kept."""
        return None if given is None else self.account_ids.get(given)


def row_from_exact(entity: type[Base], plain: Plain, without: frozenset[str]) -> dict[str, Any]:
    """Return the values of a row; raises PlainValueRefused."""
    row = row_from_plain(entity, plain, without=without)
    for (owner, name), known in CLOSED_SETS.items():
        if owner is entity and name in row and row[name] not in known:
            raise PlainValueRefused(f"{entity.__tablename__}.{name} cannot be {str(row[name])[:60]!r}")
    return row


def texts_of_exact(source: str, exact: Plain) -> list[Text]:
    """Return what has to be shown of a comment: its text, and the edit that waits if there is one."""
    texts = [Text(source, exact["source_format"], exact["html"], exact["renderer"])]
    edit = exact.get("revision")
    if edit is not None:
        texts.append(Text(edit["source"], edit["source_format"], edit["html"], edit["renderer"]))
    return texts


def comment_from_exact(
    comment_id: UUID, source: str, exact: Plain, shown: Iterator[Shown], people: People
) -> tuple[Row, dict[str, list[Row]]]:
    """Return the comment's columns besides its place, and the rows that belong to it, by table.

    Raises PlainValueRefused.
    """
    plain = {name: value for name, value in exact.items() if name not in BELONGINGS and name != "revision"}
    row = row_from_exact(Comment, _with_text({**plain, "source": source}, next(shown)), PLACED | COUNTED)
    belongings: dict[str, list[Row]] = {
        name: [_belonging(entity, comment_id, one, people) for one in exact.get(name, ())]
        for name, entity in BELONGINGS.items()
    }
    edit = exact.get("revision")
    row["queue"] = row["state"] if edit is None else "pending"
    if edit is not None:
        revision = row_from_exact(Revision, _with_text(edit, next(shown)), BELONGS)
        belongings["revisions"] = [{**revision, "comment_id": comment_id}]
    return row, belongings


def _with_text(plain: Plain, shown: Shown) -> Plain:
    return {**plain, "html": shown.html, "renderer": shown.renderer}


def _belonging(entity: type[Base], comment_id: UUID, plain: Plain, people: People) -> Row:
    row = row_from_exact(entity, plain, BELONGS)
    if "author_id" in row:
        row["author_id"] = people.author_id(plain["author_id"])
    if "account_id" in row:
        row["account_id"] = people.account_id(plain["account_id"])
    return {**row, "comment_id": comment_id}


def thread_from_exact(exact: Plain) -> Row:
    """Return the thread's columns; raises PlainValueRefused."""
    return row_from_exact(Thread, exact, frozenset({"site_id", "comment_count", "updated_at"}))


def author_from_exact(exact: Plain) -> dict[str, Any]:
    """Return the author's columns; raises PlainValueRefused."""
    return row_from_exact(Author, exact, frozenset({"site_id"}))
