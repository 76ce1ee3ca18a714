"""The section on imports: a file is sent and tried, its report is read, and then it is imported."""

import json
from functools import partial
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from comments.errors import CommentsError
from comments.identity.pages.sign_in import signed_in
from comments.importers.formats.registry import FORMATS
from comments.importers.jobs.actions import start_job
from comments.importers.jobs.models import ImportJob
from comments.importers.jobs.queries import jobs_of
from comments.importers.jobs.routes import job_id, stopped
from comments.importers.jobs.upload_routes import received
from comments.owner.pages.frame import lead_to_section, owning, owning_with_form, section_page
from comments.storage import StorageFull
from comments.web.access import owner, page_route
from comments.web.answers import json_answer
from comments.web.forms import require_form_token
from comments.web.html.templating import page
from comments.web.problems import status_of
from comments.web.service import service
from comments.web.uploads import UploadMissing, UploadTooLarge, receive_form

KEY = "import"
MOST_SHOWN = 6
AT = f"/moderate/{{site}}/settings/{KEY}"


@page
async def show_imports(request: Request) -> Response:
    """Show the import that is under way, or where to send a file, and what was imported before."""
    return await _page(request)


@page
async def send_file(request: Request) -> Response:
    """Take a file in; its trial begins within seconds."""
    found = await signed_in(request)
    check = partial(require_form_token, service(request).keys, found.cookie)

    async def receive(path: Path, most: int) -> tuple[str, str, int]:
        fields, name, size = await receive_form(request, path, most, check)
        return fields.get("format", "auto"), name, size

    try:
        await received(request, receive)
    except (UploadTooLarge, UploadMissing, StorageFull) as refused:
        return await _page(request, problem=refused)
    return lead_to_section(request, KEY)


@page
async def start_import(request: Request) -> Response:
    """Import what was tried."""
    who, fields = await owning_with_form(request)
    svc = service(request)
    await svc.db.write(start_job, who.site.id, job_id(fields), at=svc.clock.now())
    return lead_to_section(request, KEY)


@page
async def stop_import(request: Request) -> Response:
    """Stop an import, or put a trial aside."""
    _, fields = await owning_with_form(request)
    await stopped(request, job_id(fields))
    return lead_to_section(request, KEY)


async def import_state(request: Request) -> Response:
    """Tell the page's script how far the last import is."""
    who = await owning(request)
    found = await service(request).db.read(jobs_of, who.site.id, limit=1)
    return json_answer({"import": _progress(found[0]) if found else None})


async def _page(request: Request, *, problem: CommentsError | None = None) -> Response:
    who, svc = await owning(request), service(request)
    found = await svc.db.read(jobs_of, who.site.id, limit=MOST_SHOWN)
    is_open = bool(found) and found[0].ended_at is None
    return section_page(
        request,
        who,
        KEY,
        status=status_of(problem) if problem else 200,
        problem=problem.detail if problem else "",
        job=_shown(found[0]) if is_open else None,
        ended=[_shown(one) for one in found if one.ended_at is not None],
        formats=FORMATS,
        most_bytes=svc.settings.largest_import_bytes,
    )


def _shown(job: ImportJob) -> dict[str, Any]:
    return {
        "row": job,
        "trial": json.loads(job.trial) if job.trial else None,
        "report": json.loads(job.report) if job.report else None,
        **_progress(job),
    }


def _progress(job: ImportJob) -> dict[str, Any]:
    """Return what changes while it is worked on. `words` is the line beside the bar."""
    is_read = job.step != "writing"
    unit = 1_000_000 if is_read else 1
    of = f"{job.done // unit:,} of {job.total // unit:,} {'MB read' if is_read else 'comments'}"
    words = "It begins within seconds." if not job.total else of
    stops = job.stop_asked and job.ended_at is None
    return {
        "id": str(job.id),
        "state": job.state,
        "done": job.done,
        "total": job.total or 1,
        "words": "It stops within seconds." if stops else words,
    }


routes = [
    page_route(AT, show_imports, needs=owner()),
    page_route(f"{AT}/state", import_state, needs=owner()),
    page_route(f"{AT}/file", send_file, needs=owner(), methods=["POST"]),
    page_route(f"{AT}/start", start_import, needs=owner(), methods=["POST"]),
    page_route(f"{AT}/stop", stop_import, needs=owner(), methods=["POST"]),
]
