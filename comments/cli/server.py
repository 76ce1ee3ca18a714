"""One process that answers requests: uvicorn, told how, and what goes on beside it."""

import asyncio
import importlib
import signal
import socket
import sys
from collections.abc import Callable
from functools import partial
from types import FrameType
from typing import TYPE_CHECKING

import uvicorn

from comments.background.maintenance import keep_searchable, keep_tidy
from comments.cli.connections import Protocol, bounds_of
from comments.cli.processes import BACKLOG
from comments.importers.jobs.worker import ImportJobs
from comments.outbox import Delivery, first_task
from comments.web.health import told

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from comments.config import Settings
    from comments.web.service import Service

# Long enough for a request that is under way, shorter than what service managers wait.
GRACEFUL_SECONDS = 5
LATE_SECONDS = 0.1


class Server(uvicorn.Server):
    """Calls `ready` once it answers, and stops gracefully when `lifeline` reaches its end.

    One process of the service does the `upkeep`, and what waits in the outbox.
    """

    def __init__(
        self,
        app: "Starlette",
        settings: "Settings",
        *,
        ready: Callable[[], None],
        lifeline: int | None,
        upkeep: bool,
        number: int = 0,
    ) -> None:
        self._bounds = bounds_of(settings)
        self._bounds.at_door = app.state.door.answer
        super().__init__(
            uvicorn.Config(
                app,
                http=Protocol.within(self._bounds),
                loop="uvloop",
                ws="none",
                lifespan="on",
                backlog=BACKLOG,
                access_log=False,
                log_config=None,
                # X-Forwarded-* are believed by `web.edge`, from the configured proxies alone.
                proxy_headers=False,
                server_header=False,
                timeout_graceful_shutdown=GRACEFUL_SECONDS,
            )
        )
        self._app = app
        self._count_connections()
        self._ready = ready
        self._lifeline = lifeline
        self._upkeep = upkeep
        self._number = number
        self._beside: list[asyncio.Task[None]] = []
        self._delivery: Delivery | None = None
        signal.signal(signal.SIGTERM, _end)

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        serving = self.serve(sockets=sockets)
        try:
            with asyncio.Runner(loop_factory=self.config.get_loop_factory()) as runner:
                runner.run(serving)
        finally:
            # A signal that comes before the loop has begun leaves it as it is, and Python would complain.
            serving.close()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self._lifeline is not None:
            asyncio.get_running_loop().add_reader(self._lifeline, self._end_with_parent, self._lifeline)
        self._beside.append(asyncio.create_task(self._bounds.watch()))
        state = self._app.state
        if state.colleagues is not None:
            state.colleagues.listen(self._number, partial(told, state))
        if self._upkeep:
            service, admission = self._app.state.service, self._app.state.admission
            self._beside += [
                asyncio.create_task(keep_tidy(service.db, service.keys, service.clock)),
                asyncio.create_task(keep_searchable(service.db, is_busy=lambda: admission.inside > 0)),
                asyncio.create_task(self._deliver(service)),
                asyncio.create_task(_imports(service).run()),
            ]
        self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # Streams have no end of their own, and uvicorn would wait for one.
        self._app.state.hub.close()
        if self._delivery is not None:
            await self._delivery.stop()
        for task in self._beside:
            task.cancel()
        if self._beside:
            # An import gives itself back, while there is a database to say so.
            await asyncio.wait(self._beside, timeout=GRACEFUL_SECONDS)
        late = asyncio.create_task(self._end_late_ones())
        await super().shutdown(sockets)
        late.cancel()

    def _count_connections(self) -> None:
        counted, bounds = self._app.state.metrics, self._bounds
        now_open = "Connections that are open."
        counted.watch("comments_open_connections", now_open, lambda: len(self.server_state.connections))
        refused = "Connections that were one too many, of all or of one address."
        counted.watch_total("comments_connections_refused", refused, lambda: bounds.refused)
        slow = "Connections that were cut, because their request did not come in time."
        counted.watch_total("comments_connections_too_slow", slow, lambda: bounds.too_slow)

    async def _end_late_ones(self) -> None:
        """Let connections end that were accepted while the service began to stop, and would stay open."""
        while True:
            await asyncio.sleep(LATE_SECONDS)
            for connection in list(self.server_state.connections):
                connection.shutdown()

    async def _deliver(self, service: "Service") -> None:
        """Do the tasks of the outbox. Who does them, 3 MB of modules, is imported with the first."""
        await first_task(service.db)
        deliveries = await asyncio.to_thread(importlib.import_module, "comments.background.outbox_handlers")
        self._delivery = deliveries.delivery(service, self._app.state.metrics.observe_delivery)
        await self._delivery.run()

    def _end_with_parent(self, lifeline: int) -> None:
        asyncio.get_running_loop().remove_reader(lifeline)
        self.should_exit = True


def _imports(service: "Service") -> ImportJobs:
    return ImportJobs(service.db, service.settings, service.keys, service.clock)


def _end(number: int, frame: FrameType | None) -> None:
    """Exit with 0 once uvicorn, after its graceful stop, raises again what told it to stop."""
    sys.exit(0)
