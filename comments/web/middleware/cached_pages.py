"""What the page cache has is answered from its bytes, before a route is looked for."""

from urllib.parse import parse_qs

from starlette.types import ASGIApp, Receive, Scope, Send

from comments.web.answers import asked
from comments.web.service import Service


class CachedPages:
    """Answers a GET with 200 or 304 if its path and query, as they came, are in the page cache."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # A path with escapes may have several spellings: the routes know.
        if scope["type"] != "http" or scope["method"] != "GET" or b"%" in scope.get("raw_path", b""):
            await self._app(scope, receive, send)
            return
        svc: Service = scope["app"].state.service
        body = svc.cache.get((scope["path"], scope["query_string"]))
        if body is None or body.kept is None:
            await self._app(scope, receive, send)
            return
        scope["comments.route"] = body.kept.route
        if body.kept.discussion_of:
            origin = next((value for name, value in scope["headers"] if name == b"origin"), b"")
            if origin:
                note_origin(svc, body.kept.discussion_of, origin, scope["query_string"])
        await body.answer(*asked(scope))(scope, receive, send)


def note_origin(svc: Service, site_name: str, origin: bytes, query: bytes) -> None:
    """Note that a page of this origin has asked for a discussion of the site."""

    def url() -> str:
        return parse_qs(query.decode("latin-1")).get("url", [""])[-1]

    svc.seen.note(site_name, origin.decode("latin-1"), url, svc.clock.now())
