"""Processes and sockets of the service: one process, or several that share an address."""

import contextlib
import errno
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import click

logger = logging.getLogger(__name__)

BACKLOG = 2048
# Longer than uvicorn waits for requests that are under way.
STOP_SECONDS = 15
SHORT_LIFE_SECONDS = 1.0
SIGNALS = {signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGALRM, signal.SIGUSR1}


def listening_socket(host: str, port: int) -> socket.socket:
    """Return a socket that listens, on an address that nobody else has."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except socket.gaierror:
        raise click.ClickException(f"COMMENTS_HOST: {host!r} is no address of this machine.") from None
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        # At once: a bound socket that does not listen yet lets another one bind too.
        listening.listen(BACKLOG)
    except OSError as failure:
        listening.close()
        raise click.ClickException(_why_not(failure, host, port)) from None
    listening.setblocking(False)
    return listening


def one_for_each(listening: socket.socket, count: int) -> list[socket.socket]:
    """Return a socket on the same address for each of so many processes, the given one among them.

    The kernel deals connections out to them by both ends' ports. From one socket that all have, whoever is
    awake takes a whole burst, and connections stay where they are: of four processes two had nothing to do.
    Who has started them keeps all sockets, so connections to one that died wait for the one in its place.
    """
    if count == 1 or sys.platform != "linux":
        # Others know the option too, and give everything to whoever came last.
        return [listening] * count
    sockets = [listening]
    try:
        # Not before it listens: a second service would share the port, instead of saying that it is taken.
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        while len(sockets) < count:
            sockets.append(_one_more(listening))
    except OSError:
        # What is only like Linux may not let it: then all have one socket, as elsewhere.
        for another in sockets[1:]:
            another.close()
        return [listening] * count
    return sockets


def _one_more(listening: socket.socket) -> socket.socket:
    another = socket.socket(listening.family, socket.SOCK_STREAM)
    try:
        another.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        another.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        another.bind(listening.getsockname())
        another.listen(BACKLOG)
    except OSError:
        another.close()
        raise
    another.setblocking(False)
    return another


def _why_not(failure: OSError, host: str, port: int) -> str:
    other = "choose another with --port or COMMENTS_PORT"
    if failure.errno == errno.EADDRINUSE:
        return f"Port {port} is taken by another program; stop that one, or {other}, such as {port + 1}."
    if failure.errno == errno.EACCES:
        return f"Port {port} is only for the system's administrator; {other}, such as 8080."
    if failure.errno == errno.EADDRNOTAVAIL:
        return f"COMMENTS_HOST: {host!r} is no address of this machine."
    return f"Cannot listen on {host} port {port}: {failure.strerror}; {other}."


@dataclass(slots=True)
class Supervisor:
    """Keeps `count` processes running until it is told to stop.

    `work(number, lifeline)` runs in each and returns its exit code. `lifeline` is a file descriptor that
    reaches its end when this process is gone, however it ended. A process that is ready calls `tell_ready`.
    """

    count: int
    work: Callable[[int, int], int]
    ready: Callable[[], None]
    _started: dict[int, tuple[int, float]] = field(default_factory=dict)
    """By process id: the number of the process, and when it started."""
    _was_ready: bool = False
    _stopping: bool = False
    _lifeline: tuple[int, int] = (-1, -1)

    def run(self) -> int:
        """Start the processes, and return the exit code once all have ended."""
        # The default would throw these signals away instead of keeping them for `sigwait`.
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        self._lifeline = os.pipe()
        for number in range(self.count):
            self._start(number)
        while self._started:
            self._handle(signal.sigwait(SIGNALS))
        return 0 if self._was_ready else 1

    def _start(self, number: int) -> None:
        process = os.fork()
        if process == 0:
            os._exit(self._live(number))
        self._started[process] = (number, time.monotonic())

    def _live(self, number: int) -> int:
        """Be one of the processes; nothing may leave this, for above it stands the supervisor's own code."""
        reading, writing = self._lifeline
        os.close(writing)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        try:
            return self.work(number, reading)
        except BaseException:
            logger.exception("process %d ended by a fault", number + 1)
            return 1

    def _handle(self, received: int) -> None:
        if received == signal.SIGUSR1 and not self._was_ready:
            self._was_ready = True
            self.ready()
        elif received == signal.SIGCHLD:
            self._bury()
        elif received == signal.SIGALRM:
            self._tell_all(signal.SIGKILL)
        elif received in {signal.SIGTERM, signal.SIGINT}:
            self._stop()

    def _bury(self) -> None:
        while self._started:
            try:
                process, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if process == 0:
                return
            if process in self._started:
                self._replace(*self._started.pop(process), status)

    def _replace(self, number: int, started: float, status: int) -> None:
        if self._stopping:
            return
        if not self._was_ready:
            # The first ones cannot start, so others could not either.
            self._stop()
            return
        code = os.waitstatus_to_exitcode(status)
        logger.warning("process %d of %d ended (%s); another takes its place", number + 1, self.count, code)
        if time.monotonic() - started < SHORT_LIFE_SECONDS:
            time.sleep(SHORT_LIFE_SECONDS)
        self._start(number)

    def _stop(self) -> None:
        if not self._stopping:
            self._stopping = True
            signal.alarm(STOP_SECONDS)
        self._tell_all(signal.SIGTERM)

    def _tell_all(self, message: int) -> None:
        for process in self._started:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, message)


def tell_ready(supervisor: int) -> None:
    """Tell the supervisor's process, if it is still there, that this one answers requests."""
    if os.getppid() == supervisor:
        os.kill(supervisor, signal.SIGUSR1)
