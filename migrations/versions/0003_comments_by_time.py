"""Let a discussion's newest comments be found at any depth

Feeds show them. The indexes that there are know top-level comments by time, and replies by their place.

Only adds an index: the previous release goes on working.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

PUBLIC = sa.text("state = 'approved'")


def upgrade() -> None:
    # A discussion's newest comments at any depth.
    op.create_index(
        "ix_comments_by_time",
        "comments",
        ["thread_id", "created_at", "id"],
        sqlite_where=PUBLIC,
        postgresql_where=PUBLIC,
    )


def downgrade() -> None:
    op.drop_index("ix_comments_by_time", "comments")
