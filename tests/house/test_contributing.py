"""The recipes of CONTRIBUTING.md are followed in a copy of the repository, to the letter."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.house.source import ROOT

pytestmark = pytest.mark.slow

GUIDE = ROOT / "CONTRIBUTING.md"
COPIED = ("comments", "migrations", "tests", "embed", "pyproject.toml")
STEP = re.compile(
    r"^New file `(?P<new>[^`]+)`:\n\n```\w+\n(?P<content>.*?)^```"
    r"|^In `(?P<old>[^`]+)`, below `(?P<below>[^\n]+)`:\n\n```\w+\n(?P<added>.*?)^```"
    r"|^```sh\n(?P<commands>.*?)^```",
    re.DOTALL | re.MULTILINE,
)


class Recipe(NamedTuple):
    name: str
    text: str


def recipes() -> list[Recipe]:
    chapters = GUIDE.read_text().split("\n## ")[1:]
    return [Recipe(*chapter.split("\n", 1)) for chapter in chapters if chapter.startswith("Add ")]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for name in COPIED:
        if (ROOT / name).is_dir():
            left_out = shutil.ignore_patterns("node_modules", "__pycache__", "*.map")
            shutil.copytree(ROOT / name, tmp_path / name, ignore=left_out)
        else:
            shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "docs" / "reference").mkdir(parents=True)
    (tmp_path / ".boot").symlink_to(ROOT / ".boot")
    (tmp_path / "embed" / "node_modules").symlink_to(ROOT / "embed" / "node_modules")
    return tmp_path


def test_there_is_a_recipe_for_whatever_people_add() -> None:
    assert [recipe.name for recipe in recipes()] == [
        "Add a rule",
        "Add an importer",
        "Add a sender",
        "Add a language",
        "Add a page of the desk",
    ]


@pytest.mark.parametrize("recipe", recipes(), ids=lambda recipe: recipe.name)
def test_a_recipe_works(recipe: Recipe, checkout: Path) -> None:
    followed = [_follow(step, checkout) for step in STEP.finditer(recipe.text)]

    assert "commands" in followed


def _follow(step: re.Match[str], checkout: Path) -> str | None:
    given = step.groupdict()
    if given["new"]:
        place = checkout / given["new"]
        assert not place.exists()
        place.write_text(given["content"])
    elif given["old"]:
        place = checkout / given["old"]
        lines = place.read_text().splitlines(keepends=True)
        [at] = [number for number, line in enumerate(lines) if line.strip() == given["below"]]
        place.write_text("".join([*lines[: at + 1], given["added"], *lines[at + 1 :]]))
    else:
        _run(given["commands"], checkout)
    return step.lastgroup


def _run(commands: str, checkout: Path) -> None:
    own = Path(sys.executable).parent
    environment = {
        **os.environ,
        "PATH": f"{own}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(checkout),
    }
    environment = {name: value for name, value in environment.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(
        ["/bin/sh", "-e", "-c", commands],
        cwd=checkout,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
