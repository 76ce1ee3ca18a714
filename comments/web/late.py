"""Rooms that are imported with the first request for them."""

import asyncio
import re
from collections.abc import Callable, Sequence
from functools import cached_property

from starlette.routing import BaseRoute, Match, Router
from starlette.types import Receive, Scope, Send


class LateRoutes(BaseRoute):
    """Routes that are not asked for in every process, made by `load` when one of them is.

    `paths` is a pattern that the whole of each of their paths matches, and none of another route's: what
    nobody answers is then not found, as anywhere.
    """

    def __init__(self, paths: str, load: Callable[[], Sequence[BaseRoute]]) -> None:
        self._paths = re.compile(paths)
        self._load = load

    @cached_property
    def routes(self) -> Sequence[BaseRoute]:
        return self._load()

    @cached_property
    def _router(self) -> Router:
        return Router(self.routes)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        is_theirs = scope["type"] == "http" and self._paths.fullmatch(scope["path"])
        return (Match.FULL if is_theirs else Match.NONE), {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        # In a thread: importing takes as long as hundreds of answers, and readers go on reading.
        router = await asyncio.to_thread(lambda: self._router)
        await router(scope, receive, send)
