"""The section on outside checks: who is asked before a comment is public, and what they answered."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from comments.moderation.errors import FormMalformed
from comments.outside.external_checks.checks import Checks
from comments.outside.queries import check_calls_with_authors
from comments.outside.signing import shown_secret
from comments.owner.pages.frame import lead_to_section, owning, owning_with_form, section_page
from comments.sites.check_actions import remove_check, set_check
from comments.sites.checks import AKISMET, AKISMET_URL, HTTP, KINDS, CheckOrder, name_of
from comments.sites.errors import CheckRefused
from comments.sites.models import OutsideCheck
from comments.sites.queries import check_of, checks_of
from comments.web.access import owner, page_route
from comments.web.forms import Fields
from comments.web.html.templating import page
from comments.web.service import service

KEY = "checks"
AT = f"/moderate/{{site}}/settings/{KEY}"
CALLS_LOOKED_AT = 50
CALLS_SHOWN = 10

# A field's name begins with the kind of check that it is about: both forms stand on one page.
LABELS: Mapping[str, str] = {
    "akismet_key": "Akismet’s key",
    "akismet_url": "Another service that speaks as Akismet does",
    "akismet_sends_email": "Send the author’s mail address too, where they gave one",
    "http_url": "Your program’s address",
    "http_sends_email": "Send the author’s mail address too, where they gave one",
}
DONE: Mapping[str, str] = {
    "set": "Saved. It is asked about each new comment from now on.",
    "removed": "It is asked no more. What waited for its answer waits for a moderator.",
}


@page
async def show_checks(request: Request) -> Response:
    """Show who is asked, and what they answered lately."""
    return await _page(request, notice=DONE.get(request.query_params.get("done", ""), ""))


@page
async def save_check(request: Request) -> Response:
    """Have somebody asked from now on, or otherwise. A new endpoint's secret is shown in the answer, once."""
    who, fields = await owning_with_form(request)
    svc, site_id, order = service(request), who.site.id, _order(fields)
    known = {one.id for one in await svc.db.read(checks_of, site_id)}
    try:
        made = await svc.db.write(set_check, site_id, order, svc.keys, at=svc.clock.now())
    except CheckRefused as refused:
        errors = {f"{order.kind}_{field}": fault for field, fault in refused.errors.items()}
        typed = {
            f"{order.kind}_url": order.url,
            f"{order.kind}_sends_email": "yes" if order.sends_email else "no",
        }
        return await _page(request, errors=errors, typed=typed)
    if made.kind == HTTP and made.id not in known:
        return await _page(request, notice=DONE["set"], secret=shown_secret(svc.keys, made.id))
    return lead_to_section(request, KEY, "?done=set")


@page
async def forget_check(request: Request) -> Response:
    """Ask it no more."""
    who, fields = await owning_with_form(request)
    await service(request).db.write(remove_check, who.site.id, fields.get("kind", ""))
    return lead_to_section(request, KEY, "?done=removed")


@page
async def try_check(request: Request) -> Response:
    """Ask it about nothing, now, and say what came of it."""
    who, fields = await owning_with_form(request)
    svc = service(request)
    check = await svc.db.read(check_of, who.site.id, fields.get("kind", ""))
    tried = await Checks(svc.settings, svc.keys, svc.clock, svc.db).trial(check)
    words = f"{name_of(check)}: {tried.answer}"
    return await (_page(request, notice=words) if tried.works else _page(request, problem=words))


def _order(fields: Fields) -> CheckOrder:
    kind = fields.get("kind", "")
    if kind not in KINDS:
        raise FormMalformed("This form is not one of ours. Reload the page.")
    key = fields.get("akismet_key", "").strip() if kind == AKISMET else ""
    return CheckOrder(kind, fields.get(f"{kind}_url", "").strip(), key, f"{kind}_sends_email" in fields)


async def _page(
    request: Request,
    *,
    notice: str = "",
    problem: str = "",
    secret: str = "",
    errors: Mapping[str, str] = MappingProxyType({}),
    typed: Mapping[str, str] = MappingProxyType({}),
) -> Response:
    who = await owning(request)
    found = {one.kind: one for one in await service(request).db.read(checks_of, who.site.id)}
    return section_page(
        request,
        who,
        KEY,
        status=422 if errors else 200,
        labels=LABELS,
        words={**_words(found), **typed},
        checks={kind: await _shown(request, found.get(kind)) for kind in KINDS},
        notice=notice,
        problem=problem,
        secret=secret,
        errors=errors,
        stale="",
        saved=None,
    )


def _words(found: Mapping[str, OutsideCheck]) -> dict[str, str]:
    """Return what the fields hold: of the key nothing, for it is shown to nobody."""
    words = {"akismet_url": "", "http_url": ""}
    words |= {f"{kind}_url": one.url for kind, one in found.items() if one.url != AKISMET_URL}
    mails = {
        f"{kind}_sends_email": "yes" if kind in found and found[kind].sends_email else "no" for kind in KINDS
    }
    return words | mails


async def _shown(request: Request, check: OutsideCheck | None) -> dict[str, Any] | None:
    if check is None:
        return None
    calls = await service(request).db.read(check_calls_with_authors, check.id, limit=CALLS_LOOKED_AT)
    fault = next((one for one, _ in calls if one.outcome is None), None)
    return {"row": check, "name": name_of(check), "calls": calls[:CALLS_SHOWN], "fault": fault}


routes = [
    page_route(AT, show_checks, needs=owner()),
    page_route(AT, save_check, needs=owner(), methods=["POST"]),
    page_route(f"{AT}/remove", forget_check, needs=owner(), methods=["POST"]),
    page_route(f"{AT}/test", try_check, needs=owner(), methods=["POST"]),
]
