"""The decisions, and the log that holds them; rows are only ever added."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, Text, Uuid
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
        # A moderator's last orders.
        Index("ix_decisions_account", "site_id", "account_id", "at"),
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


class LogHead(Base):
    """The end of a site's log: its number, and the digest and MAC of its last entry (`moderation.chain`).

    Whoever adds to the log holds this row, and holds it last, so that entries are numbered one after another.
    """

    __tablename__ = "log_heads"

    site_id: Mapped[UUID] = mapped_column(ForeignKey("sites.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(default=0)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), default=b"")
    mac: Mapped[bytes] = mapped_column(LargeBinary(16), default=b"")


class LogLink(Base):
    """One entry of a site's log, as the bytes that its MAC is over; it outlives the comment it is about.

    `personal` is a JSON object of what the entry only commits to: by field, a salt and the value. Without
    them nobody can tell what the entry meant, and the chain holds.
    """

    __tablename__ = "log_links"
    __table_args__ = (
        # A decision is compared with its entry.
        Index("ix_log_links_decision", "decision_id"),
        # What is erased with a comment's author.
        Index("ix_log_links_comment", "comment_id"),
    )

    site_id: Mapped[UUID] = mapped_column(ForeignKey("sites.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entry: Mapped[bytes] = mapped_column(LargeBinary)
    mac: Mapped[bytes] = mapped_column(LargeBinary(16))
    personal: Mapped[str | None] = mapped_column(Text)
    decision_id: Mapped[UUID | None] = mapped_column(Uuid)
    comment_id: Mapped[UUID | None] = mapped_column(Uuid)
