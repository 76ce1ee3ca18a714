"""Programs that serve their pages themselves, and the database they want: they end with the trial."""

import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx2 as httpx

from tests.guides.building import run, system_program

START_SECONDS = 240.0


@contextmanager
def mariadb(folder: Path) -> Iterator[Path]:
    """Run a MariaDB with an empty database `trains`, which listens on the socket given and nowhere else."""
    program = system_program("mariadbd", "mariadb-server")
    data, socket = folder / "data", folder / "sock"
    as_we_are = ["--no-defaults", f"--datadir={data}", "--user=root"]
    run(folder, "mariadb-install-db", *as_we_are, "--auth-root-authentication-method=normal")
    with running([program, *as_we_are, f"--socket={socket}", "--skip-networking"], folder):
        wait_for(socket.exists, "MariaDB")
        run(folder, "mariadb", "--no-defaults", f"--socket={socket}", "--execute=CREATE DATABASE trains")
        yield socket


@contextmanager
def running(command: list[str], folder: Path, environment: Mapping[str, str] | None = None) -> Iterator[None]:
    """Run a program until the block ends; what it prints is in a file of its own."""
    with (folder / "output.log").open("w") as output:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
    try:
        yield
    finally:
        process.terminate()
        process.wait(START_SECONDS)


def answers(url: str) -> bool:
    try:
        return httpx.get(url).status_code == 200
    except httpx.TransportError:
        return False


def wait_for(ready: Callable[[], bool], name: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not ready():
        assert time.monotonic() < deadline, f"{name} did not start"
        time.sleep(0.1)
