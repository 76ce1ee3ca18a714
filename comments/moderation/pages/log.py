"""The page of the log: what was decided, and by whom."""

from starlette.requests import Request
from starlette.responses import Response

from comments.moderation import schemas
from comments.moderation.pages.frame import frame, visit_of
from comments.moderation.pages.undo_names import lift_name, thread_name
from comments.moderation.queue.desk import log_rows
from comments.moderation.threads import messages
from comments.web.html.templating import html_page, page
from comments.web.routing import read_query
from comments.web.service import service

_ROWS = 50


@page
async def show_log(request: Request) -> Response:
    """Show what was decided, the newest first."""
    svc, visit = service(request), await visit_of(request)
    query, place = read_query(request, schemas.LogQuery), f"log/{visit.moderator.site_id}"
    after = schemas.position_at(svc.keys, place, query.cursor)
    rows, end = await svc.db.read(log_rows, visit.moderator, after, _ROWS)
    return html_page(
        request,
        "log.html",
        **await frame(request, visit, schemas.QueueQuery(state="all"), here="log"),
        rows=rows,
        thread_words=messages,
        thread_name=thread_name,
        lift_name=lift_name,
        is_first=after is None,
        next=schemas.cursor_at(svc.keys, place, end),
    )
