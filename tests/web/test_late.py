"""Rooms that are imported with the first request for them answer like the others."""

import re

import httpx2 as httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from comments import app, backstage
from comments.web.access import NOBODY, DeclaredRoute, page_route
from comments.web.late import LateRoutes


def test_all_that_is_backstage_and_nothing_else_is_answered_there() -> None:
    theirs = re.compile(app.BACKSTAGE)
    others = [route.path for route in app.routes() if isinstance(route, DeclaredRoute)]

    assert [route.path for route in backstage.routes() if not theirs.fullmatch(route.path)] == []
    assert [path for path in others if theirs.fullmatch(path)] == []
    assert "/d/{site}" in others


async def test_late_routes_are_made_once_and_only_for_their_own_addresses() -> None:
    made = []

    async def shown(request: Request) -> Response:
        return PlainTextResponse(request.path_params["name"])

    def load() -> list[DeclaredRoute]:
        made.append("once")
        return [page_route("/late/{name}", shown, needs=NOBODY)]

    routes = [page_route("/early/{name}", shown, needs=NOBODY), LateRoutes("/late(/.*)?", load)]
    transport = httpx.ASGITransport(app=Starlette(routes=routes))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        assert (await client.get("/early/one")).text == "one"
        assert (await client.get("/nowhere")).status_code == 404
        assert made == []
        assert (await client.get("/late/two")).text == "two"
        assert (await client.get("/late/two/")).headers["location"].endswith("/late/two")
        assert (await client.get("/late")).status_code == 404
        wrong = await client.post("/late/two")

    assert wrong.status_code == 405
    assert sorted(wrong.headers["allow"].split(", ")) == ["GET", "HEAD"]
    assert made == ["once"]
