"""Tables of what a site has laid down, its bans, and of what is known for some time: prints and proofs."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from comments.identity import models as _people  # noqa: F401  # columns that refer to them take their type
from comments.sites import models as _sites  # noqa: F401
from comments.storage import Base, CText, UtcTime


class Ban(Base):
    """Somebody who may not comment on a site: `kind` is `author`, `address`, `network` or `domain`.

    `subject` is what is compared: an author's id, the keyed hash of an address or network in hexadecimal, or
    a mail domain. It is kept until the ban is lifted or over, and a while longer for who takes the lifting
    back; comments have long forgotten the same.
    """

    __tablename__ = "bans"
    __table_args__ = (
        # One ban of each, and those that a comment's author may be under.
        Index("uq_bans_subject", "site_id", "subject", "kind", unique=True),
        # A site's bans, the newest first.
        Index("ix_bans_site", "site_id", "created_at", "id"),
        # Upkeep removes those that are over.
        Index("ix_bans_until", "until"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("sites.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(CText)
    subject: Mapped[str] = mapped_column(CText)
    # An author who is erased takes the ban along; it would meet nobody any more.
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey("authors.id", ondelete="CASCADE"), index=True)
    outcome: Mapped[str] = mapped_column(Text)
    """What becomes of their comments: `refuse` or `silent`."""
    label: Mapped[str] = mapped_column(Text)
    """What moderators know it by: a name, a domain, never an address."""
    reason: Mapped[str] = mapped_column(Text, default="")
    until: Mapped[datetime | None] = mapped_column(UtcTime)
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    made_by: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcTime)

    def is_over(self, at: datetime) -> bool:
        return self.until is not None and self.until <= at


class TextFingerprint(Base):
    """One mark by which a comment's text is known again for some days: see `policy.prints`."""

    __tablename__ = "text_prints"
    __table_args__ = (
        # Texts that share a mark with a new one, the newest first.
        Index("ix_text_prints_mark", "site_id", "mark", "created_at"),
        # Upkeep forgets them.
        Index("ix_text_prints_age", "created_at"),
    )

    comment_id: Mapped[UUID] = mapped_column(ForeignKey("comments.id", ondelete="CASCADE"), primary_key=True)
    mark: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("sites.id", ondelete="CASCADE"))
    sketch: Mapped[bytes] = mapped_column(LargeBinary)
    similar_group: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(UtcTime)


class SpentProof(Base):
    """A proof of work that a comment has used up, until nobody could use it any more."""

    __tablename__ = "spent_proofs"
    __table_args__ = (
        # Upkeep forgets them.
        Index("ix_spent_proofs_age", "good_until"),
        # Removing a site looks for its own.
        Index("ix_spent_proofs_site_id", "site_id"),
    )

    challenge: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("sites.id", ondelete="CASCADE"))
    good_until: Mapped[datetime] = mapped_column(UtcTime)
