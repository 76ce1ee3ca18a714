"""Keep a proof of every reader's erasure, and by what they are known if a backup brings them back

Only adds a table: the previous release goes on working, and erases nobody.
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

TIME = sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")
CTEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "erasures",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("reader", sa.LargeBinary(), nullable=False),
        sa.Column("scope", CTEXT, nullable=False),
        sa.Column("state", CTEXT, nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", TIME, nullable=False),
        sa.Column("done_at", TIME, nullable=True),
        sa.Column("receipt", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_erasures_site_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_erasures"),
    )
    # A site's own, the newest first.
    op.create_index("ix_erasures_site", "erasures", ["site_id", "asked_at", "id"])
    # Who is asked for again while it runs is erased once.
    op.create_index("ix_erasures_author", "erasures", ["author_id"])


def downgrade() -> None:
    op.drop_table("erasures")
