"""The HTTP API of what moderators follow and take back, and of deciding about all of a search."""

from datetime import timedelta

from starlette.requests import Request

from comments.identity.access_routes import asking_moderator
from comments.moderation.audit.changes_since import changes, own_orders
from comments.moderation.decisions import schemas as wire
from comments.moderation.decisions.decide import decide, undo
from comments.moderation.decisions.requests import MOST_AT_ONCE, CommentChoice, DecisionOrder, OrderOutcome
from comments.moderation.errors import AllHandled, DecisionsMissing, MessageSent, SearchUnclear
from comments.moderation.queue.comments import held_comments
from comments.moderation.queue.requests import wish_of
from comments.moderation.routes import WHO, queue_place
from comments.moderation.schemas import DecisionsAnswer, QueueQuery, cursor_at, decisions_answer, position_at
from comments.threads.errors import CursorRefused
from comments.web.access import moderator
from comments.web.routing import Api, QueryRefused
from comments.web.service import service

api = Api("/api/v1/sites/{site}", tag="Moderation")


@api.endpoint(
    "GET",
    "/moderation/changes",
    answers={200: wire.ChangesAnswer},
    errors=(*WHO, QueryRefused),
    needs=moderator("read"),
)
async def get_changes(request: Request, query: wire.ChangesQuery) -> wire.ChangesAnswer:
    """What was decided since the last look, by whom, in the order in which it was stored.

    Cheap enough to be asked every second: nothing new is one look at an index.
    """
    asking = asking_moderator(request)
    found = await service(request).db.read(changes, asking, query.since)
    return wire.changes_answer(found, asking.account_id)


@api.endpoint(
    "GET",
    "/moderation/mine",
    answers={200: wire.MineAnswer},
    errors=(*WHO, QueryRefused),
    needs=moderator("read"),
)
async def get_mine(request: Request, query: wire.MineQuery) -> wire.MineAnswer:
    """One's own last orders, with what of them can still be taken back."""
    orders = await service(request).db.scan(own_orders, asking_moderator(request), query.limit)
    return wire.mine_answer(list(orders))


@api.endpoint(
    "POST",
    "/moderation/undo",
    answers={200: DecisionsAnswer},
    errors=(*WHO, DecisionsMissing, AllHandled, MessageSent),
    needs=moderator("moderate"),
)
async def post_undo(request: Request, body: wire.UndoBody) -> DecisionsAnswer:
    """Take one of one's own orders back; what somebody has decided about since is a conflict, and stays.

    A message is taken back for as long as it lies in the outbox: a minute, and longer where mail fails.
    """
    svc, asking = service(request), asking_moderator(request)
    outcome = await svc.db.write(
        undo, asking, svc.keys, made_by=asking.account_id, made_at=body.at, at=svc.clock.now()
    )
    return decisions_answer(outcome)


@api.endpoint(
    "POST",
    "/moderation/selections",
    answers={200: wire.SelectionAnswer},
    errors=(*WHO, SearchUnclear, CursorRefused),
    needs=moderator("moderate"),
)
async def post_selection(request: Request, body: wire.SelectionBody) -> wire.SelectionAnswer:
    """Decide about all comments that a search finds, 500 at a time.

    What arrived after `until`, or was changed since it was found, stays as it is.
    """
    svc, asking = service(request), asking_moderator(request)
    query = QueueQuery(body.state, body.q, body.author, body.page)
    place = queue_place(asking.site_id, query)
    wish = await svc.db.read(wish_of, asking, query)
    limited = wish.before(body.until + timedelta(microseconds=1))
    page = await svc.db.scan(
        held_comments,
        asking.site_id,
        limited,
        after=position_at(svc.keys, place, body.cursor),
        limit=MOST_AT_ONCE,
    )
    wanted = [CommentChoice(held.row.id, expected_version=held.row.version) for held in page.comments]
    outcome: OrderOutcome | None = None
    if wanted:
        order = DecisionOrder(asking, body.decision, wanted, body.reason.strip())
        try:
            outcome = await svc.db.write(decide, order, svc.keys, at=svc.clock.now())
        except AllHandled as handled:
            outcome = OrderOutcome([], handled.conflicts, [], svc.clock.now())
    return wire.selection_answer(outcome, cursor_at(svc.keys, place, page.next))
