"""The form that asks for a sign-in link by mail."""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from comments.identity.emails import folded_email
from comments.identity.pages.sign_in import TooManySignIns
from comments.identity.sign_in.email_link_actions import ask_for_link
from comments.limits import Rate
from comments.web.access import NOBODY, page_route
from comments.web.forms import local_path, own_form, see_other
from comments.web.html.templating import page
from comments.web.problems import NoSuchAddress
from comments.web.service import client_network, service


@page
async def ask(request: Request) -> Response:
    """Have a link mailed, and say the same whether somebody moderates under this address or not."""
    svc, fields = service(request), await own_form(request)
    if not svc.settings.smtp_url:
        raise NoSuchAddress("No mail is sent from here. Who runs this service makes sign-in links.")
    email, onwards = fields.get("email", ""), local_path(fields.get("next", ""), "")
    # Counted by the address as it is compared, so that another spelling of it is no other.
    by_address = svc.keys.mac("sign-in-mail", folded_email(email).encode()).hex()
    wait = max(
        svc.limits.hit(Rate.SIGN_IN, client_network(request)), svc.limits.hit(Rate.SIGN_IN_MAIL, by_address)
    )
    if wait:
        raise TooManySignIns(
            "Some links were asked for already. Look into your mail, or try again later.", retry_after=wait
        )
    await svc.db.write(ask_for_link, svc.keys, email, onwards, at=svc.clock.now())
    notice = urlencode({"asked": "1", **({"next": onwards} if onwards else {})})
    return see_other(f"{svc.settings.base_path}/sign-in?{notice}")


routes = [page_route("/sign-in/mail", ask, needs=NOBODY, methods=["POST"])]
