"""The moderators' pages: the queues of a site and the log. They work without a script."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode
from uuid import UUID

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from comments.identity.pages import SignInNeeded, Visitor, to_sign_in, visitor, visitor_with_form
from comments.identity.queries import Moderator, moderator_of, sites_of
from comments.moderation import actions, wire, words
from comments.moderation.desk import card, desk, log_rows
from comments.moderation.errors import AllHandled, FormMalformed
from comments.moderation.orders import CHOICES, LONGEST_REASON, Order, Outcome, Wanted
from comments.moderation.queries.queue import QUEUES
from comments.moderation.routes import queue_page, queue_place
from comments.sites.errors import SiteUnknown
from comments.sites.queries import site_by_name
from comments.web.answers import json_answer
from comments.web.forms import see_other
from comments.web.routing import read_query
from comments.web.service import service
from comments.web.templating import html_page, page, wants_json

LOG_PAGE = 50


class DecidedOne(msgspec.Struct):
    id: UUID
    version: int
    state: str


class DecidedAnswer(msgspec.Struct):
    """What the page's script is told: `undo` names the order, empty if it is itself an undoing."""

    words: str
    undo: str
    decided: list[DecidedOne]
    heading: str
    sizes: dict[str, str]


@dataclass(frozen=True, slots=True)
class Seat:
    """A signed-in moderator at the desk of one site."""

    visitor: Visitor
    moderator: Moderator
    site: str


@page
async def choose_site(request: Request) -> Response:
    """Lead to the only site somebody moderates, or let them choose."""
    found = await visitor(request)
    if found is None:
        return to_sign_in(request)
    mine = await service(request).db.read(sites_of, found.account.id)
    if len(mine) == 1:
        return _see_other(request, _address(mine[0][0].name))
    return html_page(request, "choose_site.html", visitor=found, sites=[site.name for site, _ in mine])


@page
async def show_queue(request: Request) -> Response:
    """Show a queue, with what was decided just now."""
    found = await visitor(request)
    if found is None:
        return to_sign_in(request)
    seat = await _seat(request, found)
    return await _queue(request, seat, read_query(request, wire.QueueQuery))


@page
async def show_log(request: Request) -> Response:
    """Show what was decided, the newest first."""
    found = await visitor(request)
    if found is None:
        return to_sign_in(request)
    svc, seat = service(request), await _seat(request, found)
    query, place = read_query(request, wire.LogQuery), f"log/{seat.moderator.site_id}"
    after = wire.position_at(svc.keys, place, query.cursor)
    rows, end = await svc.db.read(log_rows, seat.moderator.site_id, after, LOG_PAGE)
    return html_page(
        request,
        "log.html",
        **await _frame(request, seat, wire.QueueQuery(state="all"), here="log"),
        rows=rows,
        is_first=after is None,
        next=wire.cursor_at(svc.keys, place, end),
    )


@page
async def post_decision(request: Request) -> Response:
    """Decide about one comment, or take an order back; then lead back to the list."""
    try:
        found, fields = await visitor_with_form(request)
    except SignInNeeded:
        if wants_json(request):
            raise
        here = service(request).settings.base_path + _address(request.path_params["site"])
        return _see_other(request, f"/sign-in?next={quote(here)}")
    seat = await _seat(request, found)
    try:
        outcome = await _carry_out(request, seat, fields)
    except AllHandled as handled:
        told = words.handled(handled.conflicts[0], service(request).clock.now())
        if wants_json(request):
            handled.facts["words"] = told
            raise
        return await _queue(request, seat, _back(fields), told=told, status=409)
    if wants_json(request):
        return await _decided(request, seat, fields, outcome)
    back, left = _back(fields), len(outcome.conflicts)
    told_by = {"cursor": back.cursor or "", "done": outcome.at.isoformat(), "left": str(left or "")}
    return _see_other(request, _address(seat.site, back, **told_by))


async def _seat(request: Request, found: Visitor) -> Seat:
    """Return the visitor's place on the site in the address. Raises SiteUnknown, for strangers to it too."""
    db, name = service(request).db, request.path_params["site"]
    site = await db.read(site_by_name, name)
    moderator = await db.read(moderator_of, site.id, found.account.id)
    if moderator is None:
        raise SiteUnknown(f"There is no site named {name!r}.", site=name)
    return Seat(found, moderator, site.name)


async def _queue(
    request: Request, seat: Seat, query: wire.QueueQuery, *, told: str = "", status: int = 200
) -> Response:
    svc, site_id = service(request), seat.moderator.site_id
    found = await queue_page(svc, site_id, query)
    cards = [card(held, svc.clock.now()) for held in found.comments]
    following = wire.cursor_at(svc.keys, queue_place(site_id, query), found.next)
    return html_page(
        request,
        "queue.html",
        status=status,
        **await _frame(request, seat, query, here=query.state),
        cards=cards,
        next=_address(seat.site, query, cursor=following) if following else "",
        cut_short=found.cut_short,
        told=told,
    )


async def _frame(request: Request, seat: Seat, query: wire.QueueQuery, *, here: str) -> dict[str, Any]:
    """Return what stands around every page: queues with their sizes, and the notice of what was done."""
    svc = service(request)
    given = request.query_params
    done = _moment(given.get("done", "")) if given.get("done") and request.method == "GET" else None
    order = (seat.moderator.account_id, done) if done else None
    around = await svc.db.read(desk, seat.moderator.site_id, order)
    left = given.get("left", "")
    return {
        "seat": seat,
        "query": query,
        "here": here,
        "queues": (*QUEUES, "all"),
        "desk": around,
        "left": int(left) if left.isdecimal() and len(left) < 4 else 0,
        "address": lambda **changes: _address(seat.site, query, **changes),
        "log_address": f"/moderate/{quote(seat.site)}/log",
        "back": _back_text(query),
        "words": words,
    }


async def _carry_out(request: Request, seat: Seat, fields: Mapping[str, str]) -> Outcome:
    svc, at = service(request), service(request).clock.now()
    if fields.get("undo"):
        account, _, moment = fields["undo"].partition(":")
        return await svc.db.write(
            actions.undo, seat.moderator, made_by=_uuid(account), made_at=_moment(moment), at=at
        )
    choice = next((one for one in CHOICES if one == fields.get("decision")), None)
    comment_id, _, version = fields.get("comment", "").partition(":")
    if choice is None or not (version.isascii() and version.isdecimal() and len(version) < 10):
        raise FormMalformed("This form is not one of ours, or an old one. Reload the page.")
    wanted = Wanted(_uuid(comment_id), expected_version=int(version))
    reason = fields.get("reason", "").strip()[:LONGEST_REASON]
    return await svc.db.write(actions.decide, Order(seat.moderator, choice, [wanted], reason), at=at)


async def _decided(request: Request, seat: Seat, fields: Mapping[str, str], outcome: Outcome) -> Response:
    state = _back(fields).state
    around = await service(request).db.read(desk, seat.moderator.site_id, None)
    choice = "restore" if fields.get("undo") else fields["decision"]
    undo = "" if choice == "restore" else f"{seat.moderator.account_id}:{outcome.at.isoformat()}"
    return json_answer(
        DecidedAnswer(
            words.decided(choice, [one.state for one in outcome.decided]) if outcome.decided else words.GONE,
            undo if outcome.decided else "",
            [DecidedOne(one.comment_id, one.version, one.state) for one in outcome.decided],
            words.heading(state, around.sizes[state]),
            {queue: words.size(count) for queue, count in around.sizes.items()},
        )
    )


def _address(site: str, query: wire.QueueQuery | None = None, **changes: str) -> str:
    """Return the path of a queue; what stays out of `changes` is as in `query`, and its cursor is dropped."""
    wanted = {"state": query.state, "q": query.q, "author": query.author, "page": query.page} if query else {}
    wanted |= changes
    given = {name: value for name, value in wanted.items() if value and (name, value) != ("state", "pending")}
    return f"/moderate/{quote(site)}" + (f"?{urlencode(given)}" if given else "")


def _back_text(query: wire.QueueQuery) -> str:
    """Return where a form leads back to, as `_back` reads it."""
    kept = msgspec.to_builtins(query)
    return urlencode({name: kept[name] for name in ("state", "q", "author", "page", "cursor") if kept[name]})


def _back(fields: Mapping[str, str]) -> wire.QueueQuery:
    """Return the list that a form was on; whatever else came instead of it leads to what waits."""
    try:
        return msgspec.convert(dict(parse_qsl(fields.get("back", ""))), wire.QueueQuery)
    except (msgspec.ValidationError, ValueError):
        return wire.QueueQuery()


def _see_other(request: Request, path: str) -> Response:
    return see_other(service(request).settings.base_path + path)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise FormMalformed("This form is not one of ours. Reload the page.") from None


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise FormMalformed("This form is not one of ours. Reload the page.")
    return moment


routes = [
    Route("/moderate", choose_site),
    Route("/moderate/{site}", show_queue),
    Route("/moderate/{site}/log", show_log),
    Route("/moderate/{site}/decisions", post_decision, methods=["POST"]),
]
