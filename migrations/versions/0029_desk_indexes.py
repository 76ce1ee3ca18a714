"""Count how an author's comments fared, and walk along what is reported most

Moderators see beside each name how many are approved, waiting, removed, spam; and what most readers reported
can come first. Two indexes; the previous release passes over them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

REPORTED = sa.text("report_count > 0 AND state <> 'deleted'")


def upgrade() -> None:
    # How much an author has in each state.
    op.create_index("ix_comments_fared", "comments", ["author_id", "state"])
    # What readers' reports are open about, the most of them first.
    op.create_index(
        "ix_comments_most_reported",
        "comments",
        ["site_id", "report_count", "created_at", "id"],
        sqlite_where=REPORTED,
        postgresql_where=REPORTED,
    )


def downgrade() -> None:
    op.drop_index("ix_comments_most_reported", "comments")
    op.drop_index("ix_comments_fared", "comments")
