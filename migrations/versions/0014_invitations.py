"""Let owners invite to their team by a link

What an invitation gives waits with the hash of the link's secret until somebody takes it, for a week.

Only adds a table: the previous release goes on working.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

TIME = sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")
CTEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "invitations",
        sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("email", CTEXT, nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("sections", sa.Text(), nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_invitations_site_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_invitations"),
    )
    # A site's open invitations are listed.
    op.create_index("ix_invitations_site_id", "invitations", ["site_id"])


def downgrade() -> None:
    op.drop_table("invitations")
