"""The pages of the queues: what waits, what was decided, and what a search finds."""

from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import Response

from comments.errors import Invalid
from comments.identity.pages import signed_in
from comments.identity.queries import sites_of
from comments.moderation import wire, words
from comments.moderation.desk import bulk_choices, card
from comments.moderation.finding import read_id
from comments.moderation.pages.addresses import desk_address, queue_address
from comments.moderation.pages.news import view_of, write_place
from comments.moderation.pages.runs import CHOICES as ALL_CHOICES
from comments.moderation.pages.seat import Seat, frame, lead_to, seat_of
from comments.moderation.queries.news import standing
from comments.moderation.queries.profile import profile
from comments.moderation.queries.queue import HeldPage
from comments.moderation.queries.runs import run_going_on
from comments.moderation.routes import queue_page, queue_place
from comments.moderation.wishes import asking_of
from comments.web.routing import read_query
from comments.web.service import service
from comments.web.templating import html_page, page


@page
async def choose_site(request: Request) -> Response:
    """Lead to the only site somebody moderates, or let them choose."""
    found = await signed_in(request)
    mine = await service(request).db.read(sites_of, found.account.id)
    if len(mine) == 1:
        return lead_to(request, desk_address(mine[0][0].name))
    return html_page(request, "choose_site.html", visitor=found, sites=[site.name for site, _ in mine])


@page
async def show_queue(request: Request) -> Response:
    """Show a queue, with what was decided just now."""
    seat = await seat_of(request)
    return await queue_answer(request, seat, read_query(request, wire.QueueQuery))


async def queue_answer(
    request: Request, seat: Seat, query: wire.QueueQuery, *, told: str = "", status: int = 200
) -> Response:
    """Return the page of a list; `told` is what went wrong with a form that was on it."""
    svc, site_id = service(request), seat.moderator.site_id
    # Before the comments are read: what comes in between is told as new, not lost.
    stands = await svc.db.read(standing, view_of(seat, query.state))
    try:
        found = await queue_page(svc, seat.moderator, replace(query, grouped=True))
    except Invalid as unclear:
        found, told, status = HeldPage([], None), " ".join(unclear.errors.values()) or unclear.detail, 422
    everything, now = request.query_params.get("ticked") == "list" and status == 200, svc.clock.now()
    author_id = read_id(query.author)
    person = await svc.db.read(profile, seat.moderator, author_id, at=now) if author_id else None
    cards = [card(held, now) for held in found.comments]
    following = wire.cursor_at(svc.keys, queue_place(site_id, query), found.next)
    return html_page(
        request,
        "queue.html",
        status=status,
        **await frame(request, seat, query, here=query.state),
        cards=cards,
        person=person,
        next=queue_address(seat.site, query, cursor=following) if following else "",
        cut_short=found.cut_short,
        unread=found.unread,
        told=told,
        hints=asking_of(query).hints,
        ticked=request.query_params.get("ticked") in {"all", "list"},
        everything=everything,
        now_exactly=now.isoformat(),
        run=await svc.db.read(run_going_on, seat.moderator),
        banned=words.BANNED.get(request.query_params.get("banned", ""), ""),
        bulk_choices=bulk_choices(query.state),
        all_choices=ALL_CHOICES,
        mails=bool(svc.settings.smtp_url),
        since=stands.number,
        newest=write_place(stands.newest),
    )
