"""Which page's discussion is meant if none is named: the one a reader comes from, else they are asked."""

from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from comments.errors import Invalid
from comments.sites.urls.origins import origin_allowed
from comments.threads.addresses.page_keys import page_keys
from comments.threads.addresses.urls import parse_page_url
from comments.threads.errors import PageMissing, UrlRefused
from comments.threads.pages.links import Links, site_base
from comments.threads.pages.messages import language_asked, words_of
from comments.threads.pages.refusals import reason_of
from comments.threads.queries.find_threads import thread_by_keys
from comments.threads.site_card import SiteCard
from comments.web.forms import see_other
from comments.web.html.templating import html_page
from comments.web.problems import status_of
from comments.web.service import service


async def lead_to_page(request: Request, site: SiteCard, refused: PageMissing | UrlRefused) -> Response:
    """Lead to the discussion of the page a reader comes from, else ask them for its address."""
    referer = await _referer(request, site) if isinstance(refused, PageMissing) else ""
    base, lang = site_base(request, site.name), language_asked(request)
    if referer:
        rest = request.url.path.removeprefix(f"/d/{site.name}")
        return see_other(f"{base}{rest}?{Links(base, referer, None, lang).named}")
    words = words_of(request, site)
    fault = reason_of(words, refused) or words.say("not_understood")
    return html_page(
        request,
        "which_page.html",
        status=status_of(refused),
        site=site,
        links=Links(base, None, None, lang),
        words=words,
        given=request.query_params.get("url", ""),
        detail="" if isinstance(refused, PageMissing) else fault,
    )


async def _referer(request: Request, site: SiteCard) -> str:
    """Return the address of the site's page that somebody comes from, empty if that is not known."""
    given = request.headers.get("referer", "")
    try:
        page = parse_page_url(given)
    except Invalid:
        return ""
    settings = service(request).settings
    is_ours = page.origin in settings.own_origins and urlsplit(page.url).path.startswith(
        f"{settings.base_path}/d/"
    )
    if is_ours or not origin_allowed(page.origin, site.origins):
        return ""
    if urlsplit(page.url).path in {"", "/"} and not urlsplit(page.url).query:
        # To other origins a browser tells no more than this, from whichever page somebody comes.
        known = await service(request).db.read(thread_by_keys, site.id, page_keys(page.url, None))
        return page.url if known is not None else ""
    return page.url
