"""Walk along what is nearly the same, in the order of time

A flood is one row of a moderator's queue: the row has to know whether it is the newest or the oldest of its
group, and how many there are. The index of groups gets the time, and takes the place of the one without it.
The previous release works with either.
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

GROUPED = sa.text("similar_group IS NOT NULL")


def upgrade() -> None:
    # The first of a group in a queue, and its members in order.
    op.create_index(
        "ix_comments_alike",
        "comments",
        ["site_id", "similar_group", "queue", "created_at", "id"],
        sqlite_where=GROUPED,
        postgresql_where=GROUPED,
    )
    op.drop_index("ix_comments_similar", "comments")


def downgrade() -> None:
    # Nearly the same texts are one row for moderators.
    op.create_index(
        "ix_comments_similar",
        "comments",
        ["site_id", "similar_group", "queue"],
        sqlite_where=GROUPED,
        postgresql_where=GROUPED,
    )
    op.drop_index("ix_comments_alike", "comments")
