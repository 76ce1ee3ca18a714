"""What changes about digests: who is told next, when that was, and how often they want it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from comments.identity.models import Membership
from comments.notifications.digests.queries import readers
from comments.outbox import enqueue
from comments.storage import WITHOUT_SYNC

DIGEST_MAIL = "digest-mail"
CHOICES = ("hourly", "daily", "never")


def plan_digests(session: Session, site_id: UUID, *, at: datetime) -> None:
    """Have each of a site's moderators mailed what waits, not sooner than they want it.

    `at` goes along: a digest that went out after it had all of this in it.
    """
    for reader in readers(session, site_id):
        due = max(at, reader.not_before or at)
        payload = {"account_id": reader.account_id, "at": at.isoformat()}
        enqueue(session, DIGEST_MAIL, site_id, payload, due=due, key=f"{site_id}/{reader.account_id}")


def note_digest(session: Session, site_id: UUID, account_id: UUID, *, at: datetime) -> None:
    """Note that a digest went out."""
    _of(session, site_id, account_id, digest_at=at)


def choose_digest(session: Session, site_id: UUID, account_id: UUID, digest: str) -> None:
    """Let a moderator have digests `hourly`, `daily` or `never`."""
    if digest not in CHOICES:
        raise ValueError(f"{digest!r} is no choice")
    _of(session, site_id, account_id, digest=digest)


def _of(session: Session, site_id: UUID, account_id: UUID, **values: object) -> None:
    mine = (Membership.account_id == account_id) & (Membership.site_id == site_id)
    session.execute(update(Membership).where(mine).values(**values), execution_options=WITHOUT_SYNC)
