"""The demo's pages: two articles with the widget at their foot."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from comments.demo.articles import SITE
from comments.web.access import NOBODY, page_route
from comments.web.html.assets import FIVE_MINUTES, file_answer
from comments.web.html.templating import html_page
from comments.web.service import service

_HERE = Path(__file__).parent


async def night_train(request: Request) -> Response:
    return _article(request, "article_night_train.html", "/")


async def timetable(request: Request) -> Response:
    return _article(request, "article_timetable.html", "/timetable")


async def stylesheet(request: Request) -> Response:
    return file_answer(request, _HERE, "article.css", FIVE_MINUTES)


def _article(request: Request, template: str, path: str) -> Response:
    canonical = service(request).settings.base_url + path
    return html_page(request, template, site=SITE, canonical=canonical)


routes: list[BaseRoute] = [
    page_route("/", night_train, needs=NOBODY),
    page_route("/timetable", timetable, needs=NOBODY),
    page_route("/article.css", stylesheet, needs=NOBODY),
]
