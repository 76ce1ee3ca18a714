"""A PostgreSQL of the bench's own, and filling its databases: indexes are made once the rows are there."""

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import psycopg
from psycopg import sql
from sqlalchemy import Row
from sqlalchemy.dialects import postgresql

from comments.moderation.search.models import Terms
from comments.moderation.search.row_numbers import wished_number
from comments.moderation.search.terms import findable
from tests.bench import scaling_rows as rows
from tests.bench.desk_rows import BEGAN
from tests.bench.scaling_rows import Measures
from tests.bench.writing import texts
from tests.support.databases import migrate_in_a_process_of_its_own
from tests.support.ports import free_port
from tests.support.postgres_server import new_cluster, serving

HANDS = 6
# A core for each statement, and no more: PostgreSQL would take others to help with large questions.
SETTINGS = """
shared_buffers = 2GB
maintenance_work_mem = 512MB
max_parallel_workers_per_gather = 0
max_parallel_maintenance_workers = 0
jit = off
"""
# An index that is made at this level needs no WAL.
WHILE_FILLING = """
wal_level = minimal
max_wal_senders = 0
autovacuum = off
max_wal_size = 12GB
"""
# As it runs; autovacuum stays off, because it would come at moments of its own.
WHILE_MEASURING = """
wal_level = replica
max_wal_senders = 10
full_page_writes = on
"""
LOADED = (
    "comments",
    "comment_terms",
    "votes",
    "text_prints",
    "decisions",
    "log_links",
    "threads",
    "thread_keys",
    "authors",
    "guest_tokens",
)
WHAT_IS_FOUND = "SELECT * FROM comments WHERE created_at >= %s"
Say = Callable[[str], None]


@dataclass
class Filled:
    """How long the steps of filling a database took, in seconds."""

    comments: int
    terms: int
    steps: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        self.steps[step] = time.monotonic() - began


@dataclass(frozen=True, slots=True)
class Server:
    """The bench's own server: its files, and the folder of PostgreSQL's programs."""

    home: Path
    programs: Path

    @contextmanager
    def running(self, more: str) -> Iterator[str]:
        """Run it with these settings too, and give the URL that databases' names are added to."""
        port = free_port()
        with (self.home / "cluster" / "postgresql.conf").open("a") as configuration:
            configuration.write(more)
        with serving(self.home, self.programs, self.home / "cluster", port):
            url = f"postgresql://postgres:trusted@127.0.0.1:{port}"
            yield url
            with psycopg.connect(f"{url}/postgres", autocommit=True) as connection:
                # It ends as in a crash, and would have to play what was written since.
                connection.execute("CHECKPOINT")


def ready(home: Path, databases: Mapping[str, Measures], terms: int, say: Say) -> tuple[Server, list[Filled]]:
    """Make a server with these databases filled, unless they are there."""
    note = home / "filled.json"
    if note.exists():
        programs, filled = json.loads(note.read_text())
        return Server(home, Path(programs)), [Filled(**one) for one in filled]
    server = Server(home, new_cluster(home))
    with (home / "cluster" / "postgresql.conf").open("a") as configuration:
        configuration.write(SETTINGS)
    with server.running(WHILE_FILLING) as url:
        filled_now = [fill(url, name, measures, terms, say) for name, measures in databases.items()]
    note.write_text(json.dumps([str(server.programs), [asdict(one) for one in filled_now]]))
    return server, filled_now


def empty(server_url: str, name: str) -> str:
    """Make a database with all tables and no rows, in the place of one that was kept; return its URL."""
    with psycopg.connect(f"{server_url}/postgres", autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    migrate_in_a_process_of_its_own(f"{server_url}/{name}")
    return f"{server_url}/{name}"


def fill(server_url: str, name: str, measures: Measures, terms: int, say: Say) -> Filled:
    """Make a database with so many comments; of that many, the last ones, the terms for searches too."""
    url = empty(server_url, name)
    filled = Filled(measures.comments, min(terms, measures.comments))
    with psycopg.connect(url, autocommit=True) as connection:
        # No triggers, which would look up each row's relations and note it for the index of terms.
        connection.execute("SET session_replication_role = replica")
        _prepare(connection, measures)
        taken = _without_indexes(connection)
        with filled.timed("comments"):
            _write_comments(url, measures, say)
        say(f"{name}: what comes with them")
        with filled.timed("what comes with them"), ThreadPoolExecutor(1) as hand:
            terms_too = hand.submit(_write_terms, url, measures, filled.terms)
            _at_once(url, map(measures.filled, rows.AFTERWARDS))
            terms_too.result()
        with filled.timed("indexes"):
            # Several hands have put rows between each other's, which leaves an index half empty.
            _at_once(url, ["REINDEX INDEX pk_comments", *taken], lambda one: say(f"{name}: {one[:60]}"))
        say(f"{name}: VACUUM ANALYZE")
        with filled.timed("the first VACUUM ANALYZE"):
            _at_once(url, [f"VACUUM ANALYZE {table}" for table in LOADED])
    return filled


def _prepare(connection: psycopg.Connection[Any], measures: Measures) -> None:
    connection.execute(measures.filled(rows.FUNCTIONS))
    with connection.cursor() as cursor:
        cursor.executemany("INSERT INTO bench_votes VALUES (%s, %s, %s, %s)", rows.vote_rows())
        cursor.executemany(
            "INSERT INTO bench_texts VALUES (%s, %s, %s)",
            [(k, text.source, text.html) for k, text in enumerate(texts(rows.TEXTS))],
        )
    connection.execute("ANALYZE bench_votes; ANALYZE bench_texts")
    for table in (rows.SITES, rows.AUTHORS, rows.TOKENS, rows.THREADS):
        connection.execute(measures.filled(table))


def _without_indexes(connection: psycopg.Connection[Any]) -> Sequence[str]:
    """Drop the indexes of what is filled but for those that other tables rely on; return how to make them."""
    taken = connection.execute(
        "SELECT indexname, indexdef FROM pg_indexes "
        "WHERE tablename = ANY(%s) AND indexname NOT LIKE 'pk_%%' ORDER BY tablename, indexname",
        [list(LOADED)],
    ).fetchall()
    for name, _ in taken:
        connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
    return [definition for _, definition in taken]


def _write_comments(url: str, measures: Measures, say: Say) -> None:
    chunks = [
        measures.filled(rows.COMMENTS, first=first, last=min(first + rows.AT_ONCE, measures.comments) - 1)
        for first in range(0, measures.comments, rows.AT_ONCE)
    ]
    done = count(1)
    _at_once(url, chunks, lambda _: say(f"{next(done)} of {len(chunks)} parts of the comments"))


def _silent(_: str) -> None:
    pass


def _at_once(url: str, statements: Iterable[str], done: Callable[[str], None] = _silent) -> None:
    """Run statements, some at once, each on a connection of its own; several in one are one transaction."""

    def run(statement: str) -> str:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("SET session_replication_role = replica")
            connection.execute("SET client_min_messages = error")
            connection.execute(statement)
        return statement

    with ThreadPoolExecutor(HANDS) as hands:
        for statement in hands.map(run, statements):
            done(statement)


def _write_terms(url: str, measures: Measures, some: int) -> None:
    stored = Terms()
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    with (
        psycopg.connect(url) as reading,
        psycopg.connect(url, autocommit=True) as connection,
        reading.cursor("sources") as found,
        connection.cursor() as cursor,
        cursor.copy("COPY comment_terms (number, comment_id, terms) FROM STDIN") as copy,
    ):
        found.itersize = 5_000
        found.execute(WHAT_IS_FOUND, [_from(measures, some)])
        for row in found:
            named = SimpleNamespace(
                **dict(zip([column.name for column in found.description or ()], row, strict=True)),
                edit_source=None,
                edit_reasons=None,
            )
            words = stored.process_bind_param(findable(cast(Row[Any], named)).terms, dialect)
            copy.write_row([wished_number(named.created_at, named.id), named.id, words])


def _from(measures: Measures, some: int) -> Any:
    return BEGAN + rows.moment(measures, measures.comments - some)
