"""One decision about all that a search finds, as it is carried out in parts."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from comments.storage import Base, CText, UtcTime


class Sweep(Base):
    """A moderator's decision about everything a list finds that was there when it was made.

    `state` is `running` or `undoing` while there is something left to do, then `done`, `stopped` or `undone`.
    Each part is an order of its own in the log; what the log says outlives the row, which upkeep forgets and
    which travels in no export.
    """

    __tablename__ = "runs"
    __table_args__ = (
        # A moderator's last one.
        Index("ix_runs_account", "site_id", "account_id", "made_at"),
        # Upkeep forgets the old ones.
        Index("ix_runs_made", "made_at"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("sites.id", ondelete="CASCADE"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    choice: Mapped[str] = mapped_column(Text)
    asked: Mapped[str] = mapped_column(Text)
    """What the list was asked for, a JSON object (`wire.QueueQuery`).

    Words that were searched for, which can be somebody's name, stand here as long as it looks for more.
    """
    state: Mapped[str] = mapped_column(CText, default="running")
    reached_at: Mapped[datetime] = mapped_column(UtcTime)
    reached_id: Mapped[UUID] = mapped_column(Uuid)
    """Everything before this place, newest first, is done."""
    decided: Mapped[int] = mapped_column(default=0)
    """How many stand decided: an undoing counts down."""
    left: Mapped[int] = mapped_column(default=0)
    """How many somebody else was first with."""
    parts: Mapped[str] = mapped_column(Text, default="[]")
    """The times of the orders that stand, a JSON list."""
    made_at: Mapped[datetime] = mapped_column(UtcTime)
