"""Those files of docs/examples/deploy that no server of the tests reads, checked by what there is for it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from comments.config import Settings
from tests.deploying.nginx import EXAMPLES

PROGRAM = "/srv/comments/.venv/bin/comments"


def environment_of(file: Path) -> dict[str, str]:
    lines = (line for line in file.read_text().splitlines() if line and not line.startswith("#"))
    return {name: value for name, _, value in (line.partition("=") for line in lines)}


def test_systemd_finds_nothing_wrong_with_the_unit(tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("No systemd here.")
    unit = tmp_path / "comments.service"
    text = (EXAMPLES / "comments.service").read_text()
    assert PROGRAM in text
    unit.write_text(text.replace(PROGRAM, f"{Path(sys.executable).parent}/comments"))

    done = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")


def test_the_units_settings_can_be_read() -> None:
    given = environment_of(EXAMPLES / "comments.env")

    assert Settings.from_environment(given).base_url == given["COMMENTS_BASE_URL"]
