"""Every request gets an id, is timed and counted, and is answered even where there is a bug."""

import logging
import time
from collections.abc import Callable
from random import getrandbits

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from comments.web import problems

Observe = Callable[[str, int, float], None]
"""Takes a request's route, its status and how many seconds it took."""

LEFT = 499
"""What is counted for who goes away before all of their request has come; nobody gets it."""

_log = logging.getLogger("comments.web")


class RequestId:
    """Adds `X-Request-Id` to each answer. A bug is logged under it; nothing else of it leaves the process."""

    def __init__(self, app: ASGIApp, *, observe: Observe) -> None:
        self._app = app
        self._observe = observe

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        # To find a line of the log by, and no secret: the system's random bytes let go of the interpreter's
        # lock, for which others wait while much is posted.
        began, request_id, status = time.perf_counter(), f"{getrandbits(128):032x}", 0

        async def with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
            await send(message)

        try:
            await self._app(scope, receive, with_id)
        except ClientDisconnect:
            # They went away before they had sent all; there is nobody to answer.
            status = LEFT
        except Exception:
            _log.exception("a bug, request %s %s %s", request_id, scope["method"], _route_of(scope))
            if status:
                # Half of an answer is out: only the server can end it.
                raise
            await problems.bug_response(request_id)(scope, receive, with_id)
        finally:
            self._observe(_route_of(scope), status, time.perf_counter() - began)


def _route_of(scope: Scope) -> str:
    """Return the route's pattern, never the address itself: addresses name people and pages."""
    return str(scope.get("comments.route", "other"))
