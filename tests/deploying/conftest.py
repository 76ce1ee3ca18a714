"""One service and one nginx for all tests of this folder that ask for them: both take seconds to start."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.deploying.behind import Behind


@pytest.fixture(scope="session")
def behind(tmp_path_factory: pytest.TempPathFactory, run_folder: Path) -> Iterator[Behind]:
    folder = tmp_path_factory.mktemp("deploying")
    made = Behind(folder, run_folder)
    with ExitStack() as stack:
        stack.callback(made.stop)
        made.open_nginx(folder / "nginx", stack)
        yield made
