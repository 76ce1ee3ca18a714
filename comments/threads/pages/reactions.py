"""What readers do here with others' comments: vote and report."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from comments.limits import Rate
from comments.threads.actions.reactions import Reaction
from comments.threads.actions.report import report
from comments.threads.actions.vote import vote
from comments.threads.api.routes import comment_id_of
from comments.threads.pages.links import came_from, links_to, place_to_return, returning
from comments.threads.pages.problems import plain_page
from comments.threads.pages.visitors import BrowserVisit, form_page, lead_on, visit, visit_with_form
from comments.threads.posting.rates import refuse_over
from comments.threads.report_reasons import page_name
from comments.threads.requests import LONGEST_NOTE
from comments.threads.views import discussion
from comments.threads.views.schemas import thread_shown
from comments.web.service import client_network, service

VOTES = {"1": 1, "0": 0, "-1": -1}
REASONS = {
    "spam": "reportSpam",
    "abuse": "reportAbuse",
    "personal-data": "reportPrivate",
    "off-topic": "reportTopic",
    "illegal": "reportIllegal",
    "other": "reportOther",
}
"""The sentence of each, in the order of the form."""


@plain_page
async def vote_on(request: Request) -> Response:
    """Ask whether a comment shall have a vote (GET), or give or take it."""
    if request.method != "POST":
        return await _page(request, await visit(request), "vote.html")
    visitor, fields = await visit_with_form(request)
    svc = service(request)
    refuse_over(svc.limits, Rate.VOTE, client_network(request))
    reaction = Reaction(visitor.site.id, comment_id_of(request), visitor.shown)
    await svc.db.write(vote, reaction, VOTES.get(fields.get("value", ""), 1), at=svc.clock.now())
    return await _back(request, visitor, fields.get("back", ""))


@plain_page
async def report_comment(request: Request) -> Response:
    """Ask what is wrong with a comment (GET), or tell the moderators."""
    if request.method != "POST":
        return await _page(request, await visit(request), "report.html")
    visitor, fields = await visit_with_form(request)
    reason, note = fields.get("reason", ""), fields.get("note", "").strip()[:LONGEST_NOTE]
    if reason not in REASONS:
        return await _page(request, visitor, "report.html", fields, status=422)
    svc = service(request)
    refuse_over(svc.limits, Rate.REPORT, client_network(request))
    reaction = Reaction(visitor.site.id, comment_id_of(request), visitor.shown)
    enough = visitor.site.settings.reports_before_hold
    await svc.db.write(report, reaction, reason, note, enough=enough, at=svc.clock.now())
    return await _back(request, visitor, fields.get("back", ""), done="reported")


async def _page(
    request: Request,
    visitor: BrowserVisit,
    template: str,
    fields: Mapping[str, str] = {},
    *,
    status: int = 200,
) -> Response:
    """Return a page about one comment. Raises CommentUnknown unless that is public."""
    svc, site = service(request), visitor.site
    comment, thread = await svc.db.read(discussion.public_comment, svc.keys, site, comment_id_of(request))
    return form_page(
        request,
        visitor,
        template,
        status=status,
        comment=comment,
        links=links_to(request, site, thread),
        page_name=page_name(thread_shown(thread, site), None),
        back=place_to_return(request, site, fields.get("back", "")) or came_from(request, site),
        note=fields.get("note", ""),
        is_incomplete=bool(fields),
        reasons=REASONS,
    )


async def _back(request: Request, visitor: BrowserVisit, given: str, *, done: str = "") -> Response:
    """Lead back to where the reader was, or to where the comment is."""
    comment_id = comment_id_of(request)
    place = place_to_return(request, visitor.site, given) or came_from(request, visitor.site)
    if not place:
        thread = await service(request).db.read(discussion.thread_of, visitor.site, comment_id)
        place = links_to(request, visitor.site, thread).discussion(around=comment_id)
    return lead_on(request, returning(place, comment_id, done=done), visitor)
