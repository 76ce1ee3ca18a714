"""Ports of this machine that nobody listens on."""

import socket


def free_port() -> int:
    """Return a port the kernel gave; it is free now, and can only in theory be taken before it is used."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
