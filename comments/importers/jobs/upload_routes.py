"""How a file to import comes in, from a form or over the API: onto the disk, then into the list of jobs."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path, PurePosixPath, PureWindowsPath

from starlette.requests import Request

from comments.identity.access_routes import asking_moderator
from comments.ids import new_id
from comments.importers.jobs.actions import add_job, under_way
from comments.importers.jobs.models import ImportJob
from comments.importers.jobs.queries import open_job
from comments.importers.jobs.uploads import new_upload, remove_upload
from comments.text.plain import readable_line
from comments.web.service import service

LONGEST_NAME = 100

Receive = Callable[[Path, int], Awaitable[tuple[str, str, int]]]
"""Writes the file to a path, at most so many bytes; returns its format, its name and its bytes."""


async def received(request: Request, receive: Receive) -> ImportJob:
    """Take a file in for the site, to be tried. Raises ImportUnderWay, and what `receive` raises."""
    svc, site_id = service(request), asking_moderator(request).site_id
    if await svc.db.read(open_job, site_id) is not None:
        raise under_way()
    made = new_id(svc.clock.now())
    path = await asyncio.to_thread(new_upload, svc.settings.data_dir, made)
    try:
        format_name, name, size = await receive(path, svc.settings.largest_import_bytes)
        add = partial(add_job, file_name=shown_name(name), size=size, format_name=format_name)
        return await svc.db.write(add, site_id, made, at=svc.clock.now())
    except BaseException:
        remove_upload(svc.settings.data_dir, made)
        raise


def shown_name(given: str) -> str:
    """Return what a file is called, without the folders that it was in."""
    name = readable_line(PurePosixPath(PureWindowsPath(given).name).name)
    return name[:LONGEST_NAME] or "A file"
