"""Find what a thread holds that readers have never seen

Who brings one discussion into another brings all of it, and the other half of a thread has its index already.
One small index; the previous release passes over it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

UNSEEN = sa.text("changed_version = 0")


def upgrade() -> None:
    # The half of a thread that readers have never seen: waiting, spam, removed before it was public.
    op.create_index(
        "ix_comments_unseen", "comments", ["thread_id"], sqlite_where=UNSEEN, postgresql_where=UNSEEN
    )


def downgrade() -> None:
    op.drop_index("ix_comments_unseen", "comments")
