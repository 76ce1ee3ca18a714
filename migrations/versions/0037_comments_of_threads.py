"""Find all comments of a thread by one index

Deleting a thread has the database look for its comments, and it had only partial indexes: removing a site
read the whole table once for each of its pages. One index over all takes the place of the two that had half
of a thread each, so that a post writes as much as before. The previous release is served by it too.
"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

SEEN = sa.text("changed_version > 0")
UNSEEN = sa.text("changed_version = 0")


def upgrade() -> None:
    # What readers of a thread have missed, and all of a thread.
    op.create_index("ix_comments_version", "comments", ["thread_id", "changed_version"])
    op.drop_index("ix_comments_changed", "comments")
    op.drop_index("ix_comments_unseen", "comments")


def downgrade() -> None:
    # What readers of a thread have missed.
    op.create_index(
        "ix_comments_changed",
        "comments",
        ["thread_id", "changed_version"],
        sqlite_where=SEEN,
        postgresql_where=SEEN,
    )
    # The half of a thread that readers have never seen.
    op.create_index(
        "ix_comments_unseen", "comments", ["thread_id"], sqlite_where=UNSEEN, postgresql_where=UNSEEN
    )
    op.drop_index("ix_comments_version", "comments")
