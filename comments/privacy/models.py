"""The table of erasures: proof that a reader was erased, and by what they are known if a backup returns."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from comments.sites import models as _sites  # noqa: F401  # columns that refer to them take their type
from comments.storage import Base, CText, UtcTime


class Erasure(Base):
    """One reader's erasure: `state` is `running`, then `done`, and it has its `receipt`.

    What is left of them is a keyed hash of their id (`receipts.reader_mark`), which fits nothing in this
    database any more and what a backup brings back. `author_id` is only there while it runs.
    """

    __tablename__ = "erasures"
    __table_args__ = (
        # A site's own, the newest first.
        Index("ix_erasures_site", "site_id", "asked_at", "id"),
        # Who is asked for again while it runs is erased once.
        Index("ix_erasures_author", "author_id"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("sites.id", ondelete="CASCADE"))
    author_id: Mapped[UUID | None] = mapped_column(Uuid)
    reader: Mapped[bytes] = mapped_column(LargeBinary(16))
    scope: Mapped[str] = mapped_column(CText)
    """`everything`, or `name`: then the texts stay."""
    state: Mapped[str] = mapped_column(CText, default="running")
    counts: Mapped[str] = mapped_column(Text, default="{}")
    """A JSON object: how many of each kind were erased until now."""
    asked_by: Mapped[str] = mapped_column(Text)
    """The owner's account id, `operator`, or `replay`."""
    asked_at: Mapped[datetime] = mapped_column(UtcTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcTime)
    receipt: Mapped[str | None] = mapped_column(Text)
    """The signed receipt as it is given out (`receipts`)."""
