"""Signing in with a password, and a second factor where it is on."""

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from anyio import to_thread
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from comments.identity.emails import folded_email
from comments.identity.errors import CodeWrong, EmailRefused
from comments.identity.models import Credential
from comments.identity.pages.sign_in import TooManySignIns
from comments.identity.sessions.actions import SESSION_LIFETIME, NewSession
from comments.identity.sessions.devices import device_words
from comments.identity.sign_in import password_actions
from comments.identity.sign_in import queries as sign_in_queries
from comments.identity.sign_in.password_actions import HALFWAY_LIFETIME
from comments.identity.sign_in.passwords import is_password
from comments.keys import Keyring
from comments.limits import Rate
from comments.web.access import NOBODY, page_route
from comments.web.forms import Fields, cookie_name, local_path, own_form, see_other, set_cookie
from comments.web.html.templating import html_page, page
from comments.web.service import client_network, service

WRONG = "This address and this password do not belong together."
STARTED_ANEW = "That took too long. Please start again."


@page
async def sign_in_with_password(request: Request) -> Response:
    """Begin a session, or ask for the second factor."""
    svc, fields = service(request), await own_form(request)
    written = fields.get("email", "")
    try:
        email = folded_email(written)
    except EmailRefused:
        email = written[:254].casefold()
    # A flood from elsewhere makes the password rest for this account, never its links.
    _refuse_over(request, (Rate.SIGN_IN, ""), (Rate.TRY, email))
    _refuse_over_account(request, Rate.TRY_ACCOUNT, email)
    held = await svc.db.read(sign_in_queries.credential_by_email, email)
    stored = None if held is None else held.password_hash
    is_right = await to_thread.run_sync(partial(is_password, stored, fields.get("password", "")))
    if held is None or stored is None or not is_right:
        return _form(request, fields, problem=WRONG, email=written)
    if held.factor_on:
        return code_form(request, fields, halfway(svc.keys, held, svc.clock.now()))
    begun = await svc.db.write(
        password_actions.sign_in_by_password, svc.keys, held.account_id, stored, **request_facts(request)
    )
    return signed_in_answer(request, fields, begun)


@page
async def sign_in_with_code(request: Request) -> Response:
    """Take the code of the second factor, or a recovery code, after the password."""
    svc, fields = service(request), await own_form(request)
    way = fields.get("halfway", "")
    account_id = await svc.db.read(_account_halfway, svc.keys, way, svc.clock.now())
    if account_id is None:
        return _form(request, fields, problem=STARTED_ANEW)
    _refuse_over(request, (Rate.SIGN_IN, ""))
    _refuse_over_account(request, Rate.SECOND_FACTOR, account_id.hex)
    try:
        begun = await svc.db.write(
            password_actions.sign_in_by_code,
            svc.keys,
            account_id,
            fields.get("code", "")[:40],
            **request_facts(request),
        )
    except CodeWrong as wrong:
        return code_form(request, fields, way, problem=wrong.detail)
    return signed_in_answer(request, fields, begun)


def halfway(keys: Keyring, held: Credential, now: datetime) -> str:
    """Return what a form carries between password and code: whose, until when, for which password."""
    until = int((now + HALFWAY_LIFETIME).timestamp())
    said = f"{held.account_id.hex}.{until}"
    return f"{said}.{keys.mac('halfway', f'{said}.{held.password_hash}'.encode()).hex()}"


def _account_halfway(session: Session, keys: Keyring, way: str, now: datetime) -> UUID | None:
    account, _, rest = way.partition(".")
    until, _, signature = rest.partition(".")
    try:
        account_id, given, is_late = UUID(account), bytes.fromhex(signature), int(until) < now.timestamp()
    except ValueError:
        return None
    held = session.get(Credential, account_id)
    if is_late or held is None:
        return None
    said = f"{account}.{until}.{held.password_hash}".encode()
    return account_id if keys.matches("halfway", said, given) else None


def _refuse_over(request: Request, *rates: tuple[Rate, str]) -> None:
    limits, network = service(request).limits, client_network(request)
    waits = [limits.hit(rate, f"{network} {whose}") for rate, whose in rates]
    if any(waits):
        raise TooManySignIns("A moment, please.", retry_after=max(waits))


def _refuse_over_account(request: Request, rate: Rate, whose: str) -> None:
    wait = service(request).limits.hit(rate, whose)
    if wait:
        raise TooManySignIns("Too many tries. A sign-in link still works.", retry_after=wait)


def request_facts(request: Request) -> dict[str, Any]:
    """Return what beginning a session takes from the request."""
    svc = service(request)
    return {
        "at": svc.clock.now(),
        "old_cookie": request.cookies.get(cookie_name(svc.settings)),
        "device": device_words(request.headers.get("user-agent", "")),
    }


def signed_in_answer(request: Request, fields: Fields, begun: NewSession) -> Response:
    """Give the browser its new cookie, and lead to where it was going."""
    settings = service(request).settings
    response = see_other(local_path(fields.get("next", ""), f"{settings.base_path}/moderate"))
    set_cookie(response, settings, begun.cookie, seconds=int(SESSION_LIFETIME.total_seconds()))
    return response


def _form(request: Request, fields: Fields, *, problem: str, email: str = "") -> Response:
    onwards = local_path(fields.get("next", ""), "")
    return html_page(request, "sign_in_password.html", status=422, problem=problem, email=email, next=onwards)


def code_form(request: Request, fields: Fields, way: str, *, problem: str = "") -> Response:
    """Return the page that asks for the second factor."""
    return html_page(
        request,
        "sign_in_code.html",
        status=422 if problem else 200,
        problem=problem,
        halfway=way,
        next=local_path(fields.get("next", ""), ""),
    )


@page
async def show_form(request: Request) -> Response:
    """Show the form for address and password."""
    onwards = local_path(request.query_params.get("next", ""), "")
    return html_page(request, "sign_in_password.html", problem="", email="", next=onwards)


routes = [
    # Before /sign-in/{secret}, which these would be taken for.
    page_route("/sign-in/password", show_form, needs=NOBODY),
    page_route("/sign-in/with-password", sign_in_with_password, needs=NOBODY, methods=["POST"]),
    page_route("/sign-in/code", sign_in_with_code, needs=NOBODY, methods=["POST"]),
]
