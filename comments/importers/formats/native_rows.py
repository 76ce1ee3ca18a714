"""Rows as our own export has them: which columns are taken as they are, and which follow from others."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from msgspec import structs

from comments.identity.models import Author, Membership
from comments.importers.formats.fields import shown_website
from comments.importers.pipeline.drafts import Row
from comments.importers.pipeline.sanitise import ImportText, RenderedImport
from comments.moderation.decisions import replaced as decisions_replaced
from comments.moderation.decisions.replaced import ReplacedText
from comments.moderation.models import Decision
from comments.policy.models import Ban
from comments.rules import decoded
from comments.storage import Base
from comments.storage.rows.plain import PlainValueRefused, row_from_plain
from comments.text.html.render import Format
from comments.threads.models import OPEN, Comment, Report, Revision, Thread, Vote, Watch
from comments.threads.queues import queue_of

PLACED = frozenset(
    {"id", "site_id", "thread_id", "parent_id", "root_id", "depth", "path", "author_id", "created_at"}
)
COUNTED = frozenset({"listed", "reply_total", "queue", "changed_version", "content_version"})
"""What follows from states, edits and replies is found anew, so that no file can say otherwise."""

BELONGINGS: Mapping[str, type[Base]] = {
    "votes": Vote,
    "reports": Report,
    "decisions": Decision,
    "watches": Watch,
}
AUTHORS_BELONGINGS = frozenset({"tokens", "bans"})
BELONGS = frozenset({"site_id", "comment_id"})

STATES = frozenset({"approved", "pending", "spam", "removed", "deleted"})
FORMATS = frozenset({"markdown", "html"})
KINDS = frozenset({"guest", "moderator", "imported"})
CLOSED_SETS: Mapping[tuple[type[Base], str], frozenset[str | int | None]] = {
    (Comment, "state"): STATES,
    (Comment, "source_format"): FORMATS,
    (Comment, "author_kind"): KINDS,
    (Comment, "author_badge"): frozenset({None, "author", "moderator"}),
    (Revision, "source_format"): FORMATS,
    (Vote, "value"): frozenset({1, -1}),
    (Report, "outcome"): frozenset({None, "kept", "upheld"}),
    (Decision, "before"): STATES,
    (Decision, "after"): STATES,
    (Watch, "state"): frozenset({"asked", "confirmed", "refused"}),
    (Thread, "state"): frozenset({"closed"}) | OPEN,
    (Author, "kind"): KINDS,
    (Ban, "kind"): frozenset({"author", "address", "network", "domain"}),
    (Ban, "outcome"): frozenset({"refuse", "silent"}),
    (Membership, "role"): frozenset({"owner", "moderator"}),
    (Membership, "digest"): frozenset({"hourly", "daily", "never"}),
}
REASONS = ((Comment, "reasons"), (Revision, "reasons"))
LINKS = ((Comment, "author_website"), (Author, "website"))

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
        if owner is entity and row[name] not in known:
            raise PlainValueRefused(f"{entity.__tablename__}.{name} cannot be {str(row[name])[:60]!r}")
    for owner, name in REASONS:
        if owner is entity:
            decoded(row[name])
    for owner, name in LINKS:
        if owner is entity:
            row[name] = shown_website(row[name])
    return row


def texts_of_exact(source: str, exact: Plain) -> list[ImportText]:
    """Return what has to be shown of a comment: its text, an edit that waits, what `restore` brings back."""
    edit = exact.get("revision")
    replaced = [
        text for one in map(_replaced, exact.get("decisions", ())) for text in (one.text, one.waiting)
    ]
    return [
        ImportText(source, exact["source_format"], exact["html"], exact["renderer"]),
        *(
            [ImportText(edit["source"], edit["source_format"], edit["html"], edit["renderer"])]
            if edit
            else []
        ),
        *(
            ImportText(text.source, _format(text.source_format), text.html, text.renderer)
            for text in replaced
            if text
        ),
    ]


def _replaced(decision: Plain) -> ReplacedText:
    return decisions_replaced.decode(decision.get("replaced"))


def _format(given: str) -> Format:
    if given not in FORMATS:
        raise PlainValueRefused(f"a text cannot be {given[:60]!r}")
    return "markdown" if given == "markdown" else "html"


def comment_from_exact(
    comment_id: UUID, source: str, exact: Plain, shown: Iterator[RenderedImport], people: People
) -> tuple[dict[str, Any], dict[str, list[Row]]]:
    """Return the comment's columns besides its place, and the rows that belong to it, by table.

    Raises PlainValueRefused.
    """
    plain = {name: value for name, value in exact.items() if name not in BELONGINGS and name != "revision"}
    row = row_from_exact(Comment, _with_text({**plain, "source": source}, next(shown)), PLACED | COUNTED)
    belongings: dict[str, list[Row]] = {}
    edit = exact.get("revision")
    row["queue"] = queue_of(row["state"], silent=row["silent"]) if edit is None else "pending"
    if edit is not None:
        revision = row_from_exact(Revision, _with_text(edit, next(shown)), BELONGS)
        belongings["revisions"] = [{**revision, "comment_id": comment_id}]
    decisions = [_with_safe_replaced(one, shown) for one in exact.get("decisions", ())]
    for name, entity in BELONGINGS.items():
        given = decisions if name == "decisions" else exact.get(name, ())
        belongings[name] = [_belonging(entity, comment_id, one, people) for one in given]
    return row, belongings


def _with_safe_replaced(decision: Plain, shown: Iterator[RenderedImport]) -> Plain:
    """Return the decision with the texts that it replaced sanitised: `restore` brings them back."""
    replaced = _replaced(decision)
    safe = structs.replace(replaced, text=_safe(replaced.text, shown), waiting=_safe(replaced.waiting, shown))
    return decision if safe == replaced else {**decision, "replaced": safe.encode()}


def _safe(
    text: decisions_replaced.CommentText | None, shown: Iterator[RenderedImport]
) -> decisions_replaced.CommentText | None:
    if text is None:
        return None
    safe = next(shown)
    return structs.replace(text, html=safe.html, renderer=safe.renderer)


def _with_text(plain: Plain, shown: RenderedImport) -> Plain:
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
    return row_from_exact(
        Thread, exact, frozenset({"site_id", "page_path", "comment_count", "updated_at", "recorded_from"})
    )


def ban_from_exact(exact: Plain) -> dict[str, Any]:
    """Return the ban's columns besides whose it is; raises PlainValueRefused."""
    return row_from_exact(Ban, exact, frozenset({"site_id", "author_id"}))


def author_from_exact(exact: Plain) -> dict[str, Any]:
    """Return the author's columns; raises PlainValueRefused."""
    return row_from_exact(Author, exact, frozenset({"site_id"}))
