"""Databases of one PostgreSQL server for tests: made from a template, then emptied and used again.

The first connection to a new database costs a third of a second of processor time, as PostgreSQL reads its
own catalog anew. One that is as it was made, but for rows, is emptied instead: that takes a tenth of it.
"""

import itertools
from dataclasses import dataclass, field
from typing import LiteralString
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

MOST_USES = 25
"""Deleted rows stay in the files, and what PostgreSQL thinks of a table's size with them."""

# What a test may have changed beside rows: tables, columns, indexes, triggers, statistics, settings.
SHAPE = """
SELECT (SELECT hashtext(string_agg(concat(oid, ' ', relfilenode, ' ', relnatts), ',' ORDER BY oid))
          FROM pg_class WHERE relnamespace = 'public'::regnamespace),
       (SELECT count(*) FROM pg_statistic),
       (SELECT count(*) FROM pg_trigger),
       (SELECT count(*) FROM pg_proc),
       (SELECT count(*) FROM pg_db_role_setting),
       (SELECT count(*) FROM pg_publication)
"""
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
USED_SEQUENCES = """
SELECT format('%I.%I', schemaname, sequencename), start_value FROM pg_sequences WHERE last_value IS NOT NULL
"""


@dataclass
class Used:
    """A migrated database of this worker: `shape` and `rows` are those that it was made with."""

    name: str
    shape: tuple[object, ...]
    rows: dict[str, str]
    uses: int = field(default=1)


class PostgresqlPool:
    """Gives databases of one's own, each like the template or empty."""

    def __init__(self, server_url: str, template: str, prefix: str) -> None:
        self.server_url = server_url
        self.template = template
        self.prefix = prefix
        self.numbers = itertools.count()
        self.connection = psycopg.connect(with_database(server_url, "postgres"), autocommit=True)
        self.lent: dict[str, Used] = {}
        self.free: list[Used] = []

    def create(self, *, migrated: bool) -> str:
        """Return the URL of a database that nobody else uses."""
        if migrated and self.free:
            used = self.free.pop()
            used.uses += 1
            self.lent[used.name] = used
            return self.url(used.name)
        name = f"{self.prefix}{next(self.numbers)}"
        # Copying files is quicker than the default, which writes the copy to the log.
        template = self.template if migrated else "template0"
        self.execute("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", name, template)
        if migrated:
            with self.connected(name) as database:
                self.lent[name] = Used(name, shape_of(database), rows_of(database))
        return self.url(name)

    def drop(self, url: str) -> None:
        """Take a database back: end what is connected, empty it, or remove it if more than rows changed."""
        name = urlsplit(url).path.removeprefix("/")
        used = self.lent.pop(name, None)
        self.connection.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = %s", [name]
        )
        if used is not None and used.uses < MOST_USES and self.emptied(used):
            self.free.append(used)
        else:
            self.execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def emptied(self, used: Used) -> bool:
        """Remove all rows that the template has not; return whether the database is like new."""
        with self.connected(used.name) as database:
            if shape_of(database) != used.shape:
                return False
            # Without the order that foreign keys ask for, and without triggers.
            database.execute("SET session_replication_role = replica")
            for table in filled_tables(database):
                if table not in used.rows:
                    database.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
            for sequence, start in database.execute(USED_SEQUENCES).fetchall():
                database.execute("SELECT setval(%s::regclass, %s, false)", [sequence, start])
            return rows_of(database) == used.rows

    def connected(self, name: str) -> psycopg.Connection:
        return psycopg.connect(self.url(name), autocommit=True)

    def execute(self, statement: LiteralString, *names: str) -> None:
        self.connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def url(self, name: str) -> str:
        return with_database(self.server_url, name)

    def close(self) -> None:
        self.connection.close()


def with_database(url: str, name: str) -> str:
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def shape_of(database: psycopg.Connection) -> tuple[object, ...]:
    found = database.execute(SHAPE).fetchone()
    assert found is not None
    return found


def filled_tables(database: psycopg.Connection) -> list[str]:
    tables = [name for (name,) in database.execute(TABLES).fetchall()]
    asked = [
        sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})").format(sql.Literal(table), sql.Identifier(table))
        for table in tables
    ]
    return [name for (name,) in database.execute(sql.SQL(" UNION ALL ").join(asked)).fetchall()]


def rows_of(database: psycopg.Connection) -> dict[str, str]:
    """Return what stands in each table that is not empty, as text."""
    whole = sql.SQL("SELECT string_agg(row::text, ',' ORDER BY row::text) FROM {} AS row")
    found = {}
    for table in filled_tables(database):
        row = database.execute(whole.format(sql.Identifier(table))).fetchone()
        found[table] = row[0] if row else ""
    return found
