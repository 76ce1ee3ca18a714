"""Tables of what was learned: none of it is exported, for it can be learned again from the decisions."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from comments.sites import models as _sites  # noqa: F401  # columns that refer to them take their type
from comments.storage import Base, UtcTime


class Learning(Base):
    """How many comments of each class a site has learned; who learns holds this row.

    `version` rises with each time that something was learned. Decisions until `read_to` have been looked at.
    """

    __tablename__ = "learning"

    site_id: Mapped[UUID] = mapped_column(ForeignKey("sites.id", ondelete="CASCADE"), primary_key=True)
    good: Mapped[int] = mapped_column(default=0)
    bad: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=0)
    read_to: Mapped[datetime | None] = mapped_column(UtcTime)


class LearnedFeature(Base):
    """In how many comments of each class a sign was seen, under its hash (`learning.features`)."""

    __tablename__ = "learned_signs"
    __table_args__ = (
        # What is newer than what a process knows.
        Index("ix_learned_signs_version", "site_id", "version"),
    )

    site_id: Mapped[UUID] = mapped_column(ForeignKey("sites.id", ondelete="CASCADE"), primary_key=True)
    bucket: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    good: Mapped[int]
    bad: Mapped[int]
    version: Mapped[int]


class LearnedComment(Base):
    """A comment that was learned, as what, and by which signs: so that it can be taken back exactly.

    `share` is what was guessed of it just before it was learned, None while too little was learned.
    """

    __tablename__ = "learned_comments"
    __table_args__ = (
        # How good the last guesses were.
        Index("ix_learned_comments_site", "site_id", "decided_at"),
    )

    comment_id: Mapped[UUID] = mapped_column(ForeignKey("comments.id", ondelete="CASCADE"), primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("sites.id", ondelete="CASCADE"))
    is_spam: Mapped[bool]
    share: Mapped[float | None]
    buckets: Mapped[bytes] = mapped_column(LargeBinary)
    """Hashes of signs, four bytes each, big-endian."""
    decided_at: Mapped[datetime] = mapped_column(UtcTime)
