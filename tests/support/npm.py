"""npm for the tests: what a folder's lock file names is installed into that folder, once."""

import subprocess
from pathlib import Path

from tests.support.databases import locked

ROOT = Path(__file__).parent.parent.parent
BOOT = ROOT / ".boot"
NPM = BOOT / "npm"
EMBED = ROOT / "embed"


def npm(folder: Path, *arguments: str | Path) -> str:
    """Run npm in `folder`, which must succeed, and return what it printed."""
    return ran(folder, NPM, *arguments)


def ran(folder: Path, *command: str | Path) -> str:
    """Run a command in `folder`, which must succeed, and return what it printed."""
    done = subprocess.run(
        command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{' '.join(map(str, command))}:\n{done.stdout}{done.stderr}"
    return done.stdout


def node() -> str:
    """Return the path of the Node that npm runs on: the system's, or the one that `make setup` installed."""
    return ran(ROOT, NPM, "exec", "--offline", "--call", "command -v node").strip()


def installed(folder: Path) -> Path:
    """Return `folder/node_modules` with what the lock file names; reaches the registry if that is new."""
    lock, modules = folder / "package-lock.json", folder / "node_modules"
    stamp = modules / ".installed"
    with locked(BOOT / "tests.lock"):
        if not stamp.exists() or stamp.read_text() != lock.read_text():
            npm(folder, "ci", "--silent", "--ignore-scripts")
            stamp.write_text(lock.read_text())
    return modules


def packed_widget(folder: Path) -> Path:
    """Make the widget's package in `folder` and return its tarball."""
    with locked(BOOT / "tests.lock"):
        made = npm(EMBED, "pack", "--silent", "--pack-destination", folder)
    return folder / made.split()[-1]


def install_tarball(tarball: Path, folder: Path) -> None:
    """Install a package from its file, without any registry."""
    npm(folder, "install", "--offline", "--silent", "--no-save", tarball)


def link_packages(source: Path, target: Path) -> None:
    """Let `target` (a node_modules) have what `source` has, but for what it has of its own."""
    for package in source.iterdir():
        if not package.name.startswith(".") and not (target / package.name).exists():
            (target / package.name).symlink_to(package)
