"""From the spool to drafts: every comment gets its id, its place, and what it is shown as."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from comments.ids import derived_id
from comments.importers.batches import in_batches
from comments.importers.drafts import AuthorDraft, Batch, CommentDraft, KeyDraft, PageDraft, Row
from comments.importers.exact import People, comment_from_exact, texts_of_exact, thread_from_exact
from comments.importers.planning import Target
from comments.importers.reading import EPOCH, instant, unpacked
from comments.importers.rendering import Shown, Text
from comments.importers.spool import Spool
from comments.storage.plain import defaults_of
from comments.text.rendering import Format
from comments.threads.models import Comment
from comments.threads.ranking import rank
from comments.threads.tree import TOP, Place, place_below

PREPARE = (
    "CREATE TABLE places"
    " (n INTEGER PRIMARY KEY, id BLOB, thread_id BLOB, root_id BLOB, depth INTEGER, path BLOB)",
)
STANDS_AMONG_PLACES = "SELECT id, thread_id, root_id, depth, path FROM places WHERE n = ?"
STANDS_HERE = "SELECT id, thread_id, root_id, depth, path FROM here WHERE source_id = ?"

BATCH_COMMENTS = 1_000
"""Comments in one write."""

BATCH_WHILE_OTHERS_WAIT = 500
"""The same where nobody else can write meanwhile: few enough that who posts waits for 50 ms at most."""

STANDS_REMEMBERED = 10_000
"""Places of one tree that are kept in memory; those of a larger one are on disk."""

NOTHING: Mapping[str, list[Row]] = {}
WAITED = json.dumps(["Waited in the old system"])
UNTOUCHED = defaults_of(Comment) | {"rank": rank(0, 0), "author_kind": "imported"}
DIFFERING = frozenset(
    "author_name author_website source source_format html renderer state queue reasons address_key deleted_at"
    " source_id id thread_id parent_id root_id depth path author_id created_at listed reply_total"
    " changed_version content_version upvotes downvotes rank edited_at featured".split()
)
"""The columns in which comments of another system differ."""
UNMARKED = {name: UNTOUCHED[name] for name in ("upvotes", "downvotes", "rank", "edited_at", "featured")}


class Planned(NamedTuple):
    """One comment of the plan, as it lies in the spool."""

    n: int
    page: int
    parent: int
    has_replies: int
    source_id: str
    answers: str | None
    author: int
    created: int
    state: str
    address_key: bytes | None
    marks: bytes | None
    format: Format
    exact: bytes | None
    source: str
    root: int
    html: str | None
    renderer: int | None

    def texts(self) -> list[Text]:
        """Return what still has to be shown of it: its text, and the edit that waits if there is one."""
        if self.exact is None:
            return [] if self.html is not None else [Text(self.source, self.format)]
        return texts_of_exact(self.source, unpacked(self.exact))


class Stand(NamedTuple):
    """Where a comment that is answered stands."""

    comment_id: UUID
    thread_id: UUID | None
    place: Place


class Drafting:
    """Goes through the plan in order, and must get it back in order: a reply asks for its parent's place."""

    def __init__(
        self, spool: Spool, target: Target, account_ids: Mapping[str, UUID], *, others_wait: bool
    ) -> None:
        self._scratch = spool.scratch
        self._people = People(self._author_id, account_ids)
        self._target = target
        self._tree = 0
        self._stands: dict[int, Stand] = {}
        """The first places of the tree that is gone through, by number: the plan goes tree after tree."""
        self._same = _same_row(target)
        self._at_once = min(BATCH_COMMENTS, BATCH_WHILE_OTHERS_WAIT) if others_wait else BATCH_COMMENTS
        for statement in PREPARE:
            self._scratch.run(statement)

    def planned(self) -> Iterator[list[Planned]]:
        """Yield what one write shall write, batch after batch."""
        rows = self._scratch.rows(
            "SELECT p.n, p.page, p.parent, p.has_replies, c.source_id, c.parent, c.author, c.created,"
            " c.state, c.address_key, c.marks, c.format, c.exact, c.source, p.root, s.html, s.renderer"
            " FROM planned p CROSS JOIN comments c ON c.n = p.n LEFT JOIN shown s ON s.n = p.n"
            " ORDER BY p.root_created, p.root, p.level, p.n"
        )
        return in_batches((Planned(*row) for row in rows), self._at_once)

    def batch(self, planned: Sequence[Planned], shown: Sequence[Shown]) -> Batch:
        """Return the drafts of these comments; `shown` has an answer for each of their texts, in order."""
        authors = self._authors({one.author for one in planned})
        answers = iter(shown)
        comments = tuple(self._comment(one, authors[one.author], answers) for one in planned)
        first_at = {one.page: instant(one.created) for one in reversed(planned)}
        pages = self._pages({one.page for one in comments if one.thread_id is None}, first_at)
        return Batch(self._target, self._same, pages, authors, comments)

    def pages_without_comments(self) -> Iterator[list[PageDraft]]:
        """Yield the pages that our own export has, and that no comment has opened."""
        numbers = self._scratch.rows(
            "SELECT p.n FROM pages p JOIN threads t ON t.n = p.main"
            " WHERE t.exact IS NOT NULL AND p.thread_id IS NULL"
        )
        for batch in in_batches([number for (number,) in numbers], BATCH_COMMENTS):
            yield list(self._pages(batch, {}).values())

    def versions(self) -> Iterator[dict[UUID, int]]:
        """Yield the versions our own export has for the threads that are here under the same id."""
        rows = self._scratch.rows(
            "SELECT p.thread_id, t.exact FROM pages p JOIN threads t ON t.n = p.main"
            " WHERE t.exact IS NOT NULL"
        )
        found = ((UUID(bytes=thread_id), thread_from_exact(unpacked(exact))) for thread_id, exact in rows)
        for batch in in_batches(found, BATCH_COMMENTS):
            yield {thread_id: row["version"] for thread_id, row in batch if row["id"] == thread_id}

    def _comment(self, one: Planned, author: AuthorDraft, shown: Iterator[Shown]) -> CommentDraft:
        created_at = instant(one.created)
        above = self._stand_of_parent(one)
        if one.exact is None:
            system = self._target.system or ""
            comment_id = derived_id(created_at, self._target.site_name, system, one.source_id)
            answer = next(shown) if one.html is None else Shown(one.html, one.renderer or 0)
            row = _made_up_row(one, author, self._target, answer)
            belongings: Mapping[str, list[Row]] = NOTHING
        else:
            comment_id = UUID(one.source_id)
            exact = unpacked(one.exact)
            row, belongings = comment_from_exact(comment_id, one.source, exact, shown, self._people)
        place = place_below(above.comment_id, above.place, comment_id, created_at) if above else TOP
        thread_id = above.thread_id if above else None
        if one.has_replies:
            self._remember(one, Stand(comment_id, thread_id, place))
        row["id"], row["created_at"] = comment_id, created_at
        row["parent_id"] = above.comment_id if above else None
        row["root_id"], row["depth"], row["path"] = place.root_id, place.depth, place.path
        is_public = row["state"] == "approved"
        return CommentDraft(
            one.source_id, comment_id, one.page, thread_id, one.author, place, is_public, row, belongings
        )

    def _stand_of_parent(self, one: Planned) -> Stand | None:
        if one.answers is None:
            return None
        if one.root == self._tree and (known := self._stands.get(one.parent)) is not None:
            return known
        row = self._scratch.row(STANDS_AMONG_PLACES, (one.parent,)) if one.parent else None
        row = row or self._scratch.row(STANDS_HERE, (one.answers,))
        if row is None:
            return None
        comment_id, thread_id, root_id, depth, path = row
        return Stand(UUID(bytes=comment_id), _uuid(thread_id), Place(_uuid(root_id), depth, path))

    def _remember(self, one: Planned, stand: Stand) -> None:
        if one.root != self._tree:
            self._tree = one.root
            self._stands.clear()
        if len(self._stands) < STANDS_REMEMBERED:
            self._stands[one.n] = stand
            return
        place = stand.place
        self._scratch.run(
            "INSERT INTO places VALUES (?, ?, ?, ?, ?, ?)",
            (
                one.n,
                stand.comment_id.bytes,
                _bytes(stand.thread_id),
                _bytes(place.root_id),
                place.depth,
                place.path,
            ),
        )

    def _author_id(self, key: str) -> UUID:
        found = self._scratch.row("SELECT id FROM authors WHERE key = ?", (key,))
        return UUID(bytes=found[0]) if found else UUID(key)

    def _authors(self, numbers: Iterable[int]) -> dict[int, AuthorDraft]:
        rows = self._scratch.rows(
            "SELECT n, id, key, name, email, website, created FROM authors"
            " WHERE n IN (SELECT value FROM json_each(?))",
            (json.dumps(list(numbers)),),
        )
        return {
            n: AuthorDraft(n, _uuid(author_id), key, name, email, website, instant(created))
            for n, author_id, key, name, email, website, created in rows
        }

    def _pages(self, numbers: Iterable[int], first_at: Mapping[int, datetime]) -> dict[int, PageDraft]:
        wanted = list(numbers)
        rows = list(
            self._scratch.rows(
                "SELECT p.n, p.thread_id, t.url, t.identifier, t.title, p.closed, t.created, t.exact"
                " FROM pages p JOIN threads t ON t.n = p.main WHERE p.n IN (SELECT value FROM json_each(?))",
                (json.dumps(wanted),),
            )
        )
        keys = self._keys(wanted)
        return {
            n: PageDraft(
                n,
                _uuid(thread_id),
                url or "",
                identifier,
                title,
                bool(closed),
                first_at.get(n, EPOCH) if created is None else instant(created),
                tuple(keys[n]),
                None if exact is None else thread_from_exact(unpacked(exact)),
            )
            for n, thread_id, url, identifier, title, closed, created, exact in rows
        }

    def _keys(self, pages: Sequence[int]) -> dict[int, list[KeyDraft]]:
        """Return the keys of all threads that are such a page, the stronger first; none if they are bound."""
        keys: dict[int, list[KeyDraft]] = defaultdict(list)
        for page, kind, key, created in self._scratch.rows(
            "SELECT t.page, k.kind, k.key, k.created FROM threads t JOIN thread_keys k ON k.thread = t.n"
            " JOIN pages p ON p.n = t.page"
            " WHERE t.page IN (SELECT value FROM json_each(?)) AND NOT p.is_bound"
            " ORDER BY t.page, k.kind <> 'identifier', t.n <> p.main, t.n",
            (json.dumps(pages),),
        ):
            keys[page].append(KeyDraft(kind, key, None if created is None else instant(created)))
        return keys


def _same_row(target: Target) -> Row:
    """Return the columns in which no two comments differ: in our own export they may differ in all others."""
    if target.system is None:
        return {"site_id": target.site_id}
    all_of = {**UNTOUCHED, "site_id": target.site_id, "source_system": target.system}
    return {name: value for name, value in all_of.items() if name not in DIFFERING}


def _made_up_row(one: Planned, author: AuthorDraft, target: Target, shown: Shown) -> dict[str, Any]:
    return {
        **(UNMARKED if one.marks is None else _marked(unpacked(one.marks))),
        "author_name": author.name,
        "author_website": author.website,
        "source": one.source,
        "source_format": one.format,
        "html": shown.html,
        "renderer": shown.renderer,
        "state": one.state,
        "queue": one.state,
        "reasons": WAITED if one.state == "pending" else "[]",
        "address_key": one.address_key,
        # No system tells when: from now on it is kept for as long as what is deleted here.
        "deleted_at": target.at if one.state == "deleted" else None,
        "source_id": one.source_id,
    }


def _marked(marks: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is in a comment's row as the old system had it; nobody's single votes come along."""
    return {
        **marks,
        "edited_at": None if marks["edited_at"] is None else instant(marks["edited_at"]),
        "rank": rank(marks["upvotes"], marks["downvotes"]),
    }


def _uuid(stored: bytes | None) -> UUID | None:
    return None if stored is None else UUID(bytes=stored)


def _bytes(value: UUID | None) -> bytes | None:
    return None if value is None else value.bytes
