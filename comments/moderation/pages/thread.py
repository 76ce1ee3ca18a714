"""The page of one discussion: closing and opening it, having all of it wait, slowing it down. Plain forms."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from comments.moderation.errors import FormMalformed
from comments.moderation.pages.addresses import desk_address, queue_address
from comments.moderation.pages.seat import Seat, lead_to, read_id, seat_of, seat_with_form
from comments.moderation.thread_actions import acting_as, set_thread
from comments.moderation.thread_wire import PageAsked, page_moderated
from comments.threads.actions.settling import LONGEST_PAUSE_SECONDS, ThreadWish
from comments.threads.routes import site_of
from comments.web.routing import read_query
from comments.web.service import service
from comments.web.templating import html_page, page

_WISHES: Mapping[str, ThreadWish] = {
    "close": ThreadWish(state="closed"),
    "open": ThreadWish(state="open"),
    "hold": ThreadWish(hold_all=True),
    "release": ThreadWish(hold_all=False),
}


@page
async def show_thread(request: Request) -> Response:
    """Show what is set for a page's discussion, with forms to set it."""
    seat, asked = await seat_of(request), read_query(request, PageAsked)
    return await thread_answer(request, seat, asked.page)


@page
async def post_thread(request: Request) -> Response:
    """Set something for a discussion, and lead back to its page."""
    seat, fields = await seat_with_form(request)
    thread_id = read_id(fields.get("thread", ""))
    chosen = fields.get("set", "")
    if chosen == "slow":
        seconds = fields.get("seconds", "").strip() or "0"
        if not (seconds.isascii() and seconds.isdecimal() and int(seconds[:9]) <= LONGEST_PAUSE_SECONDS):
            told = f"Slow mode takes a whole number of seconds, at most {LONGEST_PAUSE_SECONDS}."
            return await thread_answer(request, seat, str(thread_id), told=told)
        wish = ThreadWish(slow_seconds=int(seconds))
    elif chosen in _WISHES:
        wish = _WISHES[chosen]
    else:
        raise FormMalformed("This form is not one of ours. Reload the page.")
    svc, site = service(request), await site_of(request)
    acting = acting_as(seat.moderator, site.origins)
    await svc.db.write(set_thread, svc.keys, acting, thread_id, wish, at=svc.clock.now())
    return lead_to(request, desk_address(seat.site, f"/thread?page={thread_id}"))


async def thread_answer(request: Request, seat: Seat, named: str, *, told: str = "") -> Response:
    """Return the page; `told` is what was wrong with its form. Raises ThreadUnknown."""
    site = await site_of(request)
    found = await service(request).db.read(page_moderated, site, named, seat.moderator.sections)
    return html_page(
        request,
        "thread.html",
        status=422 if told else 200,
        seat=seat,
        thread=found,
        told=told,
        queue=queue_address(seat.site, None, state="all", page=str(found.id)),
        longest=LONGEST_PAUSE_SECONDS,
    )
