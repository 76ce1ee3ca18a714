"""What the first reading of a file found, kept on disk until it is written, so that memory stays flat."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from comments.importers.pipeline.read_file import ADDRESS, CommentRow, FilePart
from comments.importers.pipeline.sanitise import ImportText
from comments.importers.records import ImportedAccount, ImportedSite
from comments.storage.sqlite.scratch import Scratch

SCHEMA = """
CREATE TABLE threads (
    n INTEGER PRIMARY KEY, reference TEXT UNIQUE, url TEXT, identifier TEXT, title TEXT, created INTEGER,
    closed INTEGER, hidden INTEGER, exact BLOB, fault TEXT, page INTEGER
);
CREATE TABLE thread_keys (thread INTEGER, kind TEXT, key TEXT, created INTEGER);
CREATE TABLE authors (
    n INTEGER PRIMARY KEY, key TEXT UNIQUE, name TEXT, email TEXT, website TEXT, created INTEGER,
    exact BLOB, id BLOB
);
CREATE TABLE voters (key TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE comments (
    n INTEGER PRIMARY KEY, source_id TEXT, thread TEXT, parent TEXT, author INTEGER, created INTEGER,
    state TEXT, address_key BLOB, marks BLOB, exact BLOB, format TEXT, source TEXT
);
CREATE TABLE shown (n INTEGER PRIMARY KEY, html TEXT, renderer INTEGER);
"""

KEEP_AUTHOR = (
    "INSERT OR IGNORE INTO authors (key, name, email, website, created, exact) VALUES (?, ?, ?, ?, ?, ?)"
)
KEEP_THREAD = (
    "INSERT OR IGNORE INTO threads (reference, url, identifier, title, created, closed, hidden, exact)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
KEEP_KEY = "INSERT INTO thread_keys SELECT n, ?, ?, ? FROM threads WHERE reference = ?"
KEEP_VOTER = "INSERT OR IGNORE INTO voters VALUES (?)"
KEEP_COMMENT = (
    "INSERT INTO comments"
    " (source_id, thread, parent, author, created, state, address_key, marks, exact, format, source)"
    " VALUES (?, ?, ?, (SELECT n FROM authors WHERE key = ?), ?, ?, ?, ?, ?, ?, ?)"
)


class SpooledRows(NamedTuple):
    """Comments that have just been kept, and the number of the first."""

    first: int
    rows: Sequence[CommentRow]

    def texts(self) -> list[ImportText]:
        return [ImportText(row[-1], row[-2]) for row in self.rows]


class Spool:
    """Holds what one file has, names and titles as we would show them.

    `unusable` counts comments by the reason they cannot be brought in.
    """

    def __init__(self, address_key: Callable[[str], bytes]) -> None:
        self.scratch = Scratch(SCHEMA)
        self.unusable: Counter[str] = Counter()
        self.sites: list[ImportedSite] = []
        self.accounts: list[ImportedAccount] = []
        self.read = 0
        self._address_key = address_key
        self._kept = 0

    def keep(self, stretch: FilePart) -> SpooledRows:
        """Keep all that a stretch holds; an author or a thread that is there already stays as it is."""
        self.scratch.run_many(KEEP_AUTHOR, stretch.authors)
        self.scratch.run_many(KEEP_THREAD, stretch.threads)
        self.scratch.run_many(KEEP_KEY, stretch.keys)
        self.scratch.run_many(KEEP_VOTER, [(key,) for key in stretch.voters])
        rows = stretch.comments
        self.scratch.run_many(
            KEEP_COMMENT, (row if row[ADDRESS] is None else self._with_address_key(row) for row in rows)
        )
        self.sites += stretch.sites
        self.accounts += stretch.accounts
        self.unusable.update(stretch.unusable)
        self.read += len(rows) + sum(stretch.unusable.values())
        kept = SpooledRows(self._kept + 1, rows)
        self._kept += len(rows)
        return kept

    def be_complete(self) -> None:
        """Get ready for questions: nothing more is to be kept."""
        self.scratch.run("CREATE INDEX comments_source ON comments (source_id)")

    def close(self) -> None:
        self.scratch.close()

    def note_shown(self, first: int, shown: Iterable[tuple[str, int]]) -> None:
        """Remember what comments are shown as, and by which renderer, from the number `first` on."""
        self.scratch.run_many(
            "INSERT INTO shown VALUES (?, ?, ?)", ((n, *one) for n, one in enumerate(shown, first))
        )

    def note_pages(self, thread_ids: Mapping[int, UUID]) -> None:
        """Remember the threads that pages have got; their keys are bound then."""
        self.scratch.run_many(
            "UPDATE pages SET thread_id = ?, is_bound = 1 WHERE n = ?",
            [(thread_id.bytes, number) for number, thread_id in thread_ids.items()],
        )

    def note_authors(self, author_ids: Mapping[int, UUID]) -> None:
        """Remember the ids that authors have got."""
        self.scratch.run_many(
            "UPDATE authors SET id = ? WHERE n = ? AND id IS NULL",
            [(author_id.bytes, number) for number, author_id in author_ids.items()],
        )

    def _with_address_key(self, row: CommentRow) -> tuple[Any, ...]:
        return (*row[:ADDRESS], self._address_key(row[ADDRESS] or ""), *row[ADDRESS + 1 :])
