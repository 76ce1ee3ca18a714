"""Keep for a while what two discussions were before they were merged

Only adds a table: the previous release passes over it, and what it merges cannot be taken back.
"""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

TIME = sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "merges",
        sa.Column("thread_id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("apart", sa.Text(), nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["thread_id"], ["threads.id"], name="fk_merges_thread_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_merges_site_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("thread_id", name="pk_merges"),
    )
    # Upkeep forgets the old ones.
    op.create_index("ix_merges_made", "merges", ["made_at"])


def downgrade() -> None:
    op.drop_table("merges")
