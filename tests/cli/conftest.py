"""What the tests of the program share: installations."""

from pathlib import Path

import pytest

from tests.support.in_process import InThisProcess
from tests.support.live import Installation


@pytest.fixture
def fresh(tmp_path: Path) -> Installation:
    """A folder for a SQLite installation; nothing is in it, not even the folder itself."""
    return InThisProcess(tmp_path / "data")


@pytest.fixture
def here(database_url: str, tmp_path: Path) -> Installation:
    """An installation on a migrated, empty database; the test runs once on each system."""
    return InThisProcess(tmp_path / "data", database_url)
