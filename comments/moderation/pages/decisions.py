"""What the forms of the desk do: decisions about one comment or many, and taking an order back."""

from collections.abc import Mapping, Sequence
from functools import partial
from uuid import UUID

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from comments.moderation import messages as moderation_messages
from comments.moderation.authors.reply_routes import carry_out_reply
from comments.moderation.bans.actions import BanToUndo, undo_ban, undo_lift
from comments.moderation.decisions import decide
from comments.moderation.decisions.groups import decide_rows
from comments.moderation.decisions.requests import (
    CHOICES,
    FINAL,
    LONGEST_REASON,
    STATE_AFTER,
    WITHDRAWALS,
    Choice,
    CommentChoice,
    DecidedComment,
    DecisionConflict,
    DecisionOrder,
    NewText,
    OrderOutcome,
)
from comments.moderation.errors import AllHandled, ChangedSince, FormMalformed, MessageSent, NoteEmpty
from comments.moderation.pages.frame import DeskVisit, field, lead_to, moment, read_id, visit_with_form
from comments.moderation.pages.queue import queue_answer
from comments.moderation.pages.thread import thread_address, thread_answer
from comments.moderation.pages.undo_names import ban_named, lift_named, thread_named
from comments.moderation.pages.urls import desk_address, list_behind, queue_address
from comments.moderation.queue.desk import desk
from comments.moderation.queue.duplicate_groups import RowVersion
from comments.moderation.threads import messages
from comments.moderation.threads.actions import acting_as
from comments.moderation.threads.undo import undo_thread
from comments.threads.posting.prepare import rendered
from comments.web.answers import json_answer
from comments.web.forms import Fields
from comments.web.html.templating import page, wants_json
from comments.web.service import service


class CommentDecided(msgspec.Struct):
    id: str
    version: int
    state: str


class CommentHandled(msgspec.Struct):
    """A comment that somebody else changed first, with one line about it."""

    id: str
    words: str


class DecidedAnswer(msgspec.Struct):
    """What the page's script is told: `undo` names the order, empty if it is itself an undoing."""

    words: str
    undo: str
    decided: list[CommentDecided]
    handled: list[CommentHandled]
    missing: list[str]
    heading: str
    sizes: dict[str, str]


@page
async def post_decision(request: Request) -> Response:
    """Decide about comments, or take an order back; then lead back to the list."""
    visit, fields = await visit_with_form(request)
    made = ban_named(fields.get("undo", ""))
    if made is not None:
        return await _take_back_ban(request, visit, fields, made)
    lifting = lift_named(fields.get("undo", ""))
    if lifting is not None:
        return await _take_back_lift(request, visit, fields, lifting)
    number = thread_named(fields.get("undo", ""))
    if number is not None:
        return await _take_back_of_thread(request, visit, fields, number)
    try:
        outcome = await _carry_out(request, visit, fields)
    except AllHandled as handled:
        own = _done_before(visit, fields, handled.conflicts) if wants_json(request) else None
        if own is not None:
            return await _script_answer(request, visit, fields, own)
        now = service(request).clock.now()
        lines = [
            CommentHandled(str(one.comment_id), moderation_messages.handled(one, now))
            for one in handled.conflicts
        ]
        notice = lines[0].words if len(lines) == 1 else handled.detail
        if wants_json(request):
            handled.facts |= {"words": notice, "handled": [msgspec.to_builtins(line) for line in lines]}
            raise
        return await queue_answer(request, visit, list_behind(fields), notice=notice, status=409)
    except MessageSent as sent:
        if wants_json(request):
            raise
        return await queue_answer(request, visit, list_behind(fields), notice=sent.detail, status=409)
    if wants_json(request):
        return await _script_answer(request, visit, fields, outcome)
    return _back_with_notice(request, visit, fields, outcome)


async def _take_back_ban(request: Request, visit: DeskVisit, fields: Fields, made: BanToUndo) -> Response:
    svc = service(request)
    undone = await svc.db.write(undo_ban, svc.keys, visit.moderator, made, at=svc.clock.now())
    if not wants_json(request):
        done = {"done": undone.at.isoformat()} if undone.at else {}
        notice_fields = {"banned": undone.fate, **done, "left": str(len(undone.conflicts) or "")}
        return lead_to(request, queue_address(visit.site, list_behind(fields), **notice_fields))
    outcome, fate = (
        OrderOutcome(undone.decided, undone.conflicts, [], undone.at or svc.clock.now()),
        undone.fate,
    )
    own = _done_before(visit, fields, undone.conflicts) if fate == "gone" else None
    if own is not None:
        outcome, fate = own, "lifted"
    notice = moderation_messages.ban_undone(fate, len(outcome.decided), len(outcome.conflicts))
    return await _script_answer(request, visit, fields, outcome, notice=notice)


async def _take_back_lift(request: Request, visit: DeskVisit, fields: Fields, number: int) -> Response:
    svc, at = service(request), service(request).clock.now()
    restoring = partial(undo_lift, by=visit.moderator, at=at)
    await svc.db.write(restoring, svc.keys, visit.moderator.site_id, number)
    if wants_json(request):
        notice = moderation_messages.BANNED["again"]
        return await _script_answer(request, visit, fields, OrderOutcome([], [], [], at), notice=notice)
    return lead_to(request, desk_address(visit.site, f"/bans?notice=again&lift={number}"))


async def _take_back_of_thread(request: Request, visit: DeskVisit, fields: Fields, number: int) -> Response:
    svc, at = service(request), service(request).clock.now()
    acting, back = acting_as(visit.moderator, ()), list_behind(fields)
    try:
        undone = await svc.db.write(undo_thread, svc.keys, acting, number, at=at)
    except ChangedSince as changed:
        notice = messages.changed_since(changed.by, changed.at, at)
        if wants_json(request):
            changed.facts |= {"words": notice}
            raise
        if changed.thread_id is None:
            return await queue_answer(request, visit, back, notice=notice, status=409)
        return await thread_answer(request, visit, str(changed.thread_id), notice=notice, status=409)
    if wants_json(request):
        notice = messages.thread_notice(undone)
        return await _script_answer(request, visit, fields, OrderOutcome([], [], [], at), notice=notice)
    if undone["choice"] == "move":
        return lead_to(request, queue_address(visit.site, back, moved=str(undone["number"])))
    return lead_to(request, thread_address(visit.site, undone["thread"], undone["number"]))


async def _carry_out(request: Request, visit: DeskVisit, fields: Fields) -> OrderOutcome:
    svc, at = service(request), service(request).clock.now()
    if fields.get("undo"):
        account, _, made_at = fields["undo"].partition(":")
        return await svc.db.write(
            decide.undo,
            visit.moderator,
            svc.keys,
            made_by=read_id(account),
            made_at=moment(made_at),
            at=at,
        )
    if fields.get("decision") == "reply":
        wanted_one = _wanted(fields.get("comment", ""))
        source = fields.get("reply", "").replace("\r\n", "\n")
        return (await carry_out_reply(request, wanted_one, source)).outcome
    choice = _choice(fields)
    if choice is None:
        raise FormMalformed("This form is not one of ours, or an old one. Reload the page.")
    wanted = [_wanted(named) for named in dict.fromkeys(fields.every("comment"))]
    reason = field(fields, choice if choice in WITHDRAWALS else "reason", LONGEST_REASON)
    if choice in WITHDRAWALS and not reason:
        raise NoteEmpty(f"Write the {choice} first.", errors={choice: "is empty"})
    text = None
    if choice == "edit":
        source = fields.get("text", "").replace("\r\n", "\n")
        text = NewText(source, await rendered(source))
    order = DecisionOrder(visit.moderator, choice, wanted, reason, text)
    return await svc.db.write(decide_rows, order, _rows(fields), svc.keys, at=at)


def _choice(fields: Mapping[str, str]) -> Choice | None:
    return next((one for one in CHOICES if one == fields.get("decision")), None)


def _wanted(named: str) -> CommentChoice:
    """Return which comment a form means, and the version of it that was shown."""
    comment_id, version, _ = _parts(named)
    return CommentChoice(comment_id, expected_version=version)


def _rows(fields: Fields) -> dict[UUID, RowVersion]:
    """Return the rows of a form that stand for many, as they were shown."""
    parts = map(_parts, fields.every("comment"))
    return {
        comment_id: RowVersion(version, moment(newest)) for comment_id, version, newest in parts if newest
    }


def _parts(named: str) -> tuple[UUID, int, str]:
    """Return id and version of a comment as a form names it, and when the newest of its row was written."""
    comment_id, _, rest = named.partition(":")
    version, _, newest = rest.partition(":")
    if not (version.isascii() and version.isdecimal() and len(version) < 10):
        raise FormMalformed("This form is not one of ours, or an old one. Reload the page.")
    return read_id(comment_id), int(version), newest


def _done_before(
    visit: DeskVisit, fields: Fields, conflicts: Sequence[DecisionConflict]
) -> OrderOutcome | None:
    """Return what an earlier try of this very order did, None if it did nothing.

    The script sends an order again if it was not told of the first try's end. What the moderator has done
    themselves is then no conflict.
    """
    choice = _choice(fields)
    if not fields.get("again") or (choice is None and not fields.get("undo")):
        return None
    state = STATE_AFTER.get(choice) if choice else None
    own = [one for one in conflicts if one.by == visit.moderator.name and state in {None, one.state}]
    times = [one.at for one in own if one.at is not None]
    if not times:
        return None
    # A decision raises the version by one; an undoing finds its rows by the id alone.
    shown = {one.comment_id: one.expected_version or 0 for one in map(_wanted, fields.every("comment"))}
    decided = [DecidedComment(one.comment_id, shown.get(one.comment_id, 0) + 1, one.state) for one in own]
    return OrderOutcome(decided, [one for one in conflicts if one not in own], [], max(times))


def _back_with_notice(
    request: Request, visit: DeskVisit, fields: Mapping[str, str], outcome: OrderOutcome
) -> Response:
    back, left = list_behind(fields), len(outcome.conflicts)
    notice_fields = {"cursor": back.cursor or "", "done": outcome.at.isoformat(), "left": str(left or "")}
    return lead_to(request, queue_address(visit.site, back, **notice_fields))


async def _script_answer(
    request: Request, visit: DeskVisit, fields: Mapping[str, str], outcome: OrderOutcome, *, notice: str = ""
) -> Response:
    svc, state = service(request), list_behind(fields).state
    summary = await svc.db.read(desk, visit.moderator, None)
    choice = "restore" if fields.get("undo") else fields["decision"]
    undo = "" if choice in FINAL else f"{visit.moderator.account_id}:{outcome.at.isoformat()}"
    now = svc.clock.now()
    if not notice:
        states = [one.state for one in outcome.decided]
        notice = (
            moderation_messages.decided(outcome.withdrew or choice, states)
            if states
            else moderation_messages.GONE
        )
    return json_answer(
        DecidedAnswer(
            notice,
            undo if outcome.decided else "",
            [CommentDecided(str(one.comment_id), one.version, one.state) for one in outcome.decided],
            [
                CommentHandled(str(one.comment_id), moderation_messages.handled(one, now))
                for one in outcome.conflicts
            ],
            [str(comment_id) for comment_id in outcome.missing],
            moderation_messages.heading(state, summary.sizes[state]),
            {queue: moderation_messages.size(count) for queue, count in summary.sizes.items()},
        )
    )
