"""Passkeys on our pages: making, naming and removing them on the account page, and signing in with one."""

from functools import partial
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from comments.identity.errors import PasskeyRefused
from comments.identity.pages.account import account_page, back_to_account
from comments.identity.pages.passwords import code_form, halfway, request_facts, signed_in_answer
from comments.identity.pages.sign_in import TooManySignIns, refused_sign_in, visitor_with_form
from comments.identity.sessions.devices import device_words
from comments.identity.sign_in import passkey_actions, passkeys
from comments.identity.sign_in import queries as sign_in_queries
from comments.identity.sign_in.passkey_actions import QUESTION_LIFETIME, PasskeyUse, TooManyPasskeys
from comments.identity.sign_in.passkeys import RelyingParty, place_of
from comments.limits import Rate
from comments.web.access import NOBODY, SIGNED_IN, page_route
from comments.web.forms import clear_cookie, cookie_name, own_form, set_cookie
from comments.web.html.templating import page
from comments.web.problems import NoSuchAddress
from comments.web.service import client_network, service

QUESTION = "passkey"
"""The cookie with the secret of what a browser was asked."""


@page
async def ask_for_new(request: Request) -> Response:
    """Say what the browser is to make."""
    place, (found, _) = _place(request), await visitor_with_form(request)
    svc, account = service(request), found.account
    known = [one.credential_id for one in await svc.db.read(sign_in_queries.passkeys_of, account.id)]
    ask = partial(passkey_actions.ask, at=svc.clock.now(), account_id=account.id)
    secret = await svc.db.write(ask, svc.keys)
    challenge = passkey_actions.challenge(svc.keys, secret, found.cookie)
    return _asked(request, secret, passkeys.creation_options(place, account, known, challenge))


@page
async def add(request: Request) -> Response:
    """Keep the passkey that the browser made."""
    place, (found, fields) = _place(request), await visitor_with_form(request)
    svc, secret = service(request), _question(request)
    challenge = passkey_actions.challenge(svc.keys, secret, found.cookie)
    try:
        made = passkeys.made_key(place, fields.get("answer", ""), challenge)
        name = fields.get("name", "").strip() or device_words(request.headers.get("user-agent", ""))
        keep = partial(passkey_actions.add_passkey, cookie=found.cookie, name=name, at=svc.clock.now())
        await svc.db.write(keep, svc.keys, found.account.id, made, secret)
    except (PasskeyRefused, TooManyPasskeys) as refused:
        return await account_page(request, found, problem=refused.detail, notice_about="passkey")
    response = back_to_account(request, "passkey")
    clear_cookie(response, svc.settings, QUESTION)
    return response


@page
async def end(request: Request) -> Response:
    """Remove one of one's passkeys."""
    found, fields = await visitor_with_form(request)
    svc, named = service(request), fields.get("passkey", "")
    await svc.db.write(passkey_actions.end_passkey, svc.keys, found.account.id, named)
    return back_to_account(request, "passkey-end")


@page
async def ask_to_sign_in(request: Request) -> Response:
    """Say what the browser is to show."""
    place = _place(request)
    await own_form(request)
    svc = service(request)
    retry_after = svc.limits.hit(Rate.SIGN_IN, client_network(request))
    if retry_after:
        raise TooManySignIns("A moment, please.", retry_after=retry_after)
    secret = await svc.db.write(partial(passkey_actions.ask, at=svc.clock.now()), svc.keys)
    return _asked(
        request, secret, passkeys.request_options(place, passkey_actions.challenge(svc.keys, secret))
    )


@page
async def sign_in(request: Request) -> Response:
    """Begin a session for whoever shows a passkey; who only held it gives the second factor, too."""
    place, fields = _place(request), await own_form(request)
    svc, secret = service(request), _question(request)
    try:
        used, account_id = await _shown(request, place, fields.get("answer", ""), secret)
        credential = await svc.db.read(sign_in_queries.credential_of, account_id)
        if credential is not None and credential.factor_on and not used.shown.is_verified:
            now = svc.clock.now()
            await svc.db.write(passkey_actions.use_passkey, svc.keys, used, secret, at=now)
            return code_form(request, fields, halfway(svc.keys, credential, now))
        begin = partial(passkey_actions.sign_in_by_passkey, **request_facts(request))
        begun = await svc.db.write(begin, svc.keys, used, secret)
    except PasskeyRefused as refused:
        return await refused_sign_in(request, refused.detail)
    response = signed_in_answer(request, fields, begun)
    clear_cookie(response, svc.settings, QUESTION)
    return response


async def _shown(request: Request, place: RelyingParty, answer: str, secret: str) -> tuple[PasskeyUse, UUID]:
    """Return the passkey that an answer shows, and whose it is. Raises PasskeyRefused."""
    svc = service(request)
    held = await svc.db.read(sign_in_queries.passkey, passkeys.named_key(answer))
    if held is None:
        raise PasskeyRefused(passkeys.REFUSED)
    challenge = passkey_actions.challenge(svc.keys, secret)
    shown = passkeys.shown_key(
        place, answer, challenge, public_key=held.public_key, sign_count=held.sign_count
    )
    return PasskeyUse(held.credential_id, held.sign_count, shown), held.account_id


def _place(request: Request) -> RelyingParty:
    """Return where passkeys are good. Raises NoSuchAddress where they are nowhere."""
    place = place_of(service(request).settings)
    if place is None:
        raise NoSuchAddress("Passkeys need an address with a name, and HTTPS.")
    return place


def _question(request: Request) -> str:
    return request.cookies.get(cookie_name(service(request).settings, QUESTION), "")


def _asked(request: Request, secret: str, options: str) -> Response:
    response = Response(options, media_type="application/json", headers={"cache-control": "no-store"})
    seconds = int(QUESTION_LIFETIME.total_seconds())
    set_cookie(response, service(request).settings, secret, seconds=seconds, name=QUESTION)
    return response


routes = [
    page_route("/account/passkeys/options", ask_for_new, needs=SIGNED_IN, methods=["POST"]),
    page_route("/account/passkeys", add, needs=SIGNED_IN, methods=["POST"]),
    page_route("/account/passkeys/end", end, needs=SIGNED_IN, methods=["POST"]),
    page_route("/sign-in/passkey/options", ask_to_sign_in, needs=NOBODY, methods=["POST"]),
    page_route("/sign-in/passkey", sign_in, needs=NOBODY, methods=["POST"]),
]
