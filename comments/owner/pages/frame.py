"""What stands around every section of the owner's pages: who asks, which site, and the way to the others."""

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from comments.identity.access_routes import asking_moderator
from comments.identity.accounts.queries import Moderator
from comments.identity.pages.sign_in import Visitor, signed_in, visitor_with_form
from comments.sites.models import Site
from comments.sites.queries import site_by_name
from comments.web.access import owner, page_route
from comments.web.forms import Fields, see_other
from comments.web.html.templating import html_page
from comments.web.service import service


@dataclass(frozen=True, slots=True)
class Section:
    """A section: `key` is the end of its address and of its template's name, `icon` one of `icons.html`."""

    key: str
    name: str
    icon: str


SECTIONS = (
    Section("overview", "Overview", "chart"),
    Section("install", "Install", "code"),
    Section("site", "Site", "gear"),
    Section("moderation", "Moderation", "shield"),
    Section("checks", "Outside checks", "search"),
    Section("mail", "Mail", "mail"),
    Section("terms", "Terms", "check"),
    Section("keeping", "What is kept", "inbox"),
    Section("import", "Import", "import"),
    Section("export", "Export", "export"),
    Section("readers", "Readers’ data", "people"),
    Section("tokens", "API tokens", "lock"),
    Section("webhooks", "Webhooks", "next"),
    Section("outbox", "Outbox", "clock"),
)


@dataclass(frozen=True, slots=True)
class OwnerVisit:
    """An owner on a page of their site, which is as it was when the request came."""

    visitor: Visitor
    owner: Moderator
    site: Site


async def owning(request: Request) -> OwnerVisit:
    """Return who asks, and the site: the gate let only its owners pass."""
    site = await service(request).db.read(site_by_name, request.path_params["site"])
    return OwnerVisit(await signed_in(request), asking_moderator(request), site)


async def owning_with_form(request: Request) -> tuple[OwnerVisit, Fields]:
    """Return who posts a form of a section, and its fields. Raises what `visitor_with_form` does."""
    _, fields = await visitor_with_form(request)
    return await owning(request), fields


def section_page(
    request: Request, who: OwnerVisit, here: str, *, status: int = 200, **context: Any
) -> Response:
    """Return the page of a section, from `owner_KEY.html`, which extends `owner.html`."""
    return html_page(
        request,
        f"owner_{here}.html",
        status=status,
        sections=SECTIONS,
        here=here,
        visitor=who.visitor,
        owner=who.owner,
        site=who.site,
        **context,
    )


def lead_to_section(request: Request, key: str, query: str = "") -> Response:
    """Lead to a section, after a form; `query` begins with its question mark."""
    site, base_path = request.path_params["site"], service(request).settings.base_path
    return see_other(f"{base_path}/moderate/{site}/settings/{key}{query}")


async def lead_to_first(request: Request) -> Response:
    """Lead to the section that comes first."""
    return lead_to_section(request, SECTIONS[0].key)


routes = [page_route("/moderate/{site}/settings", lead_to_first, needs=owner())]
