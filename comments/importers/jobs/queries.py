"""Questions about imports that owners asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from comments.importers.jobs.errors import ImportUnknown
from comments.importers.jobs.models import ImportJob
from comments.sites.models import Site

WORKED_ON = ("reading", "importing")


@dataclass(frozen=True, slots=True)
class ClaimedJob:
    """A job that somebody works on, as it was when they took it."""

    id: UUID
    site: str
    state: str
    format: str
    trial: str
    attempts: int
    stop_asked: bool
    by: UUID


def job_of(session: Session, site_id: UUID, job_id: UUID) -> ImportJob:
    """Return a site's import. Raises ImportUnknown, also for another site's."""
    found = session.scalar(select(ImportJob).where(ImportJob.id == job_id, ImportJob.site_id == site_id))
    if found is None:
        raise ImportUnknown("There is no such import on this site.")
    return found


def jobs_of(session: Session, site_id: UUID, *, limit: int) -> Sequence[ImportJob]:
    """Return a site's imports, the newest first."""
    mine = select(ImportJob).where(ImportJob.site_id == site_id)
    return session.scalars(mine.order_by(ImportJob.id.desc()).limit(limit)).all()


def open_job(session: Session, site_id: UUID) -> ImportJob | None:
    """Return the import of a site that is not at its end."""
    mine = select(ImportJob).where(ImportJob.site_id == site_id, ImportJob.ended_at.is_(None))
    return session.scalar(mine)


def due_jobs(session: Session, at: datetime) -> Sequence[UUID]:
    """Return what waits for somebody to work on it, the oldest first."""
    free = or_(ImportJob.claimed_until.is_(None), ImportJob.claimed_until < at)
    due = select(ImportJob.id).where(ImportJob.ended_at.is_(None), ImportJob.state.in_(WORKED_ON), free)
    return session.scalars(due.order_by(ImportJob.id)).all()


def open_jobs(session: Session) -> frozenset[UUID]:
    """Return every import that still needs its file."""
    return frozenset(session.scalars(select(ImportJob.id).where(ImportJob.ended_at.is_(None))))


def all_jobs(session: Session, *, limit: int) -> Sequence[tuple[ImportJob, str]]:
    """Return imports with their sites' names, the newest first, for who runs the service."""
    named = select(ImportJob, Site.name).join(Site, Site.id == ImportJob.site_id)
    rows = session.execute(named.order_by(ImportJob.id.desc()).limit(limit))
    return [(job, name) for job, name in rows]
