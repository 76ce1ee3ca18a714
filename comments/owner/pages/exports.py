"""The section on what can be kept elsewhere: the site's export, and what is known of backups."""

from starlette.requests import Request
from starlette.responses import Response

from comments.exporters.routes import download
from comments.owner.pages.frame import owning, owning_with_form, section_page
from comments.sites.queries import last_backup
from comments.web.access import owner, page_route
from comments.web.html.templating import page
from comments.web.service import service

AT = "/moderate/{site}/settings/export"


@page
async def show_export(request: Request) -> Response:
    """Show what an export holds, and when the whole installation was backed up last."""
    who, svc = await owning(request), service(request)
    backup = await svc.db.read(last_backup)
    return section_page(request, who, "export", backup=backup, on_sqlite=svc.settings.on_sqlite)


@page
async def download_export(request: Request) -> Response:
    """Send the export."""
    await owning_with_form(request)
    return await download(request)


routes = [
    page_route(AT, show_export, needs=owner()),
    page_route(f"{AT}/file", download_export, needs=owner(), methods=["POST"]),
]
