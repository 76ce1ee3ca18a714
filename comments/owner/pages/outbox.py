"""The section on mail: whether it works, what waits, what failed, and to send it once more."""

from starlette.requests import Request
from starlette.responses import Response

from comments.notifications.handlers import OF_A_SITE
from comments.notifications.trial_mail import TrialFailed, send_trial
from comments.outbox.actions import revive
from comments.outbox.queries import failures, number_waiting
from comments.owner.pages.frame import OwnerVisit, lead_to_section, owning, owning_with_form, section_page
from comments.web.access import owner, page_route
from comments.web.html.templating import page
from comments.web.service import service

AT = "/moderate/{site}/settings/outbox"
MOST_SHOWN = 20


@page
async def show_mail(request: Request) -> Response:
    """Show what waits and what failed, of this site alone."""
    return await _page(request)


@page
async def send_test(request: Request) -> Response:
    """Send a mail to the owner who asks, and say what the server answers."""
    who, _ = await owning_with_form(request)
    try:
        return await _page(
            request, notice=await send_trial(service(request), who.visitor.account, who.site.id)
        )
    except TrialFailed as failed:
        return await _page(request, problem=str(failed))


@page
async def send_failed_again(request: Request) -> Response:
    """Try mails once more that were given up: the one that is named, or all that are shown."""
    who, fields = await owning_with_form(request)
    svc, named = service(request), fields.get("mail", "")
    failed = await svc.db.read(failures, who.site.id, limit=MOST_SHOWN, kinds=OF_A_SITE)
    wanted = [one.id for one in failed if one.state == "dead" and named in {"", str(one.id)}]
    await svc.db.write(revive, wanted, who.site.id, at=svc.clock.now())
    return lead_to_section(request, "outbox")


async def _page(request: Request, *, notice: str = "", problem: str = "") -> Response:
    who = await owning(request)
    failed, waiting = await _outbox(request, who)
    return section_page(
        request,
        who,
        "outbox",
        status=422 if problem else 200,
        is_set=bool(service(request).settings.smtp_url),
        failed=failed,
        waiting=waiting,
        kinds=OF_A_SITE,
        most_shown=MOST_SHOWN,
        notice=notice,
        problem=problem,
    )


async def _outbox(request: Request, who: OwnerVisit) -> tuple[object, int]:
    db = service(request).db
    failed = await db.read(failures, who.site.id, limit=MOST_SHOWN, kinds=OF_A_SITE)
    return failed, await db.read(number_waiting, who.site.id, OF_A_SITE)


routes = [
    page_route(AT, show_mail, needs=owner()),
    page_route(f"{AT}/test", send_test, needs=owner(), methods=["POST"]),
    page_route(f"{AT}/again", send_failed_again, needs=owner(), methods=["POST"]),
]
