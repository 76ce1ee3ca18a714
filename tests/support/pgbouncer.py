"""PgBouncer in transaction mode, before a PostgreSQL of the tests."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from tests.support.debian import debian_program
from tests.support.ports import free_port
from tests.support.postgres_server import START_SECONDS, start, unprivileged_account

# Fewer connections to the server than any client holds: whoever relies on a connection's state is found out.
# No start-up parameter is let through but those that PgBouncer carries itself.
SETTINGS = """
[databases]
* = host={host} port={server_port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = trust
auth_file = {users}
pool_mode = transaction
default_pool_size = 3
max_client_conn = 400
logfile = {log}
"""


@contextmanager
def pooled(server_url: str) -> Iterator[str]:
    """Run PgBouncer before the server and give the URL of the same database through it."""
    program = debian_program("pgbouncer", "pgbouncer")
    parts = urlsplit(server_url)
    account = unprivileged_account()
    home = Path(tempfile.mkdtemp(prefix="comments-pgbouncer-"))
    try:
        port = free_port()
        configuration = home / "pgbouncer.ini"
        users = home / "users.txt"
        users.write_text(f'"{parts.username}" "{parts.password or ""}"\n')
        configuration.write_text(
            SETTINGS.format(
                host=parts.hostname, server_port=parts.port, port=port, users=users, log=home / "log"
            )
        )
        program = program.readable_in(home)
        if account:
            home.chmod(0o755)
            os.chown(home, account.pw_uid, account.pw_gid)
        process = start(
            account, home, program.path, "--quiet", configuration, environment=program.environment()
        )
        try:
            url = parts._replace(netloc=f"{parts.username}:{parts.password}@127.0.0.1:{port}").geturl()
            wait_until_it_answers(process, url)
            yield url
        finally:
            process.terminate()
            process.wait()
    finally:
        shutil.rmtree(home, ignore_errors=True)


def wait_until_it_answers(process: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            psycopg.connect(url, connect_timeout=5).close()
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return
