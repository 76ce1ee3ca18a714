"""Forms of the account page about signing in: the password, and the second factor that goes with it."""

import io
from functools import partial

from anyio import to_thread
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from comments.identity.errors import CodeWrong, PasswordRefused
from comments.identity.pages.account import SignInWays, account_page, back_to_account
from comments.identity.pages.sign_in import TooManySignIns, Visitor, visitor_with_form
from comments.identity.sign_in import password_actions
from comments.identity.sign_in import queries as sign_in_queries
from comments.identity.sign_in.one_time_codes import otpauth_url, secret_words
from comments.identity.sign_in.passwords import check_password, is_password, password_hash
from comments.limits import Rate
from comments.web.access import SIGNED_IN, page_route
from comments.web.forms import Fields
from comments.web.html.templating import page
from comments.web.service import service


@page
async def save_password(request: Request) -> Response:
    """Give oneself a password; who has one shows it first."""
    found, fields = await visitor_with_form(request)
    svc, account = service(request), found.account
    try:
        await _require_old(request, found, fields)
        check_password(fields.get("password", ""), account.email)
    except PasswordRefused as refused:
        return await account_page(request, found, problem=refused.detail, notice_about="password")
    hashed = await to_thread.run_sync(password_hash, fields["password"])
    change = partial(password_actions.set_password, cookie=found.cookie, at=svc.clock.now())
    await svc.db.write(change, svc.keys, account.id, hashed)
    return back_to_account(request, "password")


@page
async def start_factor(request: Request) -> Response:
    """Show what an authenticator scans. Nothing is asked for yet when signing in."""
    found, _ = await visitor_with_form(request)
    return await _setting_up(request, found, anew=True)


@page
async def confirm_factor(request: Request) -> Response:
    """Switch the second factor on with its first code, and show the recovery codes."""
    found, fields = await visitor_with_form(request)
    svc, account_id = service(request), found.account.id
    _refuse_over(request, found)
    try:
        codes = await svc.db.write(
            password_actions.confirm_factor,
            svc.keys,
            account_id,
            fields.get("code", ""),
            at=svc.clock.now(),
        )
    except CodeWrong as wrong:
        return await _setting_up(request, found, problem=wrong.detail)
    return await account_page(request, found, shown=SignInWays(recovery_codes=codes))


@page
async def end_factor(request: Request) -> Response:
    """Switch the second factor off."""
    found, fields = await visitor_with_form(request)
    try:
        await _require_old(request, found, fields)
    except PasswordRefused as refused:
        return await account_page(request, found, problem=refused.detail, notice_about="factor")
    await service(request).db.write(password_actions.end_factor, found.account.id)
    return back_to_account(request, "factor")


async def _setting_up(request: Request, found: Visitor, *, anew: bool = False, problem: str = "") -> Response:
    svc, account = service(request), found.account
    secret = await svc.db.write(password_actions.start_factor, svc.keys, account.id, anew=anew)
    address = otpauth_url(secret, account=account.email, issuer="Comments")
    shown = SignInWays(qr=_drawn(address), secret=secret_words(secret), otpauth=address)
    return await account_page(request, found, problem=problem, notice_about="factor", shown=shown)


def _drawn(address: str) -> Markup:
    """Return a QR code as an SVG element: a strict policy lets no image with `data:` in."""
    import segno

    file = io.BytesIO()
    segno.make(address, error="m").save(
        file,
        kind="svg",
        xmldecl=False,
        svgns=False,
        svgclass="qr",
        lineclass=None,
        omitsize=True,
        title="QR code",
    )
    return Markup(file.getvalue().decode())  # noqa: S704 - of modules alone


async def _require_old(request: Request, found: Visitor, fields: Fields) -> None:
    """Raise PasswordRefused unless the password that there is was given."""
    _refuse_over(request, found)
    held = await service(request).db.read(sign_in_queries.credential_of, found.account.id)
    if held is None or held.password_hash is None:
        return
    if not await to_thread.run_sync(is_password, held.password_hash, fields.get("old", "")):
        raise PasswordRefused("This is not your password.", errors={"old": "is not your password"})


def _refuse_over(request: Request, found: Visitor) -> None:
    wait = service(request).limits.hit(Rate.SECOND_FACTOR, f"account {found.account.id.hex}")
    if wait:
        raise TooManySignIns("A moment, please.", retry_after=wait)


routes = [
    page_route("/account/password", save_password, needs=SIGNED_IN, methods=["POST"]),
    page_route("/account/factor", start_factor, needs=SIGNED_IN, methods=["POST"]),
    page_route("/account/factor/confirm", confirm_factor, needs=SIGNED_IN, methods=["POST"]),
    page_route("/account/factor/end", end_factor, needs=SIGNED_IN, methods=["POST"]),
]
