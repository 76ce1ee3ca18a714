"""Who is measured: how each is built, started with so many processes, and asked."""

import http.client
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import brotli

from tests.bench.processes import started
from tests.bench.requests import HOST, get
from tests.bench.seeding import SECRET
from tests.support.ports import free_port

OURS, ISSO, BARE = "Comments", "Isso", "bare Starlette"
ISSO_PACKAGES = ("isso==0.14.0", "gunicorn==27.0.1")
ROOT = Path(__file__).parents[2]
BUILT = ROOT / ".bench"
"""What is kept from one run to the next: environments of others."""

START_SECONDS = 60


class CannotBuild(Exception):
    """A contestant cannot be had here; the message says why."""


@dataclass(frozen=True, slots=True)
class Contestant:
    """A running server."""

    name: str
    workers: int
    port: int
    process: int


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with its body as a reader sees it; `size` is what of it went over the wire."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    sent: bytes
    seconds: float

    @property
    def size(self) -> int:
        return len(self.sent)


def build_isso() -> Path:
    """Return the folder of Isso's programs, in an environment of its own. Raises CannotBuild."""
    return environment("isso", ISSO_PACKAGES)


def environment(name: str, packages: Sequence[str]) -> Path:
    """Return the folder of programs of an environment with such packages, made once. Raises CannotBuild."""
    home = BUILT / name
    marker = home / "packages"
    if marker.exists() and marker.read_text() == repr(packages):
        return home / "bin"
    shutil.rmtree(home, ignore_errors=True)
    uv = ROOT / ".boot" / "uv" / "bin" / "uv"
    python = str(home / "bin" / "python")
    steps = [
        [str(uv), "venv", "--quiet", "--python", sys.executable, str(home)],
        [str(uv), "pip", "install", "--quiet", "--python", python, *packages],
    ]
    for step in steps:
        try:
            done = subprocess.run(step, check=False, capture_output=True, text=True, timeout=180)
        except (OSError, subprocess.TimeoutExpired) as fault:
            raise CannotBuild(f"its package could not be installed ({type(fault).__name__})") from None
        if done.returncode:
            raise CannotBuild("its package could not be installed: " + done.stderr.strip().splitlines()[-1])
    marker.write_text(repr(packages))
    return home / "bin"


def make_isso_database(programs: Path, database: Path) -> None:
    """Let Isso make its tables."""
    settings = _isso_settings(database)
    code = "import sys; from isso import config, db; c = config.load(config.default_file(), sys.argv[1])"
    code += "; db.SQLite3(c.get('general', 'dbpath'), c)"
    subprocess.run([str(programs / "python"), "-c", code, str(settings)], check=True, capture_output=True)


@contextmanager
def comments(folder: Path, workers: int, database_url: str | None = None) -> Iterator[Contestant]:
    """Run `comments serve` on a data folder, on its SQLite file unless another database is given."""
    port = free_port()
    environment = {
        "COMMENTS_DATA_DIR": str(folder),
        "COMMENTS_PORT": str(port),
        "COMMENTS_WORKERS": str(workers),
        "COMMENTS_SECRET_KEY": SECRET,
        "COMMENTS_RATE_LIMITS": "off",
        "COMMENTS_LOG_LEVEL": "warning",
    }
    if database_url is not None:
        environment["COMMENTS_DATABASE_URL"] = database_url
    command = [sys.executable, "-m", "comments", "serve"]
    with started(command, folder / "serve.log", environment, ROOT) as process:
        yield answering(OURS, workers, port, process, get("/healthz"), folder / "serve.log")


@contextmanager
def isso(programs: Path, database: Path, workers: int) -> Iterator[Contestant]:
    """Run Isso as its documentation says: gunicorn with so many workers, loaded before they are forked."""
    port, log = free_port(), database.with_suffix(".log")
    environment = {"ISSO_SETTINGS": str(_isso_settings(database))}
    # gunicorn ends a worker after 30 seconds, and 10,000 comments may take it longer.
    how = ["-b", f"{HOST}:{port}", "-w", str(workers), "--preload", "--timeout", "180"]
    command = [str(programs / "gunicorn"), *how, "isso.run:application"]
    with started(command, log, environment, database.parent) as process:
        yield answering(ISSO, workers, port, process, get("/info"), log)


@contextmanager
def bare(answers: Path, workers: int) -> Iterator[Contestant]:
    """Run the route that returns what is in the file `answers`, by uvicorn alone."""
    port, log = free_port(), answers.with_suffix(".log")
    command = [sys.executable, "-m", "uvicorn", "--factory", "tests.bench.bare:create_app"]
    command += ["--host", HOST, "--port", str(port), "--workers", str(workers)]
    command += ["--http", "httptools", "--loop", "uvloop", "--ws", "none"]
    command += ["--no-access-log", "--log-level", "error"]
    with started(command, log, {"BARE_ANSWERS": str(answers)}, ROOT) as process:
        yield answering(BARE, workers, port, process, get("/ready"), log)


def ask(port: int, request: bytes) -> Answer:
    """Send one request and return the answer."""
    began = time.perf_counter()
    with socket.create_connection((HOST, port), timeout=180) as connection:
        connection.sendall(request)
        response = http.client.HTTPResponse(connection)
        response.begin()
        sent = response.read()
    taken = time.perf_counter() - began
    headers = {name.lower(): value for name, value in response.getheaders()}
    packed = sent and headers.get("content-encoding") == "br"
    body = brotli.decompress(sent) if packed else sent
    return Answer(response.status, headers, body, sent, taken)


def _isso_settings(database: Path) -> Path:
    """Write the least that Isso needs to run here; without its guard, which allows two posts a minute."""
    settings = database.with_suffix(".cfg")
    settings.write_text(
        f"[general]\ndbpath = {database}\nhost = http://localhost/\n[guard]\nenabled = false\n"
    )
    return settings


def answering(
    name: str, workers: int, port: int, process: subprocess.Popen[bytes], request: bytes, log: Path
) -> Contestant:
    """Wait until a process that was started answers. Raises RuntimeError with the end of its log."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            ask(port, request)
        except (OSError, http.client.HTTPException):
            time.sleep(0.02)
        else:
            return Contestant(name, workers, port, process.pid)
    raise RuntimeError(f"{name} did not start:\n{log.read_text()[-2_000:]}")
