"""The section on how long the site keeps what nobody is to see any more."""

from starlette.requests import Request
from starlette.responses import Response

from comments.owner.pages.settings.form import save_form, show_form
from comments.web.access import owner, page_route
from comments.web.html.templating import page

NAMES = ("deleted_text_days", "spam_days", "removed_days", "address_days", "answer_days")


@page
async def show_keeping(request: Request) -> Response:
    """Show how long what is kept."""
    return await show_form(request, "keeping")


@page
async def save_keeping(request: Request) -> Response:
    """Save it."""
    return await save_form(request, "keeping", NAMES)


routes = [
    page_route("/moderate/{site}/settings/keeping", show_keeping, needs=owner()),
    page_route("/moderate/{site}/settings/keeping", save_keeping, needs=owner(), methods=["POST"]),
]
