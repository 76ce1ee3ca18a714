"""The section on API tokens: what programs may do on the site, and whose they are."""

from starlette.requests import Request
from starlette.responses import Response

from comments.identity.accounts import token_actions
from comments.identity.accounts.team_queries import team
from comments.identity.accounts.token_queries import decoded_scopes, tokens_of
from comments.identity.errors import ScopeRefused
from comments.identity.sessions.queries import handle
from comments.owner.pages.frame import lead_to_section, owning, owning_with_form, section_page
from comments.web.access import SCOPES, owner, page_route
from comments.web.html.templating import page
from comments.web.service import service

AT = "/moderate/{site}/settings/tokens"


@page
async def show_tokens(request: Request) -> Response:
    """Show the tokens of the site's whole team."""
    return await _page(request)


@page
async def make_token(request: Request) -> Response:
    """Make a token of the owner who asks, and show it this once."""
    who, fields = await owning_with_form(request)
    svc = service(request)
    try:
        made = await svc.db.write(
            token_actions.make_api_token,
            svc.keys,
            who.site.id,
            who.owner.account_id,
            scopes=fields.every("scope"),
            name=fields.get("name", ""),
            at=svc.clock.now(),
        )
    except ScopeRefused:
        return await _page(request, problem="Choose what it may do.")
    return await _page(request, made=made)


@page
async def end_token(request: Request) -> Response:
    """End a token of the site, whoever's it is."""
    who, fields = await owning_with_form(request)
    svc, named = service(request), fields.get("api_token", "")
    await svc.db.write(token_actions.end_api_token, svc.keys, named, site_id=who.site.id)
    return lead_to_section(request, "tokens")


async def _page(request: Request, *, made: str = "", problem: str = "") -> Response:
    who, svc = await owning(request), service(request)
    found = await svc.db.read(tokens_of, site_id=who.site.id)
    whose = {one.account.id: one.account.email for one in await svc.db.read(team, who.site.id)}
    return section_page(
        request,
        who,
        "tokens",
        status=422 if problem else 200,
        tokens=[
            (
                one,
                handle(svc.keys, one.token_hash),
                whose.get(one.account_id, ""),
                decoded_scopes(one.scopes),
            )
            for one in found
        ],
        scopes=SCOPES,
        made=made,
        problem=problem,
    )


routes = [
    page_route(AT, show_tokens, needs=owner()),
    page_route(AT, make_token, needs=owner(), methods=["POST"]),
    page_route(f"{AT}/end", end_token, needs=owner(), methods=["POST"]),
]
