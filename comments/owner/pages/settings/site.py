"""The section on the site itself: where its pages are, and how its discussions are shown."""

from starlette.requests import Request
from starlette.responses import Response

from comments.owner.pages.settings.form import save_form, show_form
from comments.sites.settings import SORTS
from comments.web.access import owner, page_route
from comments.web.html.templating import page

NAMES = ("origins", "sort", "edit_window_seconds", "closed")


@page
async def show_site(request: Request) -> Response:
    """Show where the site is, and how its discussions are shown."""
    return await show_form(request, "site", sorts=SORTS)


@page
async def save_site(request: Request) -> Response:
    """Save it."""
    return await save_form(request, "site", NAMES)


routes = [
    page_route("/moderate/{site}/settings/site", show_site, needs=owner()),
    page_route("/moderate/{site}/settings/site", save_site, needs=owner(), methods=["POST"]),
]
