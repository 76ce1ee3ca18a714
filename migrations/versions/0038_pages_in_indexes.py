"""Tell the page of a comment by the indexes of what is reported and of what is alike

Who moderates a part of a site has both counted for it, and the rows of all of them were read to learn on
which page each is. Two indexes take the place of two others; the previous release is served by them too.
"""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

REPORTED = sa.text("report_count > 0 AND state <> 'deleted'")
GROUPED = sa.text("similar_group IS NOT NULL")


def upgrade() -> None:
    # What readers' reports are open about, newest first.
    op.create_index(
        "ix_comments_open_reports",
        "comments",
        ["site_id", "created_at", "id", "thread_id"],
        sqlite_where=REPORTED,
        postgresql_where=REPORTED,
    )
    # Nearly the same texts are one row for moderators.
    op.create_index(
        "ix_comments_grouped",
        "comments",
        ["site_id", "similar_group", "queue", "created_at", "id", "thread_id"],
        sqlite_where=GROUPED,
        postgresql_where=GROUPED,
    )
    op.drop_index("ix_comments_reported", "comments")
    op.drop_index("ix_comments_alike", "comments")


def downgrade() -> None:
    # Nearly the same texts are one row for moderators.
    op.create_index(
        "ix_comments_alike",
        "comments",
        ["site_id", "similar_group", "queue", "created_at", "id"],
        sqlite_where=GROUPED,
        postgresql_where=GROUPED,
    )
    # What readers' reports are open about, newest first.
    op.create_index(
        "ix_comments_reported",
        "comments",
        ["site_id", "created_at", "id"],
        sqlite_where=REPORTED,
        postgresql_where=REPORTED,
    )
    op.drop_index("ix_comments_grouped", "comments")
    op.drop_index("ix_comments_open_reports", "comments")
