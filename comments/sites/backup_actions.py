"""What notes that the installation was backed up."""

import json

from sqlalchemy.orm import Session

from comments.sites.models import InstallationFact
from comments.sites.queries import LAST_BACKUP, Backup


def note_backup(session: Session, made: Backup) -> None:
    """Keep when, where and how the last backup was made."""
    facts = {"made_at": made.made_at.isoformat(), "file": made.file, "with_key": made.with_key}
    session.merge(InstallationFact(name=LAST_BACKUP, value=json.dumps(facts)))
