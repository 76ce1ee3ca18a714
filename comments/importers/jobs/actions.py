"""What changes imports that owners asked for: they are added, worked on, started, stopped, ended."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from comments.importers.jobs.errors import ImportNotTried, ImportOver, ImportUnderWay
from comments.importers.jobs.models import ImportJob
from comments.importers.jobs.queries import ClaimedJob, due_jobs, job_of
from comments.sites.models import Site
from comments.storage import changed_rows, insert_ignoring

CLAIMED_FOR = timedelta(seconds=30)
"""How long after the last sign of life of who works on it another one goes on."""

PAUSE = timedelta(seconds=30)
"""How long an attempt that failed waits for the next."""

MOST_ATTEMPTS = 5
TRIALS_KEPT = timedelta(days=7)
FILES_AWAITED = timedelta(days=1)
LONGEST_ERROR = 1_000


def add_job(
    session: Session,
    site_id: UUID,
    job_id: UUID,
    *,
    file_name: str,
    size: int,
    format_name: str,
    at: datetime,
) -> ImportJob:
    """Note an uploaded file, to be tried. Raises ImportUnderWay, FormatUnknown."""
    if format_name != "auto":
        # Here, for upkeep uses this module too, and has no need of parsers.
        from comments.importers.formats.registry import find_format

        find_format(format_name, b"")
    row = {
        "id": job_id,
        "site_id": site_id,
        "state": "reading",
        "file_name": file_name,
        "file_bytes": size,
        "format": format_name,
        "created_at": at,
        **dict.fromkeys(("step", "trial", "report", "error"), ""),
        **dict.fromkeys(("done", "total", "attempts"), 0),
        "stop_asked": False,
    }
    if not insert_ignoring(session, ImportJob, [row]):
        raise under_way()
    return job_of(session, site_id, job_id)


def under_way() -> ImportUnderWay:
    return ImportUnderWay("Another import of this site is not at its end: stop it, or wait for it.")


def start_job(session: Session, site_id: UUID, job_id: UUID, *, at: datetime) -> ImportJob:
    """Let what was tried be imported. Raises ImportUnknown, ImportNotTried."""
    job = _held(session, site_id, job_id)
    if job.state != "tried":
        raise ImportNotTried("It is not waiting to be started.", state=job.state)
    job.state, job.began_at, job.attempts = "importing", at, 0
    job.step, job.done, job.total = "", 0, 0
    return job


def stop_job(session: Session, site_id: UUID, job_id: UUID, *, at: datetime) -> ImportJob:
    """Stop an import: at once, or once who works on it hears of it. Raises ImportUnknown, ImportOver."""
    job = _held(session, site_id, job_id)
    if job.ended_at is not None:
        raise ImportOver("This import has come to its end already.", state=job.state)
    job.stop_asked = True
    if job.claimed_until is None or job.claimed_until < at:
        job.state, job.ended_at, job.claimed_by, job.claimed_until = "stopped", at, None, None
    return job


def claim_job(session: Session, job_id: UUID, *, by: UUID, at: datetime) -> ClaimedJob | None:
    """Take a job that waits; None if another was quicker, or it has been begun too often and fails."""
    if job_id not in due_jobs(session, at):
        return None
    job = session.get_one(ImportJob, job_id, with_for_update=True)
    if job.ended_at is not None or (job.claimed_until is not None and job.claimed_until >= at):
        return None
    if job.attempts >= MOST_ATTEMPTS:
        job.error = job.error or "No attempt came to an end."
        job.state, job.ended_at, job.claimed_by, job.claimed_until = "failed", at, None, None
        return None
    job.claimed_by, job.claimed_until, job.attempts = by, at + CLAIMED_FOR, job.attempts + 1
    name = session.get_one(Site, job.site_id).name
    return ClaimedJob(job.id, name, job.state, job.format, job.trial, job.attempts, job.stop_asked, by)


def note_progress(
    session: Session, claimed: ClaimedJob, step: str, done: int, total: int, *, at: datetime
) -> bool:
    """Note how far it is, and stay with it; return False if it shall stop, or is another's by now."""
    said = {"step": step, "done": done, "total": total, "claimed_until": at + CLAIMED_FOR}
    going_on = update(ImportJob).where(_mine(claimed), ImportJob.stop_asked.is_(False)).values(said)
    return changed_rows(session, going_on) == 1


def note_tried(session: Session, claimed: ClaimedJob, trial: str) -> None:
    """Keep what the trial said; the owner decides now."""
    tried = {"state": "tried", "trial": trial, "error": "", "attempts": 0}
    free = {"claimed_by": None, "claimed_until": None}
    changed_rows(session, update(ImportJob).where(_mine(claimed)).values(tried | free))


def end_job(
    session: Session, claimed: ClaimedJob, state: str, *, report: str = "", error: str = "", at: datetime
) -> None:
    """Note that it is `done`, `failed` or `stopped`."""
    ended = {"state": state, "ended_at": at, "error": error[:LONGEST_ERROR]}
    free = {"claimed_by": None, "claimed_until": None}
    said = {"report": report} if report else {}
    changed_rows(session, update(ImportJob).where(_mine(claimed)).values(ended | free | said))


def let_go(session: Session, claimed: ClaimedJob, *, error: str = "", until: datetime | None = None) -> None:
    """Give a job back. With an error it waits until then; without one this was no attempt."""
    attempts = claimed.attempts if error else claimed.attempts - 1
    free = {"claimed_by": None, "claimed_until": until, "attempts": attempts, "error": error[:LONGEST_ERROR]}
    changed_rows(session, update(ImportJob).where(_mine(claimed)).values(free))


def give_up_jobs(session: Session, now: datetime) -> int:
    """End trials that nobody started in a week, and what waits for a file that is nowhere; say how many."""
    ended = {"ended_at": now, "claimed_by": None, "claimed_until": None}
    is_open = ImportJob.ended_at.is_(None)
    forgotten = (ImportJob.state == "tried") & (ImportJob.created_at < now - TRIALS_KEPT)
    words = "It was not started within 7 days, and the file is gone."
    gone = ended | {"state": "stopped", "error": words}
    number = changed_rows(session, update(ImportJob).where(is_open, forgotten).values(gone))
    long_ago = or_(
        ImportJob.claimed_until < now - FILES_AWAITED,
        ImportJob.claimed_until.is_(None) & (ImportJob.created_at < now - TRIALS_KEPT - FILES_AWAITED),
    )
    lost = ended | {"state": "failed", "error": "The file is not here any more. Send it once more."}
    return number + changed_rows(session, update(ImportJob).where(is_open, long_ago).values(lost))


def forget_jobs(session: Session, before: datetime, most: int) -> int:
    """Remove some imports that ended before then; return how many."""
    some = select(ImportJob.id).where(ImportJob.ended_at < before).limit(most)
    return changed_rows(session, delete(ImportJob).where(ImportJob.id.in_(some)))


def _held(session: Session, site_id: UUID, job_id: UUID) -> ImportJob:
    job = job_of(session, site_id, job_id)
    session.refresh(job, with_for_update=True)
    return job


def _mine(claimed: ClaimedJob) -> Any:
    return (ImportJob.id == claimed.id) & (ImportJob.claimed_by == claimed.by) & ImportJob.ended_at.is_(None)
