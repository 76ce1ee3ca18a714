"""Load clients: wrk where it can be had, else our own, and what came of a run."""

import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.bench.requests import HOST

SCRIPT = Path(__file__).parent / "wrk.lua"
BUSY = 0.9
"""A client that computes for this share of the time may be the limit itself."""


@dataclass(frozen=True, slots=True)
class Run:
    """What came of one run. `refused` are answers of 400 and more, `lost` connections without an answer."""

    seconds: float
    answers: int
    bytes: int
    refused: int
    lost: int
    client_busy: float
    """The share of the time in which the client computed: near 1 it measures itself."""

    @property
    def rate(self) -> float:
        """Good answers a second."""
        return (self.answers - self.refused) / self.seconds if self.seconds else 0.0


@dataclass(frozen=True, slots=True)
class Order:
    """What to send: a file of requests, on so many connections, for so many seconds; numbers from `first`."""

    port: int
    file: Path
    connections: int
    seconds: float
    first: int = 0


Client = Callable[[Order], Run]


def wrk(order: Order) -> Run:
    """Send with wrk, which stops when the time is up, answers under way or not."""
    load = ["-t1", f"-c{order.connections}", f"-d{max(1, round(order.seconds))}s", "--timeout", "60s"]
    address = f"http://{HOST}:{order.port}/"
    return _run(["wrk", *load, "-s", str(SCRIPT), address, "--", str(order.file), str(order.first)])


def own_client(order: Order) -> Run:
    """Send with `client`, which waits for the answers under way."""
    arguments = [order.port, order.file, order.first, order.connections, order.seconds]
    return _run([sys.executable, "-m", "tests.bench.client", *map(str, arguments)])


def fast_client() -> tuple[str, Client]:
    """Return wrk, installed if that is ours to do, else our own client; and its name."""
    if shutil.which("wrk") is None and os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "install", "-y", "-q", "wrk"], check=False, capture_output=True)
    if shutil.which("wrk") is None:
        return "the bench's own client (no wrk here)", own_client
    return "wrk", wrk


def _run(command: list[str]) -> Run:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {done.stderr or done.stdout}")
    found = json.loads(next(line for line in done.stdout.splitlines() if line.startswith("{")))
    computed = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Run(**found, client_busy=computed / max(found["seconds"], 1e-9))
