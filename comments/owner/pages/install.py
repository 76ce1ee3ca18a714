"""The section on how the discussion comes onto the site's pages, and where it was seen."""

from starlette.requests import Request
from starlette.responses import Response

from comments.errors import Invalid
from comments.owner.pages.frame import lead_to_section, owning, owning_with_form, section_page
from comments.sites.actions import SiteWish, change_site
from comments.sites.queries import origins_of, seen_origins
from comments.sites.snippets import count_line, page_lines
from comments.sites.urls.origins import origin_allowed
from comments.web.access import owner, page_route
from comments.web.html.templating import page
from comments.web.service import service


@page
async def show_install(request: Request) -> Response:
    """Show the line to put into a page, and which pages have it."""
    return await _answer(request)


@page
async def allow_origin(request: Request) -> Response:
    """Let one more origin show and take comments."""
    who, fields = await owning_with_form(request)
    wish = SiteWish(origins=[*origins_of(who.site), fields.get("origin", "")], seen_version=who.site.version)
    try:
        await service(request).db.write(change_site, who.site.name, wish)
    except Invalid as refused:
        return await _answer(request, problem=refused.detail)
    return lead_to_section(request, "install", "?notice=allowed")


async def _answer(request: Request, *, problem: str = "") -> Response:
    svc, who = service(request), await owning(request)
    allowed = origins_of(who.site)
    seen = await svc.db.read(seen_origins, who.site.id)
    return section_page(
        request,
        who,
        "install",
        status=422 if problem else 200,
        page_lines=page_lines(svc.settings.base_url, who.site.name),
        count_line=count_line(svc.settings.base_url, who.site.name),
        seen=[(one, origin_allowed(one.origin, allowed)) for one in seen],
        allowed=allowed,
        notice="Allowed." if request.query_params.get("notice") == "allowed" else "",
        problem=problem,
    )


routes = [
    page_route("/moderate/{site}/settings/install", show_install, needs=owner()),
    page_route("/moderate/{site}/settings/install", allow_origin, needs=owner(), methods=["POST"]),
]
