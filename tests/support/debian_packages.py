"""Programs such as nginx: the system's, else those of Debian's packages, unpacked without root."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import NoReturn

import pytest

from tests.support.databases import locked

CACHE = Path(__file__).parents[2] / ".boot" / "debian"
PLACES = ("usr/sbin", "usr/bin")


def program(name: str, *packages: str) -> Path:
    """Return a program that can be started: the one on PATH, else that of these Debian packages.

    `packages` are the one that has it and those of its libraries that a small system lacks. What is fetched
    is kept in `.boot/debian`, for the runs after this one. A test that asks fails where none is to be had.
    """
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if found:
        return Path(found)
    script = CACHE / "bin" / name
    script.parent.mkdir(parents=True, exist_ok=True)
    with locked(CACHE / "lock"):
        if not script.exists():
            root = CACHE / "-".join(packages)
            unpack(root, packages)
            write_script(script, root, name, packages)
    return script


def unpack(root: Path, packages: tuple[str, ...]) -> None:
    """Fetch `packages` and unpack them all into `root`; with fresh lists where the system's do not help."""
    shutil.rmtree(root, ignore_errors=True)
    fetched = root / "fetched"
    fetched.mkdir(parents=True)
    own_lists = ["-o", f"Dir::State::Lists={root / 'lists'}", "-o", f"Dir::Cache={root / 'cache'}"]
    fetch = ["download", "--quiet", *packages]
    if not apt_get(fetched, *fetch):
        (root / "lists" / "partial").mkdir(parents=True)
        (root / "cache" / "archives" / "partial").mkdir(parents=True)
        if not (apt_get(fetched, *own_lists, "update") and apt_get(fetched, *own_lists, *fetch)):
            give_up(packages)
    for package in fetched.glob("*.deb"):
        subprocess.run(["dpkg", "--extract", package, root], check=True)


def apt_get(folder: Path, *arguments: str) -> bool:
    # Its other account could not write into our folder.
    command = ["apt-get", "-o", "APT::Sandbox::User=root", *arguments]
    try:
        return subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def write_script(script: Path, root: Path, name: str, packages: tuple[str, ...]) -> None:
    """Let the program find the libraries that came with it; a signal to the script reaches the program."""
    found = next((root / place / name for place in PLACES if (root / place / name).exists()), None)
    if found is None:
        give_up(packages)
    libraries = ":".join(sorted({str(path.parent) for path in root.rglob("*.so*")}))
    search = f'export LD_LIBRARY_PATH="{libraries}"\n' if libraries else ""
    draft = script.with_suffix(".draft")
    draft.write_text(f'#!/bin/sh\n{search}exec "{found}" "$@"\n')
    draft.chmod(0o755)
    draft.replace(script)


def give_up(packages: tuple[str, ...]) -> NoReturn:
    pytest.fail(f"Cannot be had here. Type: sudo apt-get install -y {' '.join(packages)}", pytrace=False)
