"""The service, in one process or in several that share an address."""

import os
import socket
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from comments.config import Settings
from comments.server.garbage_collection import keep_for_ever, not_collecting
from comments.server.logs import begin_logging
from comments.server.process import allow_many_files, serve_on, stop_with
from comments.server.processes import Supervisor, one_for_each, tell_ready

if TYPE_CHECKING:
    from starlette.routing import BaseRoute


def serve_app(
    settings: Settings,
    listening: socket.socket,
    ready: Callable[[], None],
    make_routes: Callable[[], list["BaseRoute"]] = list,
) -> int:
    """Answer requests until told to stop, and return the exit code. `ready` is called once it does.

    `make_routes` returns routes besides the service's own. One process does what is due beside requests.
    """
    begin_logging(settings.log_level)
    allow_many_files()
    # Before any process is forked: they share what is imported here.
    with not_collecting():
        from comments.app import create_app
        from comments.web.monitoring.health import encoded_metrics
        from comments.web.monitoring.peer_metrics import PeerMetrics

        app = create_app(settings, more=make_routes())
    keep_for_ever()
    if settings.workers == 1:
        app.state.maintains, app.state.started = True, ready
        return serve_on(listening, app)

    supervisor, sockets = os.getpid(), one_for_each(listening, settings.workers)
    app.state.peer_metrics = peer_metrics = PeerMetrics(settings.workers)

    def work(number: int, lifeline: int) -> int:
        def started() -> None:
            stop_with(lifeline)
            peer_metrics.listen(number, partial(encoded_metrics, app.state))
            tell_ready(supervisor)

        app.state.maintains, app.state.started = number == 0, started
        return serve_on(sockets[number], app)

    return Supervisor(settings.workers, work, ready).run()
