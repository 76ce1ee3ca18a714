"""All routes of an application, also those that are not loaded yet."""

from collections.abc import Iterator

from starlette.applications import Starlette
from starlette.routing import BaseRoute

from comments.web.late import LateRoutes


def every_route(app: Starlette) -> Iterator[BaseRoute]:
    """Give each route; the rooms that are imported late are imported now."""
    for route in app.routes:
        if isinstance(route, LateRoutes):
            yield from route.routes
        else:
            yield route
