"""Migrations of a PostgreSQL that is being written to: no writer waits for them for long."""

import ast
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.orm import Session

from comments.storage import migrate_now, state
from comments.storage.migrating import connected
from comments.storage.revisions import SCRIPTS
from tests.moderation.seeding import Seed
from tests.storage.test_migrating import with_another
from tests.support.databases import PostgresqlDatabases

pytestmark = pytest.mark.postgresql

__all__ = ["with_another"]

COUNT = "UPDATE comments SET report_count = report_count + 1"
LARGE = {"comments", "revisions", "threads", "thread_keys", "authors", "votes", "reports", "moderation_log"}
REWRITES = {"create_foreign_key", "create_check_constraint", "create_unique_constraint", "alter_column"}


@pytest.fixture
def url(postgresql_databases: PostgresqlDatabases) -> Iterator[str]:
    """A database with a comment."""
    url = postgresql_databases.create(migrated=True)
    seed = Seed()
    seed.comment(seed.thread(), seed.author())
    with connected(url) as connection, Session(connection) as session:
        seed.store(session)
        session.commit()
    yield url
    postgresql_databases.drop(url)


def waits_for_a_lock(url: str, sign: str) -> None:
    """Return when a connection waits for a lock in such a statement."""
    waiting = (
        "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        " AND datname = current_database() AND query LIKE %s"
    )
    deadline = time.monotonic() + 20
    with psycopg.connect(url, autocommit=True) as connection:
        while not connection.execute(waiting, [f"%{sign}%"]).fetchone():
            assert time.monotonic() < deadline, f"nothing waits in {sign}"
            time.sleep(0.02)


def write(url: str, statement: str) -> None:
    """Write as the service does: who waits five seconds for a lock is refused."""
    with psycopg.connect(url) as connection:
        connection.execute("SET LOCAL lock_timeout = '5s'")
        connection.execute(statement)


def test_indexes_are_built_while_others_write(url: str, with_another: Path) -> None:
    script = with_another / "versions" / "9999_another.py"
    made = [f'    op.create_index("ix_comments_{name}", "comments", ["depth"])' for name in ("later", "left")]
    head = script.read_text().partition("def upgrade")[0]
    script.write_text("\n".join([head, "def upgrade():", *made]))
    # In this order, so that a failure lets go of the table before it waits for the other thread.
    with ThreadPoolExecutor() as beside, psycopg.connect(url) as holder:
        # What a build that was ended half way leaves behind.
        holder.execute("CREATE INDEX ix_comments_left ON comments (thread_id)")
        holder.execute(
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ix_comments_left'::regclass"
        )
        holder.commit()
        holder.execute("LOCK TABLE comments IN ROW EXCLUSIVE MODE")
        migrating = beside.submit(migrate_now, url, scripts=with_another)
        waits_for_a_lock(url, "CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_comments_later")

        write(url, COUNT)

        assert not migrating.done()
        holder.commit()
        migrated = migrating.result(60)
        invalid = holder.execute("SELECT count(*) FROM pg_index WHERE NOT indisvalid").fetchone()

    assert migrated.before == "older"
    assert state(url, scripts=with_another) == "current"
    assert invalid == (0,)


def test_a_step_that_cannot_have_its_table_lets_writers_through(url: str, with_another: Path) -> None:
    with ThreadPoolExecutor() as beside, psycopg.connect(url) as holder:
        holder.execute("LOCK TABLE sites IN ROW EXCLUSIVE MODE")
        migrating = beside.submit(migrate_now, url, scripts=with_another)
        waits_for_a_lock(url, "ALTER TABLE sites")

        write(url, "UPDATE sites SET version = version + 1")

        assert not migrating.done()
        holder.commit()
        migrating.result(60)
    assert state(url, scripts=with_another) == "current"


def long_locks(source: str) -> list[str]:
    """Return which calls of a migration would keep writers from a large table for as long as it is large."""
    (upgrade,) = (
        node
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef) and node.name == "upgrade"
    )
    calls = [node for node in ast.walk(upgrade) if isinstance(node, ast.Call)]
    found, changed = [], False
    for call in sorted(calls, key=lambda call: call.lineno):
        if not (isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value) == "op"):
            continue
        name, words = call.func.attr, {word.value for word in call.args if isinstance(word, ast.Constant)}
        about_large = bool(words & LARGE) or any(table in str(words) for table in LARGE)
        is_late = name == "create_index" and changed
        by_hand = name == "execute" and "INDEX" in str(words).upper()
        if about_large and (is_late or by_hand or name in REWRITES):
            found.append(f"line {call.lineno}: {name}")
        changed = changed or name not in {"create_index", "get_bind", "get_context"}
    return found


@pytest.mark.parametrize(
    ("upgrade", "faults"),
    [
        ('op.create_index("a", "comments", ["id"]); op.create_table("notes")', []),
        ('op.create_table("notes"); op.create_index("a", "notes", ["id"])', []),
        ('op.create_table("notes"); op.create_index("a", "comments", ["id"])', ["line 1: create_index"]),
        ('op.execute("CREATE INDEX a ON comments (id)")', ["line 1: execute"]),
        ('op.alter_column("comments", "html", type_=sa.Text())', ["line 1: alter_column"]),
    ],
)
def test_what_holds_writers_up_is_known(upgrade: str, faults: list[str]) -> None:
    assert long_locks(f"def upgrade(): {upgrade}") == faults


def test_no_migration_holds_writers_up() -> None:
    """Indexes of large tables come first in their step, where they are built beside the writers."""
    later = [path for path in SCRIPTS.glob("versions/*.py") if not path.name.startswith("0001")]

    assert {path.name: found for path in later if (found := long_locks(path.read_text()))} == {}
