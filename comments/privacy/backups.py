"""Which files this machine knows of that still hold what was erased: copies, and what is to be imported."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from comments.config import DATABASE_FILE
from comments.sites.queries import Backup


def known_backups(
    data_dir: Path, before: datetime, *, last: Backup | None = None, upload: Path | None = None
) -> list[dict[str, Any]]:
    """Return the copies that were made before then, oldest first: name and time.

    Those in the data folder, which `restore` and `migrate` have put aside or somebody has written there; the
    `last` one that `comments backup` has made, wherever; and an `upload` that the site is about to import.
    """
    files = list(data_dir.glob("*")) if data_dir.is_dir() else []
    found = {
        path.name: _time(path)
        for path in files
        if path.suffix in {".db", ".zip"} and path.name != DATABASE_FILE and path.is_file()
    }
    if last is not None:
        found[Path(last.file).name] = last.made_at
    if upload is not None and upload.is_file():
        found[upload.name] = _time(upload)
    latest = before + timedelta(seconds=1)
    rows = [
        {"name": name, "made_at": made.isoformat(timespec="seconds")}
        for name, made in found.items()
        if made <= latest
    ]
    return sorted(rows, key=lambda one: (one["made_at"], one["name"]))


def _time(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)
