"""The pages of the queues: what waits, what was decided, and what a search finds."""

from uuid import UUID

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from comments.identity.accounts.queries import Moderator, sites_of
from comments.identity.pages.sign_in import signed_in
from comments.moderation import messages, schemas
from comments.moderation.audit.thread_entries import thread_decision
from comments.moderation.decisions.requests import FINAL
from comments.moderation.pages.changes import write_place
from comments.moderation.pages.frame import DeskVisit, frame, lead_to, order_notice, visit_of
from comments.moderation.pages.sweeps import CHOICES as ALL_CHOICES
from comments.moderation.pages.thread import ThreadNotice
from comments.moderation.pages.undo_names import ban_notice, log_number
from comments.moderation.pages.urls import desk_address, queue_address
from comments.moderation.queue.desk import bulk_choices, card
from comments.moderation.queue.requests import asking_of
from comments.moderation.queue.view import OpeningRequest, may_take_long, opened
from comments.moderation.routes import queue_place
from comments.threads.errors import ThreadUnknown
from comments.threads.queries.moderated_threads import moderated_threads
from comments.web.html.templating import html_page, page
from comments.web.routing import read_query
from comments.web.service import service


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
    visit = await visit_of(request)
    return await queue_answer(request, visit, read_query(request, schemas.QueueQuery))


async def queue_answer(
    request: Request, visit: DeskVisit, query: schemas.QueueQuery, *, notice: str = "", status: int = 200
) -> Response:
    """Return the page of a list; `notice` is what went wrong with a form that was on it."""
    svc, asking, now = service(request), visit.moderator, service(request).clock.now()
    after = schemas.position_at(svc.keys, queue_place(asking.site_id, query), query.cursor)
    opening = OpeningRequest(asking, query, after, order_notice(request, visit), now)
    run = svc.db.scan if may_take_long(asking, query) else svc.db.read
    found = await run(opened, opening)
    if found.refused is not None:
        notice, status = " ".join(found.refused.errors.values()) or found.refused.detail, 422
    everything = request.query_params.get("ticked") == "list" and status == 200
    following = schemas.cursor_at(svc.keys, queue_place(asking.site_id, query), found.page.next)
    return html_page(
        request,
        "queue.html",
        status=status,
        **await frame(request, visit, query, here=query.state, summary=found.desk),
        cards=[card(held, now) for held in found.page.comments],
        person=found.person,
        last=found.last,
        next=queue_address(visit.site, query, cursor=following) if following else "",
        cut_short=found.page.cut_short,
        unread=found.page.unread,
        notice=notice,
        refused=found.refused is not None,
        hints=asking_of(query).hints,
        ticked=request.query_params.get("ticked") in {"all", "list"},
        everything=everything,
        now_exactly=now.isoformat(),
        run=found.queue_context.run,
        banned=_banned(request),
        undo=ban_notice(request),
        moved=await _moved(request, visit),
        bulk_choices=bulk_choices(query.state),
        all_choices=ALL_CHOICES,
        FINAL=FINAL,
        mails=bool(svc.settings.smtp_url),
        since=found.queue_context.number,
        newest=write_place(found.queue_context.newest),
    )


async def _moved(request: Request, visit: DeskVisit) -> ThreadNotice | None:
    """Return the move of which the page tells that it is done, or taken back."""
    number = log_number(request.query_params.get("moved", "")) if request.method == "GET" else 0
    if not number:
        return None
    return await service(request).db.read(_move_notice, visit.moderator, number)


def _move_notice(session: Session, moderator: Moderator, number: int) -> ThreadNotice | None:
    facts = thread_decision(session, moderator.site_id, number)
    if facts is None or facts["choice"] != "move":
        return None
    try:
        moderated_threads(session, moderator.site_id, [UUID(facts["into"])], moderator.sections)
    except ThreadUnknown:
        return None
    return ThreadNotice.of(facts)


def _banned(request: Request) -> str:
    """Return what the page tells of a ban that was just made or taken back, empty for none."""
    notice = messages.BANNED.get(request.query_params.get("banned", ""), "")
    removed = request.query_params.get("removed", "")
    return (
        messages.with_removal(notice, int(removed))
        if notice and removed.isdecimal() and len(removed) < 9
        else notice
    )
