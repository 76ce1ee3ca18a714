"""The pages of decisions about all that a list finds: begun by a form, followed, stopped, taken back."""

from uuid import UUID

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from comments.moderation import messages
from comments.moderation.decisions.requests import Choice
from comments.moderation.errors import FormMalformed, SweepUnknown
from comments.moderation.pages.frame import DeskVisit, lead_to, moment, read_id, visit_of, visit_with_form
from comments.moderation.pages.urls import desk_address, list_behind, queue_address
from comments.moderation.queue.desk import desk
from comments.moderation.schemas import QueueQuery
from comments.moderation.sweeps.actions import begin_run, stop_run, take_back_run
from comments.moderation.sweeps.queries import SweepState, own_run
from comments.web.answers import json_answer
from comments.web.html.templating import html_page, page, wants_json
from comments.web.service import service

CHOICES: tuple[Choice, ...] = ("approve", "hold", "spam", "remove", "keep")
"""What can be decided about all of a list."""


class SweepProgress(msgspec.Struct):
    """What the page's script is told: how far it is, in words."""

    id: str
    choice: str
    state: str
    goes_on: bool
    decided: int
    words: str
    sizes: dict[str, str]


@page
async def post_run(request: Request) -> Response:
    """Begin to decide about all that a list finds, then lead to how far that is."""
    visit, fields = await visit_with_form(request)
    svc = service(request)
    choice = next((one for one in CHOICES if one == fields.get("decision")), None)
    if choice is None:
        raise FormMalformed("This form is not one of ours, or an old one. Reload the page.")
    until, query = moment(fields.get("until", "")), list_behind(fields)
    run_id = await svc.db.write(begin_run, visit.moderator, choice, query, until, at=svc.clock.now())
    return await _answer(request, visit, run_id)


@page
async def show_run(request: Request) -> Response:
    """Show how far a decision about all of a list is."""
    visit = await visit_of(request)
    run = await _run(request, visit, read_id(request.path_params["id"]))
    if wants_json(request):
        return await _progress(request, visit, run)
    return html_page(
        request,
        "run.html",
        visit=visit,
        run=run,
        words=messages,
        list_address=queue_address(visit.site, msgspec.json.decode(run.asked, type=QueueQuery)),
        address=desk_address(visit.site, f"/all/{run.id}"),
    )


@page
async def post_run_set(request: Request) -> Response:
    """Stop a decision about all of a list, or take it back."""
    visit, fields = await visit_with_form(request)
    svc, run_id = service(request), read_id(request.path_params["id"])
    if fields.get("set") == "undo":
        await svc.db.write(take_back_run, visit.moderator, run_id, at=svc.clock.now())
    else:
        await svc.db.write(stop_run, visit.moderator, run_id)
    return await _answer(request, visit, run_id)


async def _answer(request: Request, visit: DeskVisit, run_id: UUID) -> Response:
    if not wants_json(request):
        return lead_to(request, desk_address(visit.site, f"/all/{run_id}"))
    return await _progress(request, visit, await _run(request, visit, run_id))


async def _run(request: Request, visit: DeskVisit, run_id: UUID) -> SweepState:
    run = await service(request).db.read(own_run, visit.moderator, run_id)
    if run is None:
        raise SweepUnknown(SweepUnknown.DETAIL)
    return run


async def _progress(request: Request, visit: DeskVisit, run: SweepState) -> Response:
    summary = await service(request).db.read(desk, visit.moderator, None)
    sizes = {queue: messages.size(count) for queue, count in summary.sizes.items()}
    notice = messages.run(run.choice, run.state, run.decided, run.left)
    return json_answer(
        SweepProgress(str(run.id), run.choice, run.state, run.goes_on, run.decided, notice, sizes)
    )
