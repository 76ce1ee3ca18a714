"""Hears that the process is to stop, at the moment it is told to.

Servers wait for open answers before they tell the application of the end (ASGI, lifespan), and event streams
have no end of their own: whoever has such answers must hear of it earlier, from the signals themselves.
"""

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def on_stop(stop: Callable[[], None]) -> Iterator[None]:
    """Have `stop` called in the running event loop when a signal tells the process to end.

    The server's own handlers are called as before. Only a main thread can hear signals; elsewhere nothing is
    done, and the server's end of the lifespan must do.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in _SIGNALS}

    def heard(number: int, frame: FrameType | None) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(stop)
        handler = before[signal.Signals(number)]
        if callable(handler):
            handler(number, frame)
        elif handler is signal.SIG_DFL:
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)

    for number in _SIGNALS:
        signal.signal(number, heard)
    try:
        yield
    finally:
        for number in _SIGNALS:
            if signal.getsignal(number) is heard:
                signal.signal(number, before[number])
