"""The section on the line of terms that stands where readers write, and whether they must agree to it."""

from starlette.requests import Request
from starlette.responses import Response

from comments.owner.pages.settings.form import save_form, show_form
from comments.web.access import owner, page_route
from comments.web.html.templating import page

NAMES = ("terms", "terms_url", "terms_consent")


@page
async def show_terms(request: Request) -> Response:
    """Show the line of terms."""
    return await show_form(request, "terms")


@page
async def save_terms(request: Request) -> Response:
    """Save it."""
    return await save_form(request, "terms", NAMES)


routes = [
    page_route("/moderate/{site}/settings/terms", show_terms, needs=owner()),
    page_route("/moderate/{site}/settings/terms", save_terms, needs=owner(), methods=["POST"]),
]
