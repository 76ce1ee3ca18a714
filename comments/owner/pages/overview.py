"""The section that shows what came in lately, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from comments.moderation.queue.activity import OUTCOMES, Day, last_days
from comments.owner.pages.frame import owning, section_page
from comments.web.access import owner, page_route
from comments.web.html.templating import page
from comments.web.service import service

SPANS = (30, 90)
WIDTH, HEIGHT = 720, 160
_SMALLEST = 1.5


@dataclass(frozen=True, slots=True)
class Bar:
    """A piece of a day's column, in the drawing's own units."""

    outcome: str
    x: float
    y: float
    width: float
    height: float


@page
async def show_overview(request: Request) -> Response:
    """Show the comments a day, as a drawing and as a table."""
    svc, who = service(request), await owning(request)
    span = 90 if request.query_params.get("days") == "90" else 30
    days = await svc.db.scan(last_days, who.site.id, svc.clock.now(), span)
    return section_page(
        request,
        who,
        "overview",
        spans=SPANS,
        span=span,
        days=days,
        totals={outcome: sum(getattr(day, outcome) for day in days) for outcome in OUTCOMES},
        most=max(day.total for day in days),
        bars=drawn(days),
        width=WIDTH,
        height=HEIGHT,
    )


def drawn(days: Sequence[Day]) -> list[Bar]:
    """Return the columns of a drawing; the highest day fills it, and what is there at all can be seen."""
    most, step = max(day.total for day in days) or 1, WIDTH / len(days)
    bars = []
    for number, day in enumerate(days):
        y = float(HEIGHT)
        for outcome in OUTCOMES:
            count = getattr(day, outcome)
            if count:
                height = max(_SMALLEST, count * (HEIGHT - _SMALLEST * len(OUTCOMES)) / most)
                y -= height
                place = (number * step, y, step * 0.7, height)
                bars.append(Bar(outcome, *(round(length, 1) for length in place)))
    return bars


routes = [page_route("/moderate/{site}/settings/overview", show_overview, needs=owner())]
