"""Migrations: up, down and up again, alone and in a crowd, and what is known of a database before."""

import asyncio
import re
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, PrimaryKeyConstraint, Table, Text, UniqueConstraint, inspect, text
from sqlalchemy.orm import Session

from comments import schema
from comments.storage import (
    StorageMismatch,
    has_statistics,
    migrate,
    migrate_now,
    open_database,
    state,
)
from comments.storage.migrating import alembic_config, connected
from comments.storage.revisions import PACKAGE, SCRIPTS, newest, revisions

COMPARED = {
    "compare_type": True,
    "include_name": lambda name, kind, parents: not (kind == "table" and "_fts" in (name or "")),
    # Alembic looks for it on SQLite too, which has its own; the letters of it are compared below.
    "include_object": lambda item, name, *others: name != "ix_comment_terms",
}
OF_POSTGRESQL = """
    SELECT concat_ws(' ', table_name, column_name, data_type, is_nullable, collation_name, column_default)
    FROM information_schema.columns WHERE table_schema = 'public'
    UNION SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION SELECT concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid))
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace
"""
# Triggers and the full-text index are the migrations' alone.
OF_SQLITE = """
    SELECT tbl_name, sql FROM sqlite_schema
    WHERE sql IS NOT NULL AND type IN ('table', 'index') AND tbl_name NOT LIKE '%\\_fts%' ESCAPE '\\'
"""
ANOTHER = """
import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "NEWEST"

def upgrade():
    with op.batch_alter_table("sites") as sites:
        sites.add_column(sa.Column("motto", sa.Text))

def downgrade():
    with op.batch_alter_table("sites") as sites:
        sites.drop_column("motto")
"""


def tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names()) - {"alembic_version"}


def what_is_there(connection: Connection) -> set[str]:
    """Return columns, constraints and indexes in the database's own words, conditions and collations too."""
    if connection.dialect.name == "postgresql":
        words = set(connection.execute(text(OF_POSTGRESQL)).scalars())
    else:
        words = {
            # A table that was built anew has quotes around its name.
            f"{table} {line.strip().removesuffix(',')}".replace('"', "")
            for table, made in connection.execute(text(OF_SQLITE))
            # A column that was added later stands on the line of the one before it.
            for line in re.sub(r", (?=\w+ [A-Z]+)", "\n", made).splitlines()
        }
    return {line for line in words if "alembic_version" not in line}


@pytest.fixture
def with_another(tmp_path: Path) -> Path:
    """This release's migrations and one more, as a later release would have."""
    later = tmp_path / "later"
    shutil.copytree(SCRIPTS, later, ignore=shutil.ignore_patterns("__pycache__"))
    newest = ScriptDirectory.from_config(alembic_config()).get_current_head() or ""
    (later / "versions" / "9999_another.py").write_text(ANOTHER.replace("NEWEST", newest))
    return later


async def execute(url: str, *statements: str) -> None:
    database = await open_database(url)
    for statement in statements:
        await database.write(Session.execute, text(statement))
    await database.close()


def test_the_migrations_make_what_the_models_say(database_url: str) -> None:
    with connected(database_url) as connection:
        context = MigrationContext.configure(connection, opts=COMPARED)

        assert compare_metadata(context, schema.metadata) == []


def test_the_same_to_the_letter(database_url: str) -> None:
    """Alembic compares neither the conditions of indexes nor collations nor the names of all constraints."""
    with connected(database_url) as connection:
        migrated = what_is_there(connection)
        schema.metadata.drop_all(connection)
        schema.metadata.create_all(connection)
        from_models = what_is_there(connection)

    assert migrated == from_models
    assert len(migrated) > 100


def test_the_files_say_the_revisions_that_alembic_finds() -> None:
    known = ScriptDirectory.from_config(alembic_config())

    assert newest(SCRIPTS) == known.get_current_head()
    assert revisions(SCRIPTS) == {
        script.revision: script.down_revision or "" for script in known.walk_revisions()
    }


def test_every_constraint_and_index_has_a_name() -> None:
    nameless = [
        f"{table.name}: {item}"
        for table in schema.metadata.tables.values()
        for item in [*table.constraints, *table.indexes]
        if not getattr(item, "name", None)
    ]

    assert nameless == []


def test_text_that_is_sorted_or_unique_has_a_collation_of_its_own() -> None:
    """The tests' PostgreSQL sorts by code point anyway and would hide the fault."""
    by_locale = [
        f"{table.name}.{column.name}"
        for table in schema.metadata.tables.values()
        for column in keys_of(table)
        if type(column.type) is Text
    ]

    assert by_locale == []


def keys_of(table: Table) -> list[Any]:
    keys = [item for item in table.constraints if isinstance(item, PrimaryKeyConstraint | UniqueConstraint)]
    return [column for item in [*keys, *table.indexes] for column in item.columns]


def test_each_migration_but_the_first_goes_up_down_and_up(unmigrated_url: str, with_another: Path) -> None:
    scripts = ScriptDirectory.from_config(alembic_config(scripts=with_another))
    first, *others = reversed([script.revision for script in scripts.walk_revisions()])
    with connected(unmigrated_url) as connection:
        config = alembic_config(connection, scripts=with_another)
        command.upgrade(config, first)
        for revision in others:
            command.upgrade(config, revision)
            after = what_is_there(connection)
            command.downgrade(config, "-1")
            command.upgrade(config, revision)
            assert what_is_there(connection) == after


async def test_a_database_from_before_the_first_release_is_left_alone(database_url: str) -> None:
    await execute(database_url, "UPDATE alembic_version SET version_num = '0040'")

    assert state(database_url) == "unreleased"
    with pytest.raises(StorageMismatch, match="comments export --site SITE FILE"):
        await migrate(database_url)


async def test_an_empty_database_becomes_current(unmigrated_url: str) -> None:
    assert state(unmigrated_url) == "empty"

    first, again = await migrate(unmigrated_url), await migrate(unmigrated_url)

    assert (first.before, first.copy) == ("empty", None)
    assert (again.before, again.copy, again.revision) == ("current", None, first.revision)
    assert state(unmigrated_url) == "current"


def test_looking_at_a_file_that_is_not_there_does_not_make_it(tmp_path: Path) -> None:
    assert state(f"sqlite:///{tmp_path / 'comments.db'}") == "empty"
    assert [*tmp_path.iterdir()] == []


async def test_a_database_of_something_else_is_left_alone(unmigrated_url: str) -> None:
    await execute(unmigrated_url, "CREATE TABLE customers (id INTEGER)")

    assert state(unmigrated_url) == "foreign"
    with pytest.raises(StorageMismatch, match="something else") as refusal:
        await migrate(unmigrated_url)
    with connected(unmigrated_url) as connection:
        assert tables(connection) == {"customers"}
    assert refusal.value.code == "storage-mismatch"


async def test_a_database_of_a_newer_release_is_left_alone(database_url: str, with_another: Path) -> None:
    migrate_now(database_url, scripts=with_another)

    assert state(database_url) == "newer"
    with pytest.raises(StorageMismatch, match="newer release"):
        await migrate(database_url)


async def test_an_older_database_keeps_its_rows_and_what_refers_to_them(
    database_url: str, with_another: Path
) -> None:
    """On SQLite a changed table is built anew, and the old one's end must not take its children along."""
    site = "INSERT INTO sites VALUES ({}, 'blog', '[]', '{{}}', 1, {})"
    account = "INSERT INTO accounts (id, email, name, created_at) VALUES ({}, 'a@example.org', 'A', {})"
    columns = "account_id, site_id, role, created_at"
    member = f"INSERT INTO memberships ({columns}) VALUES ({{0}}, {{0}}, 'owner', {{1}})"
    one, now = ("'" + "0" * 31 + "1'", "now()" if database_url.startswith("postgresql") else "1")
    await execute(database_url, *(row.format(one, now) for row in (site, account, member)))
    assert state(database_url, scripts=with_another) == "older"

    migrated = migrate_now(database_url, scripts=with_another)

    assert (migrated.before, migrated.revision) == ("older", "9999")
    with connected(database_url) as connection:
        assert connection.execute(text("SELECT role FROM memberships")).scalars().all() == ["owner"]
        assert connection.execute(text("SELECT motto FROM sites")).scalars().all() == [None]


def test_a_sqlite_file_is_copied_before(tmp_path: Path, with_another: Path) -> None:
    url = f"sqlite:///{tmp_path / 'comments.db'}"
    migrate_now(url)

    migrated = migrate_now(url, scripts=with_another)

    assert migrated.copy == tmp_path / "comments-before-9999.db"
    assert state(f"sqlite:///{migrated.copy}") == "current"
    assert state(url, scripts=with_another) == "current"


def test_statistics_that_know_nothing_of_new_indexes_are_taken_away(tmp_path: Path) -> None:
    file = tmp_path / "comments.db"
    url = f"sqlite:///{file}"
    migrate_now(url)
    with closing(sqlite3.connect(file, isolation_level=None)) as shell:
        shell.execute("INSERT INTO installation_facts (name, value) VALUES ('a', 'b')")
        shell.execute("ANALYZE")
    assert has_statistics(url)

    migrate_now(url)

    assert not has_statistics(url)


async def test_the_copy_is_the_way_back(tmp_path: Path, with_another: Path) -> None:
    """Step by step as docs/how-to/operate.md says."""
    file = tmp_path / "comments.db"
    url = f"sqlite:///{file}"
    migrate_now(url)
    copy = migrate_now(url, scripts=with_another).copy
    assert copy is not None
    for left in ("-wal", "-shm"):
        file.with_name(file.name + left).unlink(missing_ok=True)
    copy.rename(file)

    await execute(url, "DELETE FROM sites")

    assert state(url) == "current"


def test_a_migration_that_fails_leaves_all_as_it_was(database_url: str, with_another: Path) -> None:
    script = with_another / "versions" / "9999_another.py"
    script.write_text(
        script.read_text().replace("def downgrade", "    raise RuntimeError('half way')\n\ndef downgrade")
    )

    with pytest.raises(RuntimeError, match="half way"):
        migrate_now(database_url, scripts=with_another)

    assert state(database_url) == "current"
    with connected(database_url) as connection:
        assert "motto" not in {column["name"] for column in inspect(connection).get_columns("sites")}


def test_a_migration_that_leaves_orphans_is_undone(tmp_path: Path) -> None:
    path = tmp_path / "comments.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        file.execute("CREATE TABLE parents (id INTEGER PRIMARY KEY)")
        file.execute("CREATE TABLE children (parent INTEGER REFERENCES parents ON DELETE CASCADE)")
        file.execute("INSERT INTO parents VALUES (7)")
        file.execute("INSERT INTO children VALUES (7)")

    with (
        pytest.raises(RuntimeError, match="a row of children without its row of parents"),
        connected(f"sqlite:///{path}") as connection,
    ):
        Operations(MigrationContext.configure(connection)).execute("DELETE FROM parents")

    with closing(sqlite3.connect(path)) as file:
        assert file.execute("SELECT * FROM children JOIN parents ON id = parent").fetchall() == [(7, 7)]


@pytest.mark.slow
async def test_processes_that_start_together_migrate_once(unmigrated_url: str) -> None:
    program = "import sys; from comments.storage import migrate_now; print(migrate_now(sys.argv[1]).before)"

    async def migrate_in_a_process() -> str:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", program, unmigrated_url, stdout=asyncio.subprocess.PIPE
        )
        output, _ = await process.communicate()
        return output.decode().strip()

    found = await asyncio.gather(*(migrate_in_a_process() for _ in range(4)))

    assert sorted(found) == ["current", "current", "current", "empty"]


def test_every_index_says_what_it_is_for() -> None:
    for path in PACKAGE.rglob("*models.py"):
        text_of_file = path.read_text()
        for made in re.finditer(r"^ *(?:Index|partial_index|index_with)\(", text_of_file, re.MULTILINE):
            above = text_of_file[: made.start()].rsplit("\n\n", 1)[-1].splitlines()[-3:]
            assert any(line.lstrip().startswith("#") for line in above), f"{path.name}: {made.group()}"
