"""The pages of bans: who is banned from the site, and the form that bans the author of a comment."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response

from comments.errors import CommentsError
from comments.moderation import messages, schemas
from comments.moderation.audit.thread_entries import ban_decision
from comments.moderation.bans.actions import (
    Bannable,
    BanWish,
    ban_somebody,
    bannable,
    check_whole_site,
    lift_ban,
)
from comments.moderation.decisions.requests import LONGEST_REASON
from comments.moderation.errors import FormMalformed
from comments.moderation.pages.frame import (
    DeskVisit,
    field,
    frame,
    lead_to,
    read_id,
    visit_of,
    visit_with_form,
)
from comments.moderation.pages.thread import ThreadNotice
from comments.moderation.pages.undo_names import ban_name, ban_notice, lift_name
from comments.moderation.pages.urls import desk_address, list_behind, queue_address, way_back
from comments.moderation.queue.desk import desk
from comments.policy.actions import KINDS
from comments.policy.errors import BanOutside, BanRefused
from comments.policy.queries import bans
from comments.web.answers import json_answer
from comments.web.forms import Fields
from comments.web.html.templating import html_page, page, wants_json
from comments.web.problems import status_of
from comments.web.routing import read_query
from comments.web.service import service

_ROWS = 50
_LENGTHS = {"": "For good", "1": "For a day", "7": "For 7 days", "30": "For 30 days", "365": "For a year"}
"""How long a ban may be, in days, as the form offers it."""

_NOTICES = {"banned": "Banned.", "lifted": messages.BANNED["lifted"], "again": messages.BANNED["again"]}


class BansPageQuery(msgspec.Struct):
    cursor: schemas.Cursor | None = None
    notice: str = ""
    removed: Annotated[int, Meta(ge=0)] = 0
    lift: Annotated[int, Meta(ge=0, le=2**31 - 1)] = 0


class NewBanQuery(msgspec.Struct):
    """`comment` is one of whom to ban, `back` the list it was on."""

    comment: UUID
    back: str = ""


class BannedAnswer(msgspec.Struct):
    """What the page's script is told.

    `undo` takes back the ban, with what `removed` says was removed by it; of a ban that took another's
    place only the removal, and then `lifts` is false. It is empty where there is nothing to take back.
    """

    words: str
    whom: str
    removed: int
    undo: str
    lifts: bool
    heading: str
    sizes: dict[str, str]


@dataclass(frozen=True, slots=True)
class _FormMessage:
    """What went wrong with a form."""

    words: str
    status: int


@page
async def show_bans(request: Request) -> Response:
    """Show the bans that stand, the newest first, and the form for one by value."""
    query = read_query(request, BansPageQuery)
    done = _NOTICES.get(query.notice, "")
    if query.notice == "banned":
        done = messages.with_removal(done, query.removed)
    return await _list(request, await visit_of(request), query.cursor, done=done, lift=query.lift)


@page
async def show_form(request: Request) -> Response:
    """Show the form that bans the author of a comment."""
    visit, query = await visit_of(request), read_query(request, NewBanQuery)
    return await _form(request, visit, query.comment, {"back": query.back})


@page
async def post_ban(request: Request) -> Response:
    """Ban somebody, then lead back to where the form was."""
    visit, fields = await visit_with_form(request)
    svc, comment_id = service(request), read_id(fields["comment"]) if fields.get("comment") else None
    try:
        wish = _wish(request, visit, fields, comment_id)
        made = await svc.db.write(ban_somebody, wish, svc.keys, at=svc.clock.now())
    except (BanRefused, BanOutside) as refused:
        if wants_json(request):
            raise
        notice = _notice(refused)
        if comment_id is None:
            return await _list(request, visit, None, notice=notice, fields=fields)
        return await _form(request, visit, comment_id, fields, notice=notice)
    undo = ban_name(made, visit.moderator.account_id)
    if wants_json(request):
        state = list_behind(fields).state
        summary = await svc.db.read(desk, visit.moderator, None)
        sizes = {queue: messages.size(count) for queue, count in summary.sizes.items()}
        heading = messages.heading(state, summary.sizes[state])
        return json_answer(
            BannedAnswer(
                messages.banned(made.ban.label, made.removed),
                made.ban.label,
                made.removed,
                undo,
                made.is_new,
                heading,
                sizes,
            )
        )
    notice_fields = {"removed": str(made.removed), "undo": undo} if made.is_new else {}
    if comment_id is None:
        return lead_to(
            request, desk_address(visit.site, f"/bans?{urlencode({'notice': 'banned', **notice_fields})}")
        )
    if made.removed_at and not made.is_new:
        notice_fields = {"done": made.removed_at.isoformat()}
    return lead_to(
        request, queue_address(visit.site, list_behind(fields), banned=made.ban.kind, **notice_fields)
    )


@page
async def post_lift(request: Request) -> Response:
    """Lift a ban."""
    visit, fields = await visit_with_form(request)
    svc, ban_id = service(request), read_id(fields.get("ban", ""))
    lifting = partial(lift_ban, by=visit.moderator, at=svc.clock.now())
    lifted = await svc.db.write(lifting, svc.keys, visit.moderator.site_id, ban_id)
    return lead_to(request, desk_address(visit.site, f"/bans?notice=lifted&lift={lifted.number}"))


def _wish(request: Request, visit: DeskVisit, fields: Fields, comment_id: UUID | None) -> BanWish:
    kind, days = fields.get("kind", ""), fields.get("days", "")
    if kind not in KINDS or days not in _LENGTHS:
        raise FormMalformed("This form is not one of ours, or an old one. Reload the page.")
    now = service(request).clock.now()
    return BanWish(
        visit.moderator,
        kind,
        comment_id,
        field(fields, "value", 300),
        "silent" if fields.get("silent") else "refuse",
        now + timedelta(days=int(days)) if days else None,
        field(fields, "reason", LONGEST_REASON),
        bool(fields.get("remove")),
    )


async def _form(
    request: Request,
    visit: DeskVisit,
    comment_id: UUID,
    fields: Mapping[str, str],
    *,
    notice: _FormMessage | None = None,
) -> Response:
    svc = service(request)
    found: Bannable = await svc.db.read(bannable, visit.moderator, comment_id)
    back = list_behind(fields)
    return html_page(
        request,
        "ban.html",
        status=notice.status if notice else 200,
        **await _frame(request, visit, back),
        found=found,
        comment_id=comment_id,
        lengths=_LENGTHS,
        fields=fields,
        notice=notice.words if notice else "",
        back=way_back(back),
        leads_back=queue_address(visit.site, back, cursor=back.cursor or ""),
    )


async def _list(
    request: Request,
    visit: DeskVisit,
    cursor: str | None,
    *,
    done: str = "",
    lift: int = 0,
    notice: _FormMessage | None = None,
    fields: Mapping[str, str] | None = None,
) -> Response:
    check_whole_site(visit.moderator)
    svc, site_id = service(request), visit.moderator.site_id
    place = f"bans/{site_id}"
    after = schemas.position_at(svc.keys, place, cursor)
    found = await svc.db.read(bans, site_id, svc.clock.now(), after=after, limit=_ROWS + 1)
    shown = found[:_ROWS]
    end = (shown[-1].created_at, shown[-1].id) if len(found) > _ROWS else None
    return html_page(
        request,
        "bans.html",
        status=notice.status if notice else 200,
        **await _frame(request, visit, schemas.QueueQuery()),
        bans=shown,
        next=schemas.cursor_at(svc.keys, place, end),
        lengths=_LENGTHS,
        fields=fields or {},
        done=done,
        undo=ban_notice(request),
        lifting=await _lifting(request, visit, lift) if lift else None,
        notice=notice.words if notice else "",
    )


async def _lifting(request: Request, visit: DeskVisit, number: int) -> ThreadNotice | None:
    """Return the lifting of a ban that the page tells, or that it tells to be taken back."""
    facts = await service(request).db.read(ban_decision, visit.moderator.site_id, number)
    if facts is None or facts["choice"] != "lift":
        return None
    is_undoing = request.query_params.get("notice") == "again"
    return ThreadNotice("", "Ban lifted", messages.kind_banned(facts), lift_name(number), is_undoing)


async def _frame(request: Request, visit: DeskVisit, query: schemas.QueueQuery) -> dict[str, Any]:
    summary = await frame(request, visit, query, here="bans")
    return {name: value for name, value in summary.items() if name != "back"}


def _notice(refused: CommentsError) -> _FormMessage:
    return _FormMessage(refused.detail, status_of(refused))
