"""Programs of Debian's packages, unpacked into the checkout: nothing is installed, and no root is needed."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.databases import ROOT, locked

UNPACKED = ROOT / ".boot" / "debian"


@dataclass(frozen=True, slots=True)
class Program:
    """A program and where its libraries are; `folder` is None for one that the system has."""

    path: Path
    folder: Path | None = None

    def environment(self) -> dict[str, str]:
        if self.folder is None:
            return dict(os.environ)
        libraries = [
            str(folder) for folder in (self.folder / "usr/lib", *self.folder.glob("usr/lib/*-linux-*"))
        ]
        return {**os.environ, "LD_LIBRARY_PATH": ":".join(libraries)}

    def readable_in(self, home: Path) -> "Program":
        """Return the program where another account can read it too: the checkout may be a closed folder."""
        if self.folder is None:
            return self
        copy = home / "program"
        shutil.copytree(self.folder, copy, symlinks=True)
        return Program(copy / self.path.relative_to(self.folder), copy)


def debian_program(name: str, package: str) -> Program:
    """Return the system's program, else Debian's, fetched once; skip the test where neither can be had."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if found:
        return Program(Path(found))
    UNPACKED.mkdir(parents=True, exist_ok=True)
    folder = UNPACKED / package
    with locked(UNPACKED / "lock"):
        if not folder.exists() and not unpack(package, folder):
            pytest.skip(f"No {name} here. Type: sudo apt-get install -y {package}")
    return Program(next(folder.glob(f"usr/*bin/{name}")), folder)


def unpack(package: str, folder: Path) -> bool:
    """Put the package, and the libraries of it that the system lacks, into `folder`; whole or not at all."""
    if not (shutil.which("apt-get") and shutil.which("dpkg")):
        return False
    unfinished = folder.with_name(f"{package}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir()
    can_list = os.geteuid() == 0
    if not fetched(package, unfinished) and not (can_list and listed_anew() and fetched(package, unfinished)):
        return False
    for file in unfinished.glob("*.deb"):
        subprocess.run(["dpkg", "--extract", file, unfinished], check=True)
        file.unlink()
    unfinished.rename(folder)
    return True


def fetched(package: str, folder: Path) -> bool:
    # Its own account for fetching could not write into our folder.
    command = ["apt-get", "-o", "APT::Sandbox::User=root", "download", "--quiet", package]
    return succeeds(*command, *missing_libraries(package), folder=folder)


def listed_anew() -> bool:
    """Fetch the lists of packages: an image of a system often comes without any."""
    return succeeds("apt-get", "update", "--quiet")


def succeeds(*command: str, folder: Path | None = None) -> bool:
    return subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode == 0


def missing_libraries(package: str) -> list[str]:
    listed = subprocess.run(
        ["apt-cache", "depends", "--important", package], check=False, capture_output=True, text=True
    ).stdout
    names = [line.partition("Depends: ")[2].strip() for line in listed.splitlines()]
    return [name for name in names if name.startswith("lib") and not is_installed(name)]


def is_installed(package: str) -> bool:
    command = ["dpkg-query", "--show", "--showformat=${db:Status-Status}", package]
    return subprocess.run(command, check=False, capture_output=True, text=True).stdout == "installed"
