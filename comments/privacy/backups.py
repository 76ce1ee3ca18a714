"""Which copies of the database this machine knows of: they still hold what was erased since."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from comments.config import DATABASE_FILE


def known_backups(data_dir: Path, before: datetime) -> list[dict[str, Any]]:
    """Return copies in the data folder that were made before then, oldest first: name and time.

    Those are what `restore` and `migrate` have put aside, and backups that were written there.
    """
    found = []
    for path in data_dir.glob("*") if data_dir.is_dir() else ():
        is_copy = path.suffix in {".db", ".zip"} and path.name != DATABASE_FILE and path.is_file()
        if is_copy:
            made = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            if made <= before + timedelta(seconds=1):
                found.append({"name": path.name, "made_at": made.isoformat(timespec="seconds")})
    return sorted(found, key=lambda one: (one["made_at"], one["name"]))
