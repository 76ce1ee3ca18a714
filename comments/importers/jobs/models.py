"""The imports that owners asked for on their page or over the API, and how far they are."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from comments.storage import Base, CText, UtcTime, partial_index


class ImportJob(Base):
    """An import from an uploaded file: its trial, and then the import itself.

    `state` is `reading` (the trial waits or runs), `tried` (its report is there, the owner decides),
    `importing`, and at last `done`, `failed` or `stopped`. Whoever works on it writes a name of their own
    into `claimed_by` and prolongs `claimed_until` as long as they live, so that another goes on soon after
    one that was killed. The file lies in the data folder under the job's id until the job ends.
    """

    __tablename__ = "import_jobs"
    __table_args__ = (
        # One at a time on a site; and what there is to do.
        partial_index("uq_import_jobs_open", "site_id", where="ended_at IS NULL", unique=True),
        # A site's own, the newest first.
        Index("ix_import_jobs_site", "site_id", "id"),
        # Upkeep forgets the old ones.
        partial_index("ix_import_jobs_ended", "ended_at", where="ended_at IS NOT NULL"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("sites.id", ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(CText)
    file_name: Mapped[str] = mapped_column(Text)
    """What the file was called where it came from; only shown."""
    file_bytes: Mapped[int] = mapped_column(BigInteger)
    format: Mapped[str] = mapped_column(CText)
    """The name of a format, or `auto`."""
    step: Mapped[str] = mapped_column(CText, default="")
    """`reading` or `writing`; of it `done` of `total` is done: bytes, or comments."""
    done: Mapped[int] = mapped_column(BigInteger, default=0)
    total: Mapped[int] = mapped_column(BigInteger, default=0)
    trial: Mapped[str] = mapped_column(Text, default="")
    """What the trial said, as `import --json` prints it; empty before."""
    report: Mapped[str] = mapped_column(Text, default="")
    """What the import said, likewise."""
    error: Mapped[str] = mapped_column(Text, default="")
    """Why it failed or is tried again, in words for the owner."""
    stop_asked: Mapped[bool] = mapped_column(default=False)
    attempts: Mapped[int] = mapped_column(default=0)
    """How often somebody has begun the present step."""
    claimed_by: Mapped[UUID | None] = mapped_column(Uuid)
    claimed_until: Mapped[datetime | None] = mapped_column(UtcTime)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    began_at: Mapped[datetime | None] = mapped_column(UtcTime)
    """When the owner said that it shall be imported."""
    ended_at: Mapped[datetime | None] = mapped_column(UtcTime)
