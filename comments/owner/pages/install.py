"""The section on how the discussion comes onto the site's pages."""

from starlette.requests import Request
from starlette.responses import Response

from comments.owner.pages.frame import owning, section_page
from comments.web.needs import owner, page_route
from comments.web.service import service
from comments.web.templating import page


@page
async def show_install(request: Request) -> Response:
    """Show the line to put into a page."""
    who = await owning(request)
    return section_page(request, who, "install", base_url=service(request).settings.base_url)


routes = [page_route("/moderate/{site}/settings/install", show_install, needs=owner())]
