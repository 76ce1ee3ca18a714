"""From the spool to drafts: every comment gets its id, its place, and what it is shown as."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from comments.ids import derived_id
from comments.importers.formats.native_rows import (
    People,
    comment_from_exact,
    texts_of_exact,
    thread_from_exact,
)
from comments.importers.pipeline.batches import in_batches
from comments.importers.pipeline.drafts import (
    LATE,
    AuthorDraft,
    Batch,
    CommentRowDraft,
    KeyDraft,
    PageDraft,
    Row,
)
from comments.importers.pipeline.plan import Target
from comments.importers.pipeline.read_file import EPOCH, instant, unpacked
from comments.importers.pipeline.sanitise import ImportText, RenderedImport
from comments.importers.pipeline.spool import Spool
from comments.storage.rows.plain import defaults_of
from comments.text.html.render import Format
from comments.threads.models import Comment
from comments.threads.order.ranking import rank
from comments.threads.order.tree import TOP, TreePosition, ancestors, place_below

PREPARE = (
    "CREATE TABLE places"
    " (n INTEGER PRIMARY KEY, id BLOB, thread_id BLOB, root_id BLOB, depth INTEGER, path BLOB)",
)
STANDS_AMONG_PLACES = "SELECT id, thread_id, root_id, depth, path FROM places WHERE n = ?"
STANDS_HERE = "SELECT id, thread_id, root_id, depth, path FROM here WHERE source_id = ?"

BATCH_COMMENTS = 1_000
"""Comments in one write."""

BATCH_WHILE_OTHERS_WAIT = 800
"""The same where nobody else can write meanwhile: few enough that who posts waits for less than 0.1 s.

With more of them less is written: the same pages of the indexes change with every write.
"""

STANDS_REMEMBERED = 10_000
"""Places of one tree that are kept in memory; those of a larger one are on disk."""

NOTHING: Mapping[str, list[Row]] = {}
WAITED = json.dumps(["Waited in the old system"])
UNTOUCHED = defaults_of(Comment) | {"rank": rank(0, 0), "author_kind": "imported"}
PLACED = ("id", "created_at", "parent_id", "root_id", "depth", "path")
MADE_UP = (
    *("author_name", "author_website", "source", "source_format", "html", "renderer", "state", "queue"),
    *("reasons", "address_key", "deleted_at", "source_id"),
)
"""Besides their place, the columns in which comments of another system differ."""

MARKED = ("upvotes", "downvotes", "rank", "edited_at", "featured")
"""Those in which few of them do, and of most systems none."""

UNMARKED = tuple(UNTOUCHED[name] for name in MARKED)

GIVEN = tuple(sorted(UNTOUCHED.keys() - {"site_id", *PLACED, *LATE}))
"""Besides their place, the columns of comments of our own export: they may differ in all."""


class PlannedComment(NamedTuple):
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

    def texts(self) -> list[ImportText]:
        """Return what still has to be shown of it: its text, and the edit that waits if there is one."""
        if self.exact is None:
            return [] if self.html is not None else [ImportText(self.source, self.format)]
        return texts_of_exact(self.source, unpacked(self.exact))


class ParentPosition(NamedTuple):
    """Where a comment that is answered stands."""

    comment_id: UUID
    thread_id: UUID | None
    place: TreePosition


class DraftBuilder:
    """Goes through the plan in order, and must get it back in order: a reply asks for its parent's place."""

    def __init__(
        self,
        spool: Spool,
        target: Target,
        account_ids: Mapping[str, UUID],
        *,
        others_wait: bool,
    ) -> None:
        self._scratch = spool.scratch
        self._people = People(self._author_id, account_ids)
        self._target = target
        self._tree = 0
        self._stands: dict[int, ParentPosition] = {}
        """The first places of the tree that is gone through, by number: the plan goes tree after tree."""
        self._same = {names: _same(target, names) for names in (MADE_UP, (*MADE_UP, *MARKED), GIVEN)}
        self._at_once = min(BATCH_COMMENTS, BATCH_WHILE_OTHERS_WAIT) if others_wait else BATCH_COMMENTS
        for statement in PREPARE:
            self._scratch.run(statement)

    def planned(self) -> Iterator[list[PlannedComment]]:
        """Yield what one write shall write, batch after batch."""
        rows = self._scratch.rows(
            "SELECT p.n, p.page, p.parent, p.has_replies, c.source_id, c.parent, c.author, c.created,"
            " c.state, c.address_key, c.marks, c.format, c.exact, c.source, p.root, s.html, s.renderer"
            " FROM planned p CROSS JOIN comments c ON c.n = p.n LEFT JOIN shown s ON s.n = p.n"
            " ORDER BY p.root_created, p.root, p.level, p.n"
        )
        return in_batches((PlannedComment(*row) for row in rows), self._at_once)

    def batch(self, planned: Sequence[PlannedComment], shown: Sequence[RenderedImport]) -> Batch:
        """Return the drafts of these comments; `shown` has an answer for each of their texts, in order."""
        authors = self._authors({one.author for one in planned})
        answers = iter(shown)
        if self._target.system is None:
            names = GIVEN
        else:
            names = MADE_UP if all(one.marks is None for one in planned) else (*MADE_UP, *MARKED)
        drafted = [self._comment(one, authors[one.author], answers, names) for one in planned]
        comments, rows = zip(*drafted, strict=True)
        first_at = {one.page: instant(one.created) for one in reversed(planned)}
        pages = self._pages({one.page for one in comments if one.thread_id is None}, first_at)
        columns = (*PLACED, *names)
        return Batch(self._target, pages, authors, comments, self._same[names], columns, rows)

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

    def _comment(
        self, one: PlannedComment, author: AuthorDraft, shown: Iterator[RenderedImport], names: Sequence[str]
    ) -> tuple[CommentRowDraft, tuple[Any, ...]]:
        """Return a draft, and the values of its columns `PLACED` and `names`."""
        created_at = instant(one.created)
        above = self._stand_of_parent(one)
        belongings = NOTHING
        if one.exact is None:
            system = self._target.system or ""
            comment_id = derived_id(created_at, self._target.site_name, system, one.source_id)
            answer = next(shown) if one.html is None else RenderedImport(one.html, one.renderer or 0)
            state, author_name = one.state, author.name
            values = _made_up(one, author, self._target, answer)
            if len(names) > len(MADE_UP):
                values += _marked(one.marks)
        else:
            comment_id = UUID(one.source_id)
            row, belongings = comment_from_exact(
                comment_id, one.source, unpacked(one.exact), shown, self._people
            )
            state, author_name = row["state"], row["author_name"]
            values = tuple([row[name] for name in names])
        place = place_below(above.comment_id, above.place, comment_id, created_at) if above else TOP
        thread_id = above.thread_id if above else None
        if one.has_replies:
            self._remember(one, ParentPosition(comment_id, thread_id, place))
        draft = CommentRowDraft(
            source_id=one.source_id,
            comment_id=comment_id.bytes,
            page=one.page,
            thread_id=thread_id,
            author=one.author,
            author_name=author_name,
            above=tuple([ancestor.bytes for ancestor in ancestors(place)]),
            is_public=state == "approved",
            belongings=belongings,
        )
        parent_id = above.comment_id if above else None
        return draft, (comment_id, created_at, parent_id, place.root_id, place.depth, place.path, *values)

    def _stand_of_parent(self, one: PlannedComment) -> ParentPosition | None:
        if one.answers is None:
            return None
        if one.root == self._tree and (known := self._stands.get(one.parent)) is not None:
            return known
        row = self._scratch.row(STANDS_AMONG_PLACES, (one.parent,)) if one.parent else None
        row = row or self._scratch.row(STANDS_HERE, (one.answers,))
        if row is None:
            return None
        comment_id, thread_id, root_id, depth, path = row
        return ParentPosition(
            UUID(bytes=comment_id), _uuid(thread_id), TreePosition(_uuid(root_id), depth, path)
        )

    def _remember(self, one: PlannedComment, stand: ParentPosition) -> None:
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


def _same(target: Target, names: Sequence[str]) -> Row:
    """Return the values of the columns in which no row differs that has these, besides its place."""
    all_of = {**UNTOUCHED, "site_id": target.site_id, "source_system": target.system}
    differing = {*PLACED, *names, *LATE}
    return {name: value for name, value in all_of.items() if name not in differing}


def _made_up(
    one: PlannedComment, author: AuthorDraft, target: Target, shown: RenderedImport
) -> tuple[Any, ...]:
    """Return the values of `MADE_UP`."""
    return (
        author.name,
        author.website,
        one.source,
        one.format,
        shown.html,
        shown.renderer,
        one.state,
        one.state,
        WAITED if one.state == "pending" else "[]",
        one.address_key,
        # No system tells when: from now on it is kept for as long as what is deleted here.
        target.at if one.state == "deleted" else None,
        one.source_id,
    )


def _marked(marks: bytes | None) -> tuple[Any, ...]:
    """Return the values of `MARKED` as the old system had them; nobody's single votes come along."""
    if marks is None:
        return UNMARKED
    found = unpacked(marks)
    edited_at = None if found["edited_at"] is None else instant(found["edited_at"])
    upvotes, downvotes = found["upvotes"], found["downvotes"]
    return upvotes, downvotes, rank(upvotes, downvotes), edited_at, found["featured"]


def _uuid(stored: bytes | None) -> UUID | None:
    return None if stored is None else UUID(bytes=stored)


def _bytes(value: UUID | None) -> bytes | None:
    return None if value is None else value.bytes
