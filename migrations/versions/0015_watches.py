"""Keep who wants mail about replies to a comment of theirs, once they have confirmed it

Only adds a table: the previous release goes on working, and puts nothing into it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

TIME = sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")
CTEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "watches",
        sa.Column("comment_id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("email_key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("state", CTEXT, nullable=False),
        sa.Column("asked_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["comment_id"], ["comments.id"], name="fk_watches_comment_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_watches_site_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["author_id"], ["authors.id"], name="fk_watches_author_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("comment_id", name="pk_watches"),
    )
    # Deleting an author looks for theirs.
    op.create_index("ix_watches_author_id", "watches", ["author_id"])
    # What an address has confirmed, and where it leaves.
    op.create_index("ix_watches_email", "watches", ["site_id", "email_key"])
    # Upkeep forgets addresses that never answered.
    op.create_index("ix_watches_asked", "watches", ["state", "asked_at"])


def downgrade() -> None:
    op.drop_table("watches")
