"""Let comments say at which version of their thread they changed

Live updates ask for what is newer than a version: one range of an index, no log of events beside the rows.

Nothing is rewritten: the columns have a constant default, and the index holds nothing until a comment
changes, so making it is one pass over the table. What changed before is not on record, which each thread
notes. The previous release goes on working on these tables.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

CHANGED = sa.text("changed_version > 0")


def upgrade() -> None:
    # Not in a batch, which would build SQLite's tables anew.
    op.add_column("threads", number("recorded_from"))
    op.add_column("comments", number("changed_version"))
    op.add_column("comments", number("content_version"))
    op.execute("UPDATE threads SET recorded_from = version")
    # What readers of a thread have missed; what was never public is not in it.
    op.create_index(
        "ix_comments_changed",
        "comments",
        ["thread_id", "changed_version"],
        sqlite_where=CHANGED,
        postgresql_where=CHANGED,
    )


def downgrade() -> None:
    op.drop_index("ix_comments_changed", "comments")
    op.drop_column("comments", "content_version")
    op.drop_column("comments", "changed_version")
    op.drop_column("threads", "recorded_from")


def number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, server_default="0", nullable=False)
