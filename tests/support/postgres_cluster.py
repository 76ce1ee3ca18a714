"""A PostgreSQL server of a test's own, which can be away for a while, and its replica."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import psycopg
import pytest

from tests.support.ports import free_port
from tests.support.postgres_server import new_cluster, serving, start, unprivileged_account


class Cluster:
    """A server with a replica, each of which can be away for a while."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.programs = new_cluster(home)
        self.ports = {"cluster": free_port(), "copy": free_port()}

    def running(self, name: str = "cluster") -> AbstractContextManager[None]:
        return serving(self.home, self.programs, self.home / name, self.ports[name])

    def url(self, name: str = "cluster") -> str:
        return f"postgresql://postgres:trusted@127.0.0.1:{self.ports[name]}/postgres"

    def make_copy(self) -> None:
        program, target = self.programs / "pg_basebackup", str(self.home / "copy")
        options = ["--write-recovery-conf", "--checkpoint=fast", "--no-sync"]
        options += ["--pgdata", target, "--dbname", self.url()]
        done = start(unprivileged_account(), self.home, program, *options)
        assert done.wait() == 0

    def tell_copy(self, statement: str) -> None:
        with psycopg.connect(self.url("copy"), autocommit=True) as connection:
            connection.execute(statement)


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    home = Path(tempfile.mkdtemp(prefix="comments-own-"))
    yield Cluster(home)
    shutil.rmtree(home, ignore_errors=True)
