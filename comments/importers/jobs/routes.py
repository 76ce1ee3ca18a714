"""The HTTP API of imports, for owners' API tokens that may change the site."""

import asyncio
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta
from starlette.requests import Request

from comments.identity.access_routes import asking_moderator
from comments.identity.errors import ModeratorsOnly, OwnersOnly, TokenMissing, TokenUnknown
from comments.identity.routes import MalformedToken
from comments.importers.errors import FormatUnknown
from comments.importers.jobs.actions import start_job, stop_job
from comments.importers.jobs.errors import ImportNotTried, ImportOver, ImportUnderWay, ImportUnknown
from comments.importers.jobs.models import ImportJob
from comments.importers.jobs.queries import job_of, jobs_of
from comments.importers.jobs.upload_routes import received
from comments.importers.jobs.uploads import remove_upload
from comments.sites.errors import SiteUnknown
from comments.web.access import owner
from comments.web.routing import Api
from comments.web.service import service
from comments.web.uploads import UploadMissing, UploadTooLarge, receive_body

api = Api("/api/v1/sites/{site}", tag="Imports and exports")

MOST_SHOWN = 20
_WHO = (SiteUnknown, TokenMissing, TokenUnknown, MalformedToken, ModeratorsOnly, OwnersOnly)
_OF_ONE = (*_WHO, ImportUnknown)
_ADMIN = owner("admin")


class ImportQuery(msgspec.Struct):
    """What the file is: the name of a format, or `auto`, which guesses; and what it is called."""

    format: Annotated[str, Meta(max_length=40)] = "auto"
    name: Annotated[str, Meta(max_length=200)] = ""


class ImportShown(msgspec.Struct):
    """An import. `state`: reading, tried, importing, done, failed or stopped.

    Of the present step `done` of `total` are done: bytes while it reads, comments while it writes. `trial`
    and `report` are as `comments import --json` prints them.
    """

    id: UUID
    state: str
    file_name: str
    file_bytes: int
    step: str
    done: int
    total: int
    trial: dict[str, Any] | None
    report: dict[str, Any] | None
    error: str
    stop_asked: bool
    created_at: datetime
    ended_at: datetime | None


class ImportAnswer(msgspec.Struct):
    """The import as it is now."""

    imported: ImportShown = msgspec.field(name="import")


class ImportsAnswer(msgspec.Struct):
    """The last 20, the newest first."""

    imports: list[ImportShown]


@api.endpoint(
    "POST",
    "/imports",
    answers={201: ImportAnswer},
    errors=(*_WHO, ImportUnderWay, FormatUnknown, UploadTooLarge, UploadMissing),
    needs=_ADMIN,
    takes="application/octet-stream",
)
async def post_import(request: Request, query: ImportQuery) -> ImportAnswer:
    """Send a file, packed with gzip or not, to be tried: read wholly, and nothing changed.

    The trial begins within seconds, in the background. Nothing is imported before it is started.
    """

    async def receive(path: Any, most: int) -> tuple[str, str, int]:
        return query.format, query.name, await receive_body(request, path, most)

    return _answer(await received(request, receive))


@api.endpoint("GET", "/imports", answers={200: ImportsAnswer}, errors=_WHO, needs=_ADMIN)
async def get_imports(request: Request) -> ImportsAnswer:
    """The imports that were asked for lately, and how far they are."""
    db, site_id = service(request).db, asking_moderator(request).site_id
    return ImportsAnswer([_shown(one) for one in await db.read(jobs_of, site_id, limit=MOST_SHOWN)])


@api.endpoint("GET", "/imports/{id}", answers={200: ImportAnswer}, errors=_OF_ONE, needs=_ADMIN)
async def get_import(request: Request) -> ImportAnswer:
    """How far an import is, and what it says."""
    db, site_id = service(request).db, asking_moderator(request).site_id
    return _answer(await db.read(job_of, site_id, job_id(request.path_params)))


@api.endpoint(
    "POST",
    "/imports/{id}/start",
    answers={202: ImportAnswer},
    errors=(*_OF_ONE, ImportNotTried),
    needs=_ADMIN,
)
async def post_import_start(request: Request) -> ImportAnswer:
    """Import what was tried. It goes on after a restart of the service."""
    svc, site_id = service(request), asking_moderator(request).site_id
    return _answer(await svc.db.write(start_job, site_id, job_id(request.path_params), at=svc.clock.now()))


@api.endpoint(
    "POST", "/imports/{id}/stop", answers={202: ImportAnswer}, errors=(*_OF_ONE, ImportOver), needs=_ADMIN
)
async def post_import_stop(request: Request) -> ImportAnswer:
    """Stop an import, or put a trial aside; what is in already stays, and the file is removed."""
    return _answer(await stopped(request, job_id(request.path_params)))


async def stopped(request: Request, wanted: UUID) -> ImportJob:
    """Stop an import of the site, and remove its file unless somebody works on it.

    Raises ImportUnknown, ImportOver.
    """
    svc, site_id = service(request), asking_moderator(request).site_id
    job = await svc.db.write(stop_job, site_id, wanted, at=svc.clock.now())
    if job.ended_at is not None:
        await asyncio.to_thread(remove_upload, svc.settings.data_dir, job.id)
    return job


def job_id(given: Mapping[str, Any]) -> UUID:
    """Return which import is meant. Raises ImportUnknown."""
    try:
        return UUID(given.get("id", ""))
    except ValueError:
        raise ImportUnknown("There is no such import on this site.") from None


def _answer(job: ImportJob) -> ImportAnswer:
    return ImportAnswer(_shown(job))


def _shown(job: ImportJob) -> ImportShown:
    return ImportShown(
        id=job.id,
        state=job.state,
        file_name=job.file_name,
        file_bytes=job.file_bytes,
        step=job.step,
        done=job.done,
        total=job.total,
        trial=json.loads(job.trial) if job.trial else None,
        report=json.loads(job.report) if job.report else None,
        error=job.error,
        stop_asked=job.stop_asked and job.ended_at is None,
        created_at=job.created_at,
        ended_at=job.ended_at,
    )
