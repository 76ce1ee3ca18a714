"""Databases for tests, one of its own for each: copies of a template that was migrated once."""

import asyncio
import fcntl
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg import sql

from tests.support.postgres_pool import PostgresqlPool, with_database

SERVER_URL_VARIABLE = "COMMENTS_TEST_POSTGRES_URL"
SERVER_SECONDS = 90.0
ROOT = Path(__file__).parents[2]
# A server from outside may serve several test runs at once. Workers of pytest-xdist inherit the environment.
RUN_PREFIX = f"comments_test_{os.environ.setdefault('COMMENTS_TEST_RUN', uuid4().hex[:8])}_"


@contextmanager
def locked(path: Path, kind: int = fcntl.LOCK_EX) -> Iterator[None]:
    """Hold a lock on a file; other processes of this test run wait."""
    with path.open("w") as file:
        fcntl.flock(file, kind)
        yield


@contextmanager
def postgresql_server(run_folder: Path) -> Iterator[str]:
    """Give a URL, whose database does not count, of the environment's server or else of this run's own.

    The first user starts it, the last one's end ends it (see postgres_server.py).
    """
    given = os.environ.get(SERVER_URL_VARIABLE)
    if given:
        yield given
        return
    folder = run_folder / "postgresql"
    folder.mkdir(exist_ok=True)
    with locked(folder / "users.lock", fcntl.LOCK_SH):
        with locked(folder / "start.lock"):
            if not (folder / "url").exists():
                start_server(folder)
        yield (folder / "url").read_text()


def start_server(folder: Path) -> None:
    command = [sys.executable, "-m", "tests.support.postgres_server", str(folder)]
    log = folder / "log"
    with log.open("w") as output:
        # A session of its own: Ctrl+C in the terminal must not end the server before the tests' clean-up.
        server = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )
    deadline = time.monotonic() + SERVER_SECONDS
    while not (folder / "url").exists():
        if server.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"PostgreSQL for the tests did not start:\n{log.read_text()}")
        time.sleep(0.02)
    # It outlives this process on purpose; without this, Python warns about a child that nobody waited for.
    server.returncode = 0


class PostgresqlDatabases(PostgresqlPool):
    """This worker's databases on the run's server."""

    def __init__(self, server_url: str, run_folder: Path, worker: str) -> None:
        super().__init__(server_url, f"{RUN_PREFIX}template", f"{RUN_PREFIX}{worker}_")
        self.run_folder = run_folder

    def create(self, *, migrated: bool) -> str:
        if migrated:
            self.prepare_template()
        return super().create(migrated=migrated)

    def prepare_template(self) -> None:
        ready = self.run_folder / "postgresql.migrated"
        if ready.exists():
            return
        with locked(self.run_folder / "postgresql.migrating"):
            if not ready.exists():
                self.execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.template)
                self.execute("CREATE DATABASE {} TEMPLATE template0", self.template)
                migrate_in_a_process_of_its_own(self.url(self.template))
                ready.touch()


def drop_all_of_this_run() -> None:
    """Leave nothing on a server from outside; one of this run's own goes as a whole."""
    given = os.environ.get(SERVER_URL_VARIABLE)
    if not given:
        return
    with psycopg.connect(with_database(given, "postgres"), autocommit=True) as server:
        mine = "SELECT datname FROM pg_database WHERE starts_with(datname, %s)"
        for (name,) in server.execute(mine, [RUN_PREFIX]).fetchall():
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def sqlite_copy(run_folder: Path, folder: Path) -> str:
    """Return the URL of a migrated SQLite file in `folder`, copied from the run's template."""
    template = run_folder / "template.db"
    if not template.exists():
        with locked(run_folder / "sqlite.migrating"):
            if not template.exists():
                unfinished = run_folder / "unfinished.db"
                migrate_in_a_process_of_its_own(f"sqlite:///{unfinished}")
                unfinished.rename(template)
    path = folder / "comments.db"
    shutil.copyfile(template, path)
    return f"sqlite:///{path}"


def migrate_in_a_process_of_its_own(url: str) -> None:
    """Bring an empty database to head; apart from this process, whose event loop may be running."""
    script = f"import sys; from {__name__} import migrate_now; migrate_now(sys.argv[1])"
    done = subprocess.run(
        [sys.executable, "-c", script, url], cwd=ROOT, check=False, capture_output=True, text=True
    )
    if done.returncode != 0:
        raise RuntimeError(f"The migrations failed:\n{done.stderr}")


def migrate_now(url: str) -> None:
    from comments.storage import migrate

    asyncio.run(migrate(url))
