"""The HTTP API of decisions about all that a list finds: begun, followed, stopped, taken back."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta
from starlette.requests import Request

from comments.identity.access_routes import asking_moderator
from comments.moderation.errors import SearchUnclear, SweepUnknown
from comments.moderation.queue.requests import wish_of
from comments.moderation.routes import WHO
from comments.moderation.schemas import QueueQuery, State
from comments.moderation.search.terms import read_id
from comments.moderation.sweeps.actions import begin_run, stop_run, take_back_run
from comments.moderation.sweeps.queries import SweepState, own_run
from comments.web.access import moderator
from comments.web.routing import Api
from comments.web.service import service

api = Api("/api/v1/sites/{site}", tag="Moderation")


class SweepBody(msgspec.Struct, forbid_unknown_fields=True):
    """One decision about all comments of a queue that a search finds, as far as they were there at `until`.

    `state`, `q`, `author` and `page` are those of `moderation/comments`; without `until` it is now.
    """

    decision: Literal["approve", "hold", "spam", "remove", "keep"]
    until: Annotated[datetime, Meta(tz=True)] | None = None
    state: State = "pending"
    q: Annotated[str, Meta(max_length=500)] = ""
    author: Annotated[str, Meta(max_length=200)] = ""
    page: Annotated[str, Meta(max_length=2_000)] = ""


class SweepAnswer(msgspec.Struct):
    """How far it is: `state` is `running` or `undoing`, then `done`, `stopped` or `undone`.

    `decided` stand decided, which an undoing counts down; somebody else was first with `left`.
    """

    id: UUID
    decision: str
    state: str
    decided: int
    left: int


@api.endpoint(
    "POST",
    "/moderation/runs",
    answers={202: SweepAnswer},
    errors=(*WHO, SearchUnclear),
    needs=moderator("moderate"),
)
async def post_run(request: Request, body: SweepBody) -> SweepAnswer:
    """Begin to decide about all that a search finds, however many those are.

    The service carries it out in parts of 500, each an order of its own in the log. What was written after
    `until` stays as it is.
    """
    svc, asking = service(request), asking_moderator(request)
    now = svc.clock.now()
    query = QueueQuery(body.state, body.q, body.author, body.page)
    # Said now, for nobody hears of it later.
    await svc.db.read(wish_of, asking, query)
    until = min(body.until or now, now)
    run_id = await svc.db.write(begin_run, asking, body.decision, query, until, at=now)
    return await _answer(request, run_id)


@api.endpoint(
    "GET",
    "/moderation/runs/{id}",
    answers={200: SweepAnswer},
    errors=(*WHO, SweepUnknown),
    needs=moderator("read"),
)
async def get_run(request: Request) -> SweepAnswer:
    """How far one of one's own is; forgotten 30 days after it was begun."""
    return await _answer(request, _run_id(request))


@api.endpoint(
    "POST",
    "/moderation/runs/{id}/stop",
    answers={202: SweepAnswer},
    errors=(*WHO, SweepUnknown),
    needs=moderator("moderate"),
)
async def post_stop(request: Request) -> SweepAnswer:
    """Stop one's own: what is decided stays."""
    run_id = _run_id(request)
    await service(request).db.write(stop_run, asking_moderator(request), run_id)
    return await _answer(request, run_id)


@api.endpoint(
    "POST",
    "/moderation/runs/{id}/undo",
    answers={202: SweepAnswer},
    errors=(*WHO, SweepUnknown),
    needs=moderator("moderate"),
)
async def post_undo_run(request: Request) -> SweepAnswer:
    """Take all of one's own back, stopping it first. What somebody has decided about since stays."""
    svc, run_id = service(request), _run_id(request)
    await svc.db.write(take_back_run, asking_moderator(request), run_id, at=svc.clock.now())
    return await _answer(request, run_id)


def _run_id(request: Request) -> UUID:
    run_id = read_id(request.path_params["id"])
    if run_id is None:
        raise SweepUnknown(SweepUnknown.DETAIL)
    return run_id


async def _answer(request: Request, run_id: UUID) -> SweepAnswer:
    run: SweepState | None = await service(request).db.read(own_run, asking_moderator(request), run_id)
    if run is None:
        raise SweepUnknown(SweepUnknown.DETAIL)
    return SweepAnswer(run.id, run.choice, run.state, run.decided, run.left)
