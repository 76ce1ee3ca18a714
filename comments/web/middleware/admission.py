"""Which changes are let in: what would have to wait for too long is refused, while that costs little.

A service that takes everything in answers nobody in time. So a change is refused with 503 as soon as those
that are inside will take longer than a person waits; reads are never refused, and pass in between.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from comments import errors
from comments.web.problems import problem_response

READING = frozenset({"GET", "HEAD", "OPTIONS"})
"""All other methods change something."""

PATIENCE_SECONDS = 1.0
"""How long a reader's post may have to wait for those before it."""

URGENT_PATIENCE_SECONDS = 4.0
"""The same for what moderators and owners do: who is to end a flood must get through it."""

ALWAYS_INSIDE = 64
"""So many come at once where somebody decides about a list, and even a slow machine is through soon."""

MOST_INSIDE = 500
"""Each holds up to 64 kB that it was sent, and what was made of it."""

WINDOW_SECONDS = 0.1
WORKED_OUT_AT_ONCE = 1
"""In each round of the event loop: a reader waits for one change, of some milliseconds, and not for more."""


class Overloaded(errors.Unavailable):
    """More is asked for than can be done; nothing was begun."""

    code = "overloaded"


def overloaded(retry_after: int) -> Overloaded:
    """Return what is raised, with the seconds after which to come again."""
    detail = "Too many are writing at the moment. Nothing was stored; please try again in a few seconds."
    return Overloaded(detail, retry_after=retry_after)


class Admission:
    """Counts the changes that are inside, and how fast they leave. For one event loop.

    The wait of who comes next is how many are inside, times the time from one leaving to the next (Little's
    law); that is measured only while there is somebody inside. If none leaves, the wait grows by itself.
    """

    def __init__(
        self,
        *,
        is_urgent: Callable[[str], bool] = lambda _: False,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.inside = 0
        self.refused = 0
        self._is_urgent = is_urgent
        self._now = now
        self._pace = 0.0
        self._since = 0.0
        self._left = 0
        self._turns = FairQueue(WORKED_OUT_AT_ONCE)

    def refuse_over(self, path: str) -> None:
        """Raise Overloaded if a change at this address would wait for too long."""
        if self._is_over(path, self.inside):
            raise overloaded(self._refused())

    def _is_over(self, path: str, inside: int) -> bool:
        if inside < ALWAYS_INSIDE:
            return False
        patience = URGENT_PATIENCE_SECONDS if self._is_urgent(path) else PATIENCE_SECONDS
        return inside >= MOST_INSIDE * patience / PATIENCE_SECONDS or self.wait_seconds(inside) > patience

    def _refused(self) -> int:
        self.refused += 1
        # Not all at the same time again.
        return 2 + self.refused % 4

    async def enter(self) -> None:
        """Count one more, and wait for its turn to be worked out."""
        if self.inside == 0:
            self._since, self._left = self._now(), 0
        self.inside += 1
        await self._turns.take()

    def leave(self) -> None:
        self.inside -= 1
        self._left += 1
        passed = self._now() - self._since
        if passed >= WINDOW_SECONDS:
            measured = passed / self._left
            self._pace = (self._pace + measured) / 2 if self._pace else measured
            self._since, self._left = self._now(), 0

    def wait_seconds(self, inside: int) -> float:
        """Return how long who comes in now will be there, if so many are."""
        passed = self._now() - self._since
        # While nobody is inside, the time since the last one left says nothing.
        is_measured = self.inside > 0 and passed >= WINDOW_SECONDS
        stuck = passed / (self._left + 1) if is_measured else 0.0
        return inside * max(self._pace, stuck)


class AdmissionControl:
    """Lets a change in once all of it has come, so that who sends slowly takes nobody's place."""

    def __init__(self, app: ASGIApp, *, admission: Admission) -> None:
        self._app = app
        self._admission = admission

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in READING:
            await self._app(scope, receive, send)
            return
        try:
            self._admission.refuse_over(scope["path"])
        except Overloaded as refused:
            await problem_response(refused)(scope, receive, send)
            return
        await self._let_in(scope, receive, send)

    async def _let_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_inside = False

        async def enter() -> None:
            nonlocal is_inside
            is_inside = True
            await self._admission.enter()

        async def entering_with_the_last_piece() -> Message:
            message = await receive()
            if not is_inside and message["type"] == "http.request" and not message.get("more_body"):
                await enter()
            return message

        try:
            if not _has_body(scope):
                await enter()
            await self._app(scope, entering_with_the_last_piece, send)
        finally:
            if is_inside:
                self._admission.leave()


def _has_body(scope: Scope) -> bool:
    return any(
        name == b"transfer-encoding" or (name == b"content-length" and value != b"0")
        for name, value in scope["headers"]
    )


class FairQueue:
    """Lets a few go on in each round of the event loop, in their order: reads have theirs in between."""

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._free = at_once
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._is_due = False

    async def take(self) -> None:
        loop = asyncio.get_running_loop()
        self._renew_soon(loop)
        if self._free:
            self._free -= 1
            return
        turn = loop.create_future()
        self._waiting.append(turn)
        await turn

    def _renew_soon(self, loop: asyncio.AbstractEventLoop) -> None:
        if not self._is_due:
            self._is_due = True
            loop.call_soon(self._renew, loop)

    def _renew(self, loop: asyncio.AbstractEventLoop) -> None:
        self._is_due = False
        self._free = self._at_once
        while self._waiting and self._free:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                self._free -= 1
        if self._waiting:
            self._renew_soon(loop)
