"""At the connection: what would wait for too long is turned away before anything is made of it.

A flood is mostly such requests, and readers wait behind each of them: a request, its task and an answer take
five times as long as these bytes.
"""

import os
import time
from collections.abc import Callable
from functools import lru_cache

from comments.web.admission import Admission, Overloaded, overloaded
from comments.web.edge import READING, in_bytes
from comments.web.problems import problem_response

_READING = frozenset(method.encode() for method in READING)


class Door:
    """Asks `admission` about changes by the API; `Edge` asks again about those, and about all others."""

    def __init__(
        self, admission: Admission, *, base_path: str = "", observe: Callable[[str, int, float], None]
    ) -> None:
        self._admission = admission
        self._base_path = f"{base_path}/" if base_path else ""
        self._observe = observe

    def turned_away(self, method: bytes, target: bytes, *, ends: bool) -> bytes | None:
        """Return the whole answer to a request that is not let in; `ends` says that the connection does."""
        if method in _READING or b"/api/" not in target or b"%" in target:
            return None
        started = time.perf_counter()
        path = target.partition(b"?")[0].decode("ascii", "replace")
        if self._base_path and path.startswith(self._base_path):
            path = path[len(self._base_path) - 1 :]
        try:
            self._admission.refuse_over(path)
        except Overloaded as refused:
            head, body = _words(refused.retry_after)
            end = b"connection: close\r\n" if ends else b""
            number = os.urandom(16).hex().encode()
            self._observe("other", 503, time.perf_counter() - started)
            return b"%b%bx-request-id: %b\r\n%b" % (head, end, number, body)
        return None


@lru_cache
def _words(retry_after: int) -> tuple[bytes, bytes]:
    return in_bytes(problem_response(overloaded(retry_after)))
