"""The outbox's table."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from comments.storage import Base, CText, UtcTime, partial_index

WAITING = "state = 'waiting'"
FREE = "key IS NOT NULL AND state = 'waiting' AND claimed_by IS NULL"
ENDED = "state <> 'waiting'"
DEAD = "state = 'dead'"


class Outbox(Base):
    """One task: `state` is `waiting`, `delivered`, or `dead` when it was given up.

    Whoever takes a task writes a name of their own into `claimed_by` and moves `due_at` to when others may
    take it again, so that the claim of a process that is gone ends by itself.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        # What is due, oldest first.
        partial_index("ix_outbox_due", "due_at", "id", where=WAITING),
        # Of tasks with a key one waits; the one that is being done is out of the way.
        partial_index("uq_outbox_key", "kind", "key", where=FREE, unique=True),
        # Upkeep removes what has ended long ago.
        partial_index("ix_outbox_ended", "state", "ended_at", where=ENDED),
        # A site's dead letters, the newest first.
        partial_index("ix_outbox_dead", "site_id", "ended_at", where=DEAD),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    kind: Mapped[str] = mapped_column(CText)
    site_id: Mapped[UUID | None] = mapped_column(ForeignKey("sites.id", ondelete="CASCADE"))
    key: Mapped[str | None] = mapped_column(CText)
    payload: Mapped[str] = mapped_column(Text)
    """A JSON object: ids, and no text or address of anybody, which would outlive what it was taken from."""
    state: Mapped[str] = mapped_column(CText, default="waiting")
    due_at: Mapped[datetime] = mapped_column(UtcTime)
    claimed_by: Mapped[UUID | None] = mapped_column(Uuid)
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str] = mapped_column(Text, default="")
    first_due_at: Mapped[datetime] = mapped_column(UtcTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcTime)
