"""Answers that are ready: what the page cache has for a GET goes out before any route is looked for."""

from dataclasses import dataclass
from urllib.parse import parse_qs

from starlette.types import Scope

from comments.web.answers import BytesAnswer, asked
from comments.web.service import Service


@dataclass(frozen=True, slots=True)
class Shown:
    """Which route a kept body answers, by its pattern; for a discussion also the name of its site."""

    route: str
    discussion_of: str = ""


class ReadyAnswers:
    """Looks into the page cache of the service it was told of, under the bytes of the request as they are."""

    def __init__(self) -> None:
        self._service: Service | None = None

    def use(self, service: Service) -> None:
        self._service = service

    def find(self, scope: Scope) -> tuple[BytesAnswer, str] | None:
        """Return what answers this GET, and the pattern of its route; None if a route has to."""
        svc = self._service
        if svc is None or b"%" in scope.get("raw_path", b"%"):
            return None
        body = svc.cache.get((scope["path"], scope["query_string"]))
        if body is None or body.shown is None:
            return None
        if body.shown.discussion_of:
            origin = next((value for name, value in scope["headers"] if name == b"origin"), b"")
            if origin:
                note_seen(svc, body.shown.discussion_of, origin, scope["query_string"])
        return body.answer(*asked(scope)), body.shown.route


def note_seen(svc: Service, site_name: str, origin: bytes, query: bytes) -> None:
    """Note that a page of this origin has asked for a discussion of the site."""

    def url() -> str:
        return parse_qs(query.decode("latin-1")).get("url", [""])[-1]

    svc.seen.note(site_name, origin.decode("latin-1"), url, svc.clock.now())
