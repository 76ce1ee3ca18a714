"""Files that owners sent to be imported: in the data folder, one for each job, gone when it ends."""

import os
import time
from collections.abc import Collection
from pathlib import Path
from uuid import UUID

FOLDER = "imports"
ENDING = ".upload"
LEFT_ALONE_SECONDS = 3_600.0
"""A file without a job may be on its way in; it is taken for left behind when nothing came for so long."""


def upload_path(data_dir: Path, job_id: UUID) -> Path:
    return data_dir / FOLDER / f"{job_id}{ENDING}"


def new_upload(data_dir: Path, job_id: UUID) -> Path:
    """Return where a file can be written, in a folder that is there and for its owner alone."""
    path = upload_path(data_dir, job_id)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    return path


def remove_upload(data_dir: Path, job_id: UUID) -> None:
    upload_path(data_dir, job_id).unlink(missing_ok=True)


def sweep_uploads(data_dir: Path, needed: Collection[UUID]) -> int:
    """Remove files that no open job needs and nobody is writing; return how many."""
    removed = 0
    for path in (data_dir / FOLDER).glob(f"*{ENDING}"):
        is_needed = path.stem in {str(one) for one in needed}
        if not is_needed and path.stat().st_mtime < time.time() - LEFT_ALONE_SECONDS:
            path.unlink(missing_ok=True)
            removed += 1
    return removed
