"""Ports of this machine that nobody listens on."""

import itertools
import os
import socket

# Below the ports that the kernel gives to outgoing connections. Each worker of the tests has some of its own:
# two services may share a port without an error (SO_REUSEPORT), and a test would ask the other's.
FIRST, EACH, MOST_WORKERS = 11_000, 2_500, 8
_NUMBER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % MOST_WORKERS
_PORTS = itertools.cycle(range(FIRST + _NUMBER * EACH, FIRST + (_NUMBER + 1) * EACH))


def free_port() -> int:
    """Return a port on which nobody listens, and which is not given again soon."""
    for port in itertools.islice(_PORTS, EACH):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError(f"all {EACH} ports of this worker are in use")
