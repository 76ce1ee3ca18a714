"""Build the documentation's site into `build/docs`, for `make docs`; MkDocs has an environment of its own."""

import subprocess
import sys

from setup import (
    BOOT,
    ROOT,
    done,
    fingerprint,
    installed_uv,
    let_uv_reach_what_pip_reaches,
    remember,
    run,
    say,
)

LOCK = ROOT / "requirements-docs.lock"


def main() -> None:
    let_uv_reach_what_pip_reaches()
    folder = BOOT / "docs"
    python = folder / "bin" / "python"
    wanted = fingerprint([LOCK], sys.version)
    try:
        if not done("docs", wanted) or not python.exists():
            say("MkDocs into .boot")
            run(installed_uv(), "venv", "--quiet", "--clear", "--python", sys.executable, folder)
            run(installed_uv(), "pip", "sync", "--quiet", "--python", python, "--require-hashes", LOCK)
            remember("docs", wanted)
        run(python, "-m", "mkdocs", "build", "--strict", "--quiet")
    except subprocess.CalledProcessError as fault:
        sys.exit(f"{fault.output}\nmake docs: this failed, see above")
    say("the documentation into build/docs")


if __name__ == "__main__":
    main()
