"""What was sent to webhooks lately, what outside checks were asked, and what they answered."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from comments.storage import Base, CText, UtcTime


class WebhookCall(Base):
    """A message to a webhook with its last answer; forgotten after `answer_days` of its site.

    It holds ids: what is said about the comment is read each time that it is sent.
    """

    __tablename__ = "webhook_calls"
    __table_args__ = (
        # A webhook's last answers; upkeep forgets the old ones.
        Index("ix_webhook_calls_answered", "webhook_id", "answered_at"),
    )

    webhook_id: Mapped[UUID] = mapped_column(ForeignKey("webhooks.id", ondelete="CASCADE"), primary_key=True)
    message_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    event: Mapped[str] = mapped_column(CText)
    comment_id: Mapped[UUID] = mapped_column(Uuid)
    happened_at: Mapped[datetime] = mapped_column(UtcTime)
    attempts: Mapped[int] = mapped_column(default=1)
    status: Mapped[int | None] = mapped_column()
    """The answer's HTTP status; None where there was no answer, and `answer` says why."""
    answer: Mapped[str] = mapped_column(Text)
    answered_at: Mapped[datetime] = mapped_column(UtcTime)


class CheckCall(Base):
    """What an outside check was asked about a comment last, with its answer.

    `outcome` is `approve`, `hold` or `spam`, None where there is no answer, and `answer` says why. It is
    forgotten after `answer_days` of its site.
    """

    __tablename__ = "check_calls"
    __table_args__ = (
        # A check's last answers; upkeep forgets the old ones.
        Index("ix_check_calls_answered", "check_id", "answered_at"),
    )

    comment_id: Mapped[UUID] = mapped_column(ForeignKey("comments.id", ondelete="CASCADE"), primary_key=True)
    check_id: Mapped[UUID] = mapped_column(
        ForeignKey("outside_checks.id", ondelete="CASCADE"), primary_key=True
    )
    version: Mapped[int]
    """At which version of the comment it was asked."""
    attempts: Mapped[int]
    outcome: Mapped[str | None] = mapped_column(CText)
    answer: Mapped[str] = mapped_column(Text)
    answered_at: Mapped[datetime] = mapped_column(UtcTime)
    told: Mapped[str | None] = mapped_column(CText)
    """What it was told of the moderators' decision: `ham` or `spam`."""
