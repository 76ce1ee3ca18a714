"""What is handed out: the sdist, the wheel built from it on a machine without Node, and the lock files."""

import itertools
import json
import os
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Iterable
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from comments import __version__

ROOT = Path(__file__).parent.parent
# Built once, not once in every worker.
pytestmark = pytest.mark.xdist_group("packaging")
LOCKS = sorted(ROOT.glob("*.lock"))
MIGRATE = "import asyncio, sys; from comments.storage import migrate; asyncio.run(migrate(sys.argv[1]))"


def hatchling(folder: Path, *arguments: str, path: str = os.environ["PATH"]) -> None:
    command = [sys.executable, "-m", "hatchling", "build", *arguments]
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, "PATH": path}, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="session")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sdist, unpacked."""
    folder = tmp_path_factory.mktemp("sdist")
    hatchling(ROOT, "--target", "sdist", "--directory", str(folder))
    with tarfile.open(next(folder.glob("*.tar.gz"))) as archive:
        archive.extractall(folder, filter="data")
    return next(path for path in folder.iterdir() if path.is_dir())


@pytest.fixture(scope="session")
def wheel(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the sdist without Node or any other program on the PATH, and unpacked."""
    folder = tmp_path_factory.mktemp("wheel")
    hatchling(sdist, "--target", "wheel", "--directory", str(folder), path="")
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as archive:
        archive.extractall(folder / "unpacked")  # noqa: S202 - our own archive
    return folder / "unpacked"


@pytest.mark.slow
def test_the_wheel_holds_every_file_of_the_package(wheel: Path) -> None:
    package = ROOT / "comments"
    expected = {
        path.relative_to(ROOT) for path in package.rglob("*") if path.is_file() and path.suffix != ".pyc"
    }

    missing = {str(path) for path in expected if not (wheel / path).exists()}

    assert missing == set()


@pytest.mark.slow
def test_the_wheel_holds_the_built_widget(wheel: Path) -> None:
    built = {path.name for path in (ROOT / "embed" / "dist").iterdir()}

    assert {path.name for path in (wheel / "comments" / "_embed").iterdir()} == built
    assert {"embed.js", "embed.js.br", "embed.js.gz"} <= built


@pytest.mark.slow
def test_the_wheel_sets_up_a_database_with_its_own_migrations(wheel: Path, tmp_path: Path) -> None:
    database = tmp_path / "comments.db"

    subprocess.run(
        [sys.executable, "-c", MIGRATE, f"sqlite:///{database}"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(wheel)},
        check=True,
    )

    assert database.exists()


@pytest.mark.slow
def test_the_wheel_brings_the_command_and_the_extra(wheel: Path) -> None:
    described = next(wheel.glob("*.dist-info"))

    assert "comments = comments.cli:main" in (described / "entry_points.txt").read_text()
    assert "Provides-Extra: postgres" in (described / "METADATA").read_text()


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_a_lock_file_holds_hashes_and_no_addresses(lock: Path) -> None:
    text = lock.read_text()

    assert "--hash=sha256:" in text
    assert "://" not in text


def test_what_a_reader_waits_for_is_at_most_twelve_kilobytes() -> None:
    """The build refuses more too; here it is held by name, for what was built."""
    built = json.loads((ROOT / "embed" / "dist" / "manifest.json").read_text())
    script = ROOT / "embed" / "dist" / "embed.js.br"

    assert script.stat().st_size == built["loader"]["brotli"] <= 12 * 1024


def test_what_is_fetched_unasked_is_at_most_eight_kilobytes_and_so_is_each_other_part() -> None:
    """Words and styles are in them: decision 10."""
    built = json.loads((ROOT / "embed" / "dist" / "manifest.json").read_text())["chunks"]

    assert {"acting", "writing", "further", "proving"} < set(built)
    assert max(part["brotli"] for part in built.values()) <= 8 * 1024


def test_the_lock_file_of_npm_holds_hashes_and_no_addresses() -> None:
    packages = json.loads((ROOT / "embed" / "package-lock.json").read_text())["packages"]

    assert [name for name, package in packages.items() if "resolved" in package] == []
    assert [name for name, package in packages.items() if name and "integrity" not in package] == []


def test_what_the_project_asks_for_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    asked = project["project"]["dependencies"] + project["project"]["optional-dependencies"]["postgres"]
    locked = locked_versions(ROOT / "requirements.lock")

    unlocked = [
        wanted
        for wanted in map(Requirement, asked + project["dependency-groups"]["dev"])
        if not wanted.specifier.contains(locked.get(canonicalize_name(wanted.name), "0"))
    ]

    assert unlocked == [], "type: make lock"


def locked_versions(lock: Path) -> dict[str, str]:
    pins = [line.split()[0].split("==") for line in lock.read_text().splitlines() if "==" in line]
    return {canonicalize_name(name): version for name, version in pins if not name.startswith("-")}


@pytest.mark.slow
def test_setting_up_again_does_nothing() -> None:
    done = subprocess.run(
        [sys.executable, ".ci/setup.py"], cwd=ROOT, check=True, capture_output=True, text=True
    )

    assert done.stdout + done.stderr == ""


def test_the_licence_of_every_library_is_listed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *itertools.chain(*project["optional-dependencies"].values())]
    named = re.split(r"[^a-z0-9-]+", (ROOT / "docs" / "reference" / "licences.md").read_text().lower())

    missing = sorted(_with_all_they_need(wanted) - set(named))

    assert missing == [], "docs/reference/licences.md names each library with its licence"


def test_the_widget_has_the_version_of_the_service() -> None:
    assert json.loads((ROOT / "embed" / "package.json").read_text())["version"] == __version__


def _with_all_they_need(wanted: Iterable[str]) -> set[str]:
    """Return the names of these requirements, and of what is installed for them."""
    found: set[str] = set()
    left = [*wanted]
    while left:
        requirement = Requirement(left.pop())
        name = canonicalize_name(requirement.name)
        if name in found or (requirement.marker and not requirement.marker.evaluate({"extra": ""})):
            continue
        found.add(name)
        left += [
            f"{one.name}; {one.marker}" if one.marker else one.name
            for one in map(Requirement, distribution(name).requires or [])
        ]
    return found
