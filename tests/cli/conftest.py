"""What the tests of the program share: installations, and a quick way to use them."""

import contextlib
import io
import os
import subprocess
import sys
from pathlib import Path
from unittest import mock

import pytest

from comments.cli import run
from tests.support.live import Installation


class InThisProcess(Installation):
    """Runs commands without starting Python anew for each: what they say and do is the same."""

    def attempt(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        out, err = io.StringIO(), io.StringIO()
        with (
            mock.patch.dict(os.environ, self.environment(), clear=True),
            mock.patch.object(sys, "stdin", io.StringIO(stdin)),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            code = run(arguments)
        return subprocess.CompletedProcess(arguments, code, out.getvalue(), err.getvalue())


@pytest.fixture
def fresh(tmp_path: Path) -> Installation:
    """A folder for a SQLite installation; nothing is in it, not even the folder itself."""
    return InThisProcess(tmp_path / "data")


@pytest.fixture
def here(database_url: str, tmp_path: Path) -> Installation:
    """An installation on a migrated, empty database; the test runs once on each system."""
    return InThisProcess(tmp_path / "data", database_url)
