"""What two discussions were before a moderator made one of them, as long as that can be taken back."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from comments.storage import Base, UtcTime

MERGES_KEPT = timedelta(days=30)


class Merge(Base):
    """The discussion `thread_id` went into another one, at the time that the log's entry says.

    The log says that it was done, for ever; this row goes when it is taken back, or when upkeep forgets it,
    and travels in no export.
    """

    __tablename__ = "merges"
    __table_args__ = (
        # Upkeep forgets the old ones.
        Index("ix_merges_made", "made_at"),
    )

    thread_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey("threads.id", ondelete="CASCADE"), primary_key=True
    )
    site_id: Mapped[UUID] = mapped_column(ForeignKey("sites.id", ondelete="CASCADE"))
    apart: Mapped[str] = mapped_column(Text)
    """A JSON object (`threads.actions.parting.Apart`): ids of comments and hashes of keys, no text."""
    made_at: Mapped[datetime] = mapped_column(UtcTime)
