"""The service that the attacks are made on: one for all of them, on each database."""

from collections.abc import Iterator
from pathlib import Path

import httpx2 as httpx
import pytest

from tests.conftest import BOTH
from tests.defence.stronghold import SECONDS, Stronghold
from tests.support import databases
from tests.support.in_process import InThisProcess
from tests.support.mail_server import mail_server


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep each database's attacks on one worker, so that one service serves them."""
    for item in items:
        if isinstance(item, pytest.Function) and "hold" in item.fixturenames:
            item.add_marker(pytest.mark.xdist_group(f"defence on {item.callspec.params['hold']}"))


@pytest.fixture(scope="session", params=BOTH)
def hold(
    request: pytest.FixtureRequest, run_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stronghold]:
    """`comments serve`, with its rates and limits as they are for everybody."""
    folder = tmp_path_factory.mktemp("defence")
    if request.param == "sqlite":
        url = databases.sqlite_copy(run_folder, folder)
    else:
        url = request.getfixturevalue("postgresql_databases").create(migrated=True)
    with mail_server() as mails:
        settings = {
            "COMMENTS_TRUSTED_PROXIES": "127.0.0.1",
            "COMMENTS_SMTP_URL": mails.url(),
            "COMMENTS_BASE_URL": "https://talk.example",
        }
        installation = InThisProcess(folder / "data", url, settings)
        with installation.serving() as service, httpx.Client(timeout=SECONDS) as client:
            stronghold = Stronghold(installation, service, mails.box, client)
            yield stronghold
            stronghold.close()
