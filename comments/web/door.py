"""At the connection: what is answered by the head of a request alone, before anything is made of it.

Pages that are kept, and changes that would wait for too long. A request, its task and an answer sent piece by
piece take longer than all that is found out here, and in a flood readers wait behind each of them.
"""

import os
import time
from collections.abc import Sequence
from functools import lru_cache

from comments.web.admission import Admission, overloaded
from comments.web.edge import READING, Observe, Ready, below, in_bytes
from comments.web.problems import problem_response

_READING = frozenset(method.encode() for method in READING)

Headers = Sequence[tuple[bytes, bytes]]


class Door:
    """Does for the API what `Edge` does first, which is asked about all that is not answered here."""

    def __init__(
        self, admission: Admission, *, base_path: str = "", observe: Observe, ready: Ready = lambda _: None
    ) -> None:
        self._admission = admission
        self._base_path = base_path
        self._observe = observe
        self._ready = ready

    def answer(self, method: bytes, target: bytes, headers: Headers) -> tuple[bytes, bytes] | None:
        """Return an answer, between whose parts there is room for headers; None if it has to be made."""
        started = time.perf_counter()
        raw_path, _, query = target.partition(b"?")
        if not target.startswith(b"/") or b"/api/" not in raw_path or not _is_plain(target, raw_path):
            return None
        path = below(self._base_path, raw_path.decode("ascii"))
        if method == b"GET":
            return self._kept(path, raw_path, query, headers, started)
        return None if method in _READING else self._refusal(path, started)

    def _kept(
        self, path: str, raw_path: bytes, query: bytes, headers: Headers, started: float
    ) -> tuple[bytes, bytes] | None:
        found = self._ready({"path": path, "raw_path": raw_path, "query_string": query, "headers": headers})
        if found is None:
            return None
        answer, route = found
        return self._numbered(in_bytes(answer), route, answer.status_code, started)

    def _refusal(self, path: str, started: float) -> tuple[bytes, bytes] | None:
        seconds = self._admission.turn_away(path)
        return self._numbered(_words(seconds), "other", 503, started) if seconds else None

    def _numbered(
        self, answer: tuple[bytes, bytes], route: str, status: int, started: float
    ) -> tuple[bytes, bytes]:
        head, body = answer
        head = b"%bx-request-id: %b\r\n" % (head, os.urandom(16).hex().encode())
        self._observe(route, status, time.perf_counter() - started)
        return head, body


def _is_plain(target: bytes, raw_path: bytes) -> bool:
    """Say whether path and query are just what stands before and after the first `?`."""
    return b"%" not in raw_path and b"#" not in target and target.isascii()


@lru_cache
def _words(retry_after: int) -> tuple[bytes, bytes]:
    return in_bytes(problem_response(overloaded(retry_after)))
