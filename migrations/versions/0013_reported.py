"""Find the comments that reports are open about

Moderators see them as a queue of its own, whatever state they are in. One small index; the previous release
passes over it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

REPORTED = sa.text("report_count > 0 AND state <> 'deleted'")


def upgrade() -> None:
    # What readers' reports are open about, newest first.
    op.create_index(
        "ix_comments_reported",
        "comments",
        ["site_id", "created_at", "id"],
        sqlite_where=REPORTED,
        postgresql_where=REPORTED,
    )


def downgrade() -> None:
    op.drop_index("ix_comments_reported", "comments")
