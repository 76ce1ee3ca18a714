"""What a process that serves has in memory when nobody has asked for anything yet."""

import os
import signal
import subprocess
import sys

from comments.storage import migrate_now
from tests.support.live import Installation
from tests.support.ports import free_port

LATER = (
    "alembic",
    "asyncpg",
    "babel",
    "bleach",
    "jinja2",
    "markdown_it",
    "prometheus_client",
    "psycopg",
    "pygments.lexers",
    "redis",
    "rich",
    "segno",
    "smtplib",
    "sqlalchemy.dialects.postgresql",
    "xml.etree",
)
"""Packages of some weight, each for something that many processes are never asked for."""

PROGRAM = f"""
import atexit, sys
from comments.cli import run
atexit.register(lambda: print(*sys.modules.keys() & {set(LATER)}))
run(["serve"])
"""


def test_what_few_ask_for_is_not_imported_at_the_start(fresh: Installation) -> None:
    fresh.data_folder.mkdir()
    migrate_now(f"sqlite:///{fresh.data_folder / 'comments.db'}")
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        env={**fresh.environment(COMMENTS_PORT=str(free_port())), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    with process:
        ready = process.stdout.readline()
        os.kill(process.pid, signal.SIGTERM)
        imported = process.stdout.read()

    assert "Comments is ready" in ready
    assert imported.split() == []
