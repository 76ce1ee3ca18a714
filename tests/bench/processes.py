"""Processes that the bench has started: their memory and computing time, and their end."""

import contextlib
import os
import resource
import signal
import subprocess
import sys
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

PROC = Path("/proc")
STOP_SECONDS = 10
STOPPED = 128 + signal.SIGTERM
TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


@contextmanager
def started(
    command: list[str], log: Path, environment: Mapping[str, str], folder: Path | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program in a process group of its own until the block ends; it and its children end with it."""
    if threading.current_thread() is threading.main_thread():
        # Told to stop, Python would end at once, and leave what it has started running.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(STOPPED))
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            env={**os.environ, **environment},
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(STOP_SECONDS)
    # What is left of the group that was made for it.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes of a process and all below it, in main memory.

    Pages that processes share count in each of them in `resident` (RSS), divided among them in `own` (PSS).
    """

    resident: int
    own: int

    def __str__(self) -> str:
        return f"{self.resident / 1e6:,.0f} MB ({self.own / 1e6:,.0f})"


def memory(process: int) -> Memory:
    """Return what a process and all below it have now."""
    own = sum(_kilobytes(PROC / str(one) / "smaps_rollup", "Pss") for one in _tree(process))
    return Memory(memory_bytes(process), own)


def memory_bytes(process: int) -> int:
    """Return the resident memory (RSS) alone, which the kernel tells more quickly."""
    return sum(_kilobytes(PROC / str(one) / "status", "VmRSS") for one in _tree(process))


def computed_seconds(process: int) -> float:
    """Return the processor time that a process and all below it, those alive, have used."""
    return sum(_ticks(one) for one in _tree(process)) / TICKS_A_SECOND


def children(process: int) -> list[int]:
    """Return the ids of all processes below one, those alive."""
    return _tree(process)[1:]


def parent(process: int) -> int:
    """Return the id of who has started a process."""
    return int((PROC / str(process) / "stat").read_text().rpartition(")")[2].split()[1])


class Watch(ABC):
    """Looks at something, in a thread of its own, while the block lasts."""

    def __init__(self) -> None:
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    @abstractmethod
    def _watch(self) -> None:
        """Look until it is done."""


class MemoryWatch(Watch):
    """Remembers the most memory a process and all below it had."""

    def __init__(self, process: int, every_seconds: float = 0.1) -> None:
        super().__init__()
        self._process = process
        self._every = every_seconds
        self.most = Memory(0, 0)

    def _watch(self) -> None:
        while not self._done.is_set():
            if memory_bytes(self._process) > self.most.resident:
                self.most = memory(self._process)
            self._done.wait(self._every)


class Others:
    """How much of the processors' time programs other than the bench have taken since it was made."""

    def __init__(self) -> None:
        self._before = _busy_and_all(), _own_seconds()

    def share(self) -> float | None:
        """Return it, once all that the bench has started has ended; None where it cannot be known."""
        (busy_before, all_before), own_before = self._before
        busy, together = _busy_and_all()
        if together == all_before:
            return None
        others = busy - busy_before - (_own_seconds() - own_before)
        return max(0.0, others / (together - all_before))


def _busy_and_all() -> tuple[float, float]:
    """Return the seconds all processors together have computed, and those that have passed on them."""
    with contextlib.suppress(OSError):
        line = (PROC / "stat").read_text().splitlines()[0]
        user, nice, system, idle, waiting, *interrupts = map(int, line.split()[1:8])
        busy = user + nice + system + sum(interrupts)
        return busy / TICKS_A_SECOND, (busy + idle + waiting) / TICKS_A_SECOND
    return 0.0, 0.0


def _own_seconds() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _tree(process: int) -> list[int]:
    found = [process]
    for one in found:
        with contextlib.suppress(OSError):
            for task in (PROC / str(one) / "task").iterdir():
                found += map(int, (task / "children").read_text().split())
    return found


def _kilobytes(file: Path, name: str) -> int:
    """Return in bytes what the file says in kB; 0 for a process that has ended."""
    with contextlib.suppress(OSError):
        for line in file.read_text().splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1]) * 1024
    return 0


def _ticks(process: int) -> int:
    with contextlib.suppress(OSError):
        fields = (PROC / str(process) / "stat").read_text().rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])
    return 0
