"""Walk along the queues of single pages

Who moderates a small part of a site walked along all that waits on it, looking for theirs, and so did the
counts beside the queues. One index of what is not public; the previous release passes over it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

HELD = sa.text("queue <> 'approved'")


def upgrade() -> None:
    # The queues of single pages, for who moderates a part of a site; what is public is found by time.
    op.create_index(
        "ix_comments_held",
        "comments",
        ["thread_id", "queue", "created_at", "id"],
        sqlite_where=HELD,
        postgresql_where=HELD,
    )


def downgrade() -> None:
    op.drop_index("ix_comments_held", "comments")
