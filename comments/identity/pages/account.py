"""The account page: where somebody moderates, where they are signed in, and their API tokens."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from comments.identity.accounts import token_actions
from comments.identity.accounts.queries import SiteRole, moderator_at, parts_of
from comments.identity.accounts.token_queries import decoded_scopes, tokens_of
from comments.identity.models import ApiToken, BrowserSession, Credential, Passkey
from comments.identity.pages.sign_in import Visitor, signed_in, visitor_with_form
from comments.identity.sessions import actions
from comments.identity.sessions.queries import handle, sessions_of
from comments.identity.sign_in.passkeys import place_of
from comments.identity.sign_in.queries import credential_of, passkeys_of, recovery_codes_left
from comments.web.access import SCOPES, SIGNED_IN, page_route
from comments.web.forms import see_other
from comments.web.html.templating import html_page, page
from comments.web.service import service

NOTICES = {
    "session": "That browser is signed out.",
    "sessions": "All other browsers are signed out.",
    "password": "Your new password is good from now on.",
    "factor": "The second factor is off.",
    "passkey": "Your passkey signs you in from now on.",
    "passkey-end": "That passkey is good for nothing any more.",
    "token": "The token is good for nothing any more.",
}


@dataclass(frozen=True, slots=True)
class SignInWays:
    """How somebody signs in, and what of it is shown just now: a factor to set up, new recovery codes."""

    has_password: bool = False
    factor_on: bool = False
    codes_left: int = 0
    qr: Markup | None = None
    secret: str = ""
    otpauth: str = ""
    recovery_codes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class AccountOverview:
    """All that an account has."""

    parts: list[SiteRole]
    sessions: list[BrowserSession]
    tokens: list[ApiToken]
    credential: Credential | None
    codes_left: int
    passkeys: list[Passkey]


def standing(session: Session, found: Visitor, now: Any) -> AccountOverview:
    account_id = found.account.id
    return AccountOverview(
        list(parts_of(session, account_id)),
        list(sessions_of(session, account_id, now)),
        list(tokens_of(session, account_id=account_id)),
        credential_of(session, account_id),
        recovery_codes_left(session, account_id),
        list(passkeys_of(session, account_id)),
    )


@page
async def show_account(request: Request) -> Response:
    """Show one's own account."""
    notice = NOTICES.get(request.query_params.get("done", ""), "")
    return await account_page(request, await signed_in(request), notice=notice)


@page
async def end_sessions(request: Request) -> Response:
    """Sign one browser out, or all but this one."""
    found, fields = await visitor_with_form(request)
    svc, account_id = service(request), found.account.id
    if "others" in fields:
        await svc.db.write(actions.end_other_sessions, svc.keys, account_id, found.cookie)
        return back_to_account(request, "sessions")
    named = fields.get("session", "")
    await svc.db.write(actions.end_session, svc.keys, account_id, named, at=svc.clock.now())
    return back_to_account(request, "session")


@page
async def make_token(request: Request) -> Response:
    """Make an API token for one of one's sites, and show it this once."""
    found, fields = await visitor_with_form(request)
    svc, site = service(request), fields.get("site", "")
    asking = await svc.db.read(moderator_at, site, found.account.id)
    scopes = [scope for scope in fields.every("scope") if scope != "admin" or asking.is_owner]
    made = await svc.db.write(
        token_actions.make_api_token,
        svc.keys,
        asking.site_id,
        asking.account_id,
        scopes=scopes,
        name=fields.get("name", ""),
        at=svc.clock.now(),
    )
    return await account_page(request, found, made=made)


@page
async def end_token(request: Request) -> Response:
    """End one of one's API tokens."""
    found, fields = await visitor_with_form(request)
    svc, named = service(request), fields.get("api_token", "")
    await svc.db.write(token_actions.end_api_token, svc.keys, named, account_id=found.account.id)
    return back_to_account(request, "token")


async def account_page(
    request: Request, found: Visitor, *, shown: SignInWays | None = None, **texts: str
) -> Response:
    """Return the page; `texts` may have what happened (`notice`), a `problem`, or a token that was `made`."""
    svc = service(request)
    has = await svc.db.read(standing, found, svc.clock.now())
    current = svc.keys.token_hashes(found.cookie)
    sites = {part.site_id: part.site for part in has.parts}
    return html_page(
        request,
        "account.html",
        status=422 if texts.get("problem") else 200,
        visitor=found,
        parts=has.parts,
        sessions=[(one, handle(svc.keys, one.token_hash), one.token_hash in current) for one in has.sessions],
        tokens=[
            (one, handle(svc.keys, one.token_hash), sites.get(one.site_id, ""), decoded_scopes(one.scopes))
            for one in has.tokens
        ],
        place=place_of(svc.settings),
        passkeys=[(one, handle(svc.keys, one.credential_id)) for one in has.passkeys],
        scopes=SCOPES,
        owns=any(part.role == "owner" for part in has.parts),
        ways=replace(
            shown or SignInWays(),
            has_password=has.credential is not None and has.credential.password_hash is not None,
            factor_on=has.credential is not None and has.credential.factor_on,
            codes_left=has.codes_left,
        ),
        **{"notice": "", "problem": "", "notice_about": "", "made": "", **texts},
    )


def back_to_account(request: Request, done: str) -> Response:
    return see_other(f"{service(request).settings.base_path}/account?done={done}")


routes = [
    page_route("/account", show_account, needs=SIGNED_IN),
    page_route("/account/sessions", end_sessions, needs=SIGNED_IN, methods=["POST"]),
    page_route("/account/tokens", make_token, needs=SIGNED_IN, methods=["POST"]),
    page_route("/account/tokens/end", end_token, needs=SIGNED_IN, methods=["POST"]),
]
