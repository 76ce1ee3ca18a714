"""The processes that sanitise for an import, as the system sees them."""

import contextlib
import os
from pathlib import Path


def helpers_of(parent: int) -> list[int]:
    """Return the helpers that the process `parent` has started."""
    return [pid for pid in all_helpers() if parent_of(pid) == parent]


def helpers_in(group: int) -> list[int]:
    """Return the helpers in a process group, also those whose parent has been killed."""
    found = []
    for pid in all_helpers():
        with contextlib.suppress(ProcessLookupError):
            if os.getpgid(pid) == group:
                found.append(pid)
    return found


def all_helpers() -> list[int]:
    found = []
    for folder in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError):
            if b"comments.importers.pipeline.processes" in (folder / "cmdline").read_bytes():
                found.append(int(folder.name))
    return found


def parent_of(pid: int) -> int | None:
    with contextlib.suppress(OSError):
        # The name before it, in brackets, may have blanks.
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    return None
