"""The real program on data of its own: `comments` commands, and `comments serve` as a process to kill."""

import contextlib
import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.support.ports import free_port

START_SECONDS = 60.0
STOP_SECONDS = 20.0
COMMENTS = (sys.executable, "-m", "comments")


@dataclass(frozen=True, slots=True)
class LiveService:
    """A running `comments serve`."""

    base_url: str
    process: subprocess.Popen[bytes]
    log: Path

    def kill(self) -> None:
        """End it and its workers as `kill -9` does: no clean-up, no warning."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """End it as a service manager does; a shutdown that takes longer than twenty seconds is a fault."""
        if self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"comments serve did not stop:\n{self.log.read_text()}") from None


@dataclass(frozen=True, slots=True)
class Installation:
    """A data folder with its database, and the program run on it; `settings` are environment variables."""

    data_folder: Path
    database_url: str | None = None
    settings: Mapping[str, str] = field(default_factory=dict)

    def environment(self, **more: str) -> dict[str, str]:
        own = {"COMMENTS_DATA_DIR": str(self.data_folder)}
        if self.database_url:
            own["COMMENTS_DATABASE_URL"] = self.database_url
            own["COMMENTS_SECRET_KEY"] = "not-secret-only-for-tests-0123456789abcdef"
        outside = {name: value for name, value in os.environ.items() if not name.startswith("COMMENTS_")}
        return {**outside, **own, **self.settings, **more}

    def attempt(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run `comments …` to its end, whatever that is."""
        return subprocess.run(
            [*COMMENTS, *arguments],
            env=self.environment(),
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )

    def run(self, *arguments: str, stdin: str = "") -> str:
        """Run `comments …`, which must succeed, and return what it printed."""
        done = self.attempt(*arguments, stdin=stdin)
        assert done.returncode == 0, f"comments {' '.join(arguments)}: {done.stderr}{done.stdout}"
        return done.stdout

    @contextmanager
    def serving(
        self, *, command: str = "serve", workers: int = 1, port: int | None = None
    ) -> Iterator[LiveService]:
        """Run `comments serve` (or `demo`) until the block ends; it answers when the block begins."""
        port = port or free_port()
        environment = self.environment(COMMENTS_PORT=str(port), COMMENTS_WORKERS=str(workers))
        self.data_folder.mkdir(parents=True, exist_ok=True)
        log = self.data_folder.parent / f"{self.data_folder.name}-{port}.log"
        with log.open("w") as output:
            process = subprocess.Popen(
                [*COMMENTS, command],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                # A process group of its own, so that kill() reaches the workers too.
                start_new_session=True,
            )
        service = LiveService(f"http://127.0.0.1:{port}", process, log)
        try:
            wait_until_healthy(service, port)
            yield service
            service.stop()
        finally:
            service.kill()


def wait_until_healthy(service: LiveService, port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not is_healthy(port):
        if service.process.poll() is not None or time.monotonic() > deadline:
            raise AssertionError(f"comments serve did not start:\n{service.log.read_text()}")
        time.sleep(0.02)


def is_healthy(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


@pytest.fixture
def installation(database_url: str, tmp_path: Path) -> Installation:
    """An installation on a migrated, empty database; the test runs once on each system."""
    return Installation(tmp_path / "data", database_url)


@pytest.fixture
def live(installation: Installation) -> Iterator[LiveService]:
    """`comments serve`, running on `installation`."""
    with installation.serving() as service:
        yield service
