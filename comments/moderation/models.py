"""The log of decisions; rows are only ever added."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from comments.storage import Base, UtcTime


class Decision(Base):
    """Who decided what about which comment, when and why, and the state before and after."""

    __tablename__ = "decisions"
    __table_args__ = (
        # The last decision on a comment: what `restore` goes back to, and who was first.
        Index("ix_decisions_comment", "comment_id", "at", "id"),
        # The log of a site, newest first.
        Index("ix_decisions_site", "site_id", "at", "id"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("sites.id", ondelete="CASCADE"))
    comment_id: Mapped[UUID] = mapped_column(ForeignKey("comments.id", ondelete="CASCADE"))
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    moderator_name: Mapped[str] = mapped_column(Text)
    decision: Mapped[str] = mapped_column(Text)
    before: Mapped[str] = mapped_column(Text)
    after: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text, default="")
    replaced: Mapped[str | None] = mapped_column(Text)
    """A JSON object of what else the decision replaced (`moderation.undoing`): `restore` brings it back."""
    at: Mapped[datetime] = mapped_column(UtcTime)
