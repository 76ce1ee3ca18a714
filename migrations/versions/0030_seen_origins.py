"""Keep on which origins a site's discussions were seen lately, for its owners

A small table: twenty rows a site at most. The previous release passes over it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

TIME = sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")
CTEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "seen_origins",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("origin", CTEXT, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("site_id", "origin", name="pk_seen_origins"),
        sa.ForeignKeyConstraint(
            ["site_id"], ["sites.id"], name="fk_seen_origins_site_id", ondelete="CASCADE"
        ),
    )


def downgrade() -> None:
    op.drop_table("seen_origins")
