"""Fixtures for every test: a migrated database of one's own, a clock that stands still, a closed network."""

import gc
import ipaddress
import os
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, settings

from comments.clock import FixedClock
from tests.support import databases

if TYPE_CHECKING:
    from comments.storage import Database
    from tests.support.site import SiteUnderTest

pytest_plugins = [
    "tests.support.browser",
    "tests.support.firefox",
    "tests.support.live",
    "tests.support.postgres_cluster",
    "tests.support.valkey_server",
]

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
BOTH = [
    "sqlite",
    pytest.param("postgresql", marks=pytest.mark.postgresql),
]

# The same examples in each run, and no judgement by the time they take on a busy machine.
# `pytest --hypothesis-profile explore` looks for new ones.
settings.register_profile(
    "repeatable", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("explore", settings.get_profile("repeatable"), derandomize=False, print_blob=True)
settings.load_profile("repeatable")


def refuse_the_network(event: str, arguments: tuple[Any, ...]) -> None:
    """Fail a connection to anything but this machine: a test that needs the network is not repeatable."""
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    if not (host in ALLOWED_HOSTS or is_loopback(host)):
        raise RuntimeError(f"a test connects to {host}: tests have no network")


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


NAMED_SERVER = urlsplit(os.environ.get(databases.SERVER_URL_VARIABLE, "")).hostname
ALLOWED_HOSTS = {None, "localhost", NAMED_SERVER}
sys.addaudithook(refuse_the_network)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        wanted = set(getattr(item, "fixturenames", ()))
        if wanted & {"browser", "firefox"}:
            item.add_marker("browser")
        # What a machine that stands still for a second may make late; the summary names what was, and why.
        if wanted & {"browser", "firefox", "live", "hold", "installation", "fresh", "cluster"}:
            item.add_marker(pytest.mark.flaky(reruns=2))


def pytest_collection_finish() -> None:
    """Keep what was collected from the collector: half its time went into looking at that again."""
    gc.collect()
    gc.freeze()


def pytest_sessionfinish(session: pytest.Session) -> None:
    if not hasattr(session.config, "workerinput"):
        databases.drop_all_of_this_run()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what got through of the attacks in tests/defence, and which tests had another try: unasked."""
    late = sorted({f"{report.nodeid}: {reason(report)}" for report in terminalreporter.getreports("rerun")})
    if late:
        terminalreporter.section("had another try")
        terminalreporter.write_line("\n".join(late))
    told = [
        f"{report.nodeid.rpartition('::')[2].partition('@defence')[0]}: {value}"
        for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed")
        for name, value in report.user_properties
        if name == "got through" and report.when == "call"
    ]
    if told:
        terminalreporter.section("what got through")
        terminalreporter.write_line("\n".join(sorted(told)))


def reason(report: Any) -> str:
    """Return why a test failed, the cause first, and what it logged: both are gone once it passes."""
    chain = getattr(report.longrepr, "chain", ())
    messages = [crash.message for _, crash, _ in chain if crash] or [str(report.longrepr)]
    words = [message.strip().partition("\n")[0] for message in messages]
    return "\n".join([*words, report.caplog]).strip()


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Run asynchronous tests on asyncio, in one event loop a worker: tests can share a browser."""
    return "asyncio"


@pytest.fixture(scope="session")
def worker(request: pytest.FixtureRequest) -> str:
    workerinput = getattr(request.config, "workerinput", None)
    return str(workerinput["workerid"]) if workerinput else "main"


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory, worker: str) -> Path:
    """A folder of this test run, the same in all its workers."""
    base = tmp_path_factory.getbasetemp()
    return base if worker == "main" else base.parent


@pytest.fixture(scope="session")
def postgresql_databases(run_folder: Path, worker: str) -> Iterator[databases.PostgresqlDatabases]:
    with databases.postgresql_server(run_folder) as url:
        made = databases.PostgresqlDatabases(url, run_folder, worker)
        yield made
        made.close()


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest, run_folder: Path, tmp_path: Path) -> Iterator[str]:
    """The URL of a migrated, empty database of this test's own; the test runs once on each system."""
    if request.param == "sqlite":
        yield databases.sqlite_copy(run_folder, tmp_path)
        return
    on_server: databases.PostgresqlDatabases = request.getfixturevalue("postgresql_databases")
    url = on_server.create(migrated=True)
    yield url
    on_server.drop(url)


@pytest.fixture(params=BOTH)
def unmigrated_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without a single table (on SQLite: of no file yet)."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'comments.db'}"
        return
    on_server: databases.PostgresqlDatabases = request.getfixturevalue("postgresql_databases")
    url = on_server.create(migrated=False)
    yield url
    on_server.drop(url)


@pytest.fixture
async def db(database_url: str) -> "AsyncIterator[Database]":
    # Not at the top: tests that need no database should not wait for SQLAlchemy.
    from comments.storage import open_database

    database = await open_database(database_url)
    yield database
    await database.close()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
async def site(database_url: str, clock: FixedClock, tmp_path: Path) -> "AsyncIterator[SiteUnderTest]":
    """The site `blog` of a running application, without rate limits."""
    from tests.support.site import running_site

    async with running_site(database_url, clock, tmp_path) as running:
        yield running
