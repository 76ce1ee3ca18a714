"""What a route needs of who asks: said where the route is made, asked for in one place, the gate."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from comments.web.html.templating import page

Handler = Callable[[Request], Awaitable[Response]]


class Audience(Enum):
    """Whom a route is for; who comes later in the list may do more."""

    NOBODY = "nobody in particular"
    READER = "a reader, known by a token that the first action gives"
    OPERATOR = "who runs the service: this machine, or the metrics' token"
    SIGNED_IN = "somebody who is signed in"
    MODERATOR = "somebody who moderates the site, or a section of it"
    OWNER = "an owner of the site"


SCOPES = {
    "read": "See queues, comments and the log",
    "moderate": "Decide about comments, and write as the team",
    "admin": "Change the site and its team",
}
"""What an API token can be allowed to do. None of them holds another."""


@dataclass(frozen=True, slots=True)
class AccessRule:
    """Whom a route is for. `scope` is what an API token must be allowed to do there.

    Without a scope API tokens count for nothing: it is one of our own pages, where a cookie says who asks.
    """

    who: Audience
    scope: str = ""

    def __post_init__(self) -> None:
        if self.scope and self.scope not in SCOPES:
            raise ValueError(f"{self.scope!r} is not a scope")


NOBODY = AccessRule(Audience.NOBODY)
OPERATOR = AccessRule(Audience.OPERATOR)
SIGNED_IN = AccessRule(Audience.SIGNED_IN)


def reader(scope: str = "") -> AccessRule:
    return AccessRule(Audience.READER, scope)


def moderator(scope: str = "") -> AccessRule:
    return AccessRule(Audience.MODERATOR, scope)


def owner(scope: str = "") -> AccessRule:
    return AccessRule(Audience.OWNER, scope)


Gate = Callable[[Request, AccessRule], Awaitable[Response | None]]
"""Raises what is wrong with who asks, or returns an answer to give instead, such as the way to sign in."""


async def pass_gate(request: Request, needs: AccessRule) -> Response | None:
    """Ask the application's gate."""
    gate: Gate = request.app.state.gate
    return await gate(request, needs)


class DeclaredRoute(Route):
    """A route that says what each of its methods needs. The application has no others."""

    def __init__(self, path: str, endpoint: Handler, needs: Mapping[str, AccessRule]) -> None:
        super().__init__(path, endpoint, methods=list(needs))
        self.needs = dict(needs)


def page_route(
    path: str, handler: Handler, *, needs: AccessRule, methods: Sequence[str] = ("GET",)
) -> DeclaredRoute:
    """Return the route of one of our own pages, files or forms."""
    guarded = handler if needs.who in {Audience.NOBODY, Audience.READER} else _behind_gate(handler, needs)
    if needs.who is not Audience.OPERATOR and guarded is not handler:
        guarded = page(guarded)
    return DeclaredRoute(path, guarded, dict.fromkeys(methods, needs))


def _behind_gate(handler: Handler, needs: AccessRule) -> Handler:
    async def serve(request: Request) -> Response:
        return await pass_gate(request, needs) or await handler(request)

    return serve
