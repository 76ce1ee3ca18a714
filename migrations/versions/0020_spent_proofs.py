"""Let a proof of work be used once, and find how much spam came from a network

A small table, and an index over spam alone; the previous release passes over both.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

SPAM = sa.text("state = 'spam' AND network_key IS NOT NULL")

# Instants as the first migration has them.
TIME = sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "spent_proofs",
        sa.Column("challenge", sa.LargeBinary(32), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("good_until", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["site_id"], ["sites.id"], name="fk_spent_proofs_site_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("challenge", name="pk_spent_proofs"),
    )
    # Upkeep forgets them.
    op.create_index("ix_spent_proofs_age", "spent_proofs", ["good_until"])
    # Removing a site looks for its own.
    op.create_index("ix_spent_proofs_site_id", "spent_proofs", ["site_id"])
    # How much spam came from a network.
    op.create_index(
        "ix_comments_spam_from",
        "comments",
        ["site_id", "network_key"],
        sqlite_where=SPAM,
        postgresql_where=SPAM,
    )


def downgrade() -> None:
    op.drop_index("ix_comments_spam_from", "comments")
    op.drop_table("spent_proofs")
