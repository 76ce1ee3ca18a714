"""Keep who outside is asked about comments, and what they answered lately

Only adds tables: the previous release goes on working, and asks nobody.
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

TIME = sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")
CTEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "outside_checks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("kind", CTEXT, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=True),
        sa.Column("sends_email", sa.Boolean(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        of("outside_checks", "site_id", "sites"),
        sa.PrimaryKeyConstraint("id", name="pk_outside_checks"),
    )
    # A site's own, one of each kind.
    op.create_index("uq_outside_checks_site", "outside_checks", ["site_id", "kind"], unique=True)
    op.create_table(
        "check_calls",
        sa.Column("comment_id", sa.Uuid(), nullable=False),
        sa.Column("check_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("outcome", CTEXT, nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_at", TIME, nullable=False),
        sa.Column("told", CTEXT, nullable=True),
        of("check_calls", "comment_id", "comments"),
        of("check_calls", "check_id", "outside_checks"),
        sa.PrimaryKeyConstraint("comment_id", "check_id", name="pk_check_calls"),
    )
    # A check's last answers.
    op.create_index("ix_check_calls_answered", "check_calls", ["check_id", "answered_at"])
    # Upkeep forgets the old ones.
    op.create_index("ix_check_calls_age", "check_calls", ["answered_at"])


def downgrade() -> None:
    op.drop_table("check_calls")
    op.drop_table("outside_checks")


def of(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=f"fk_{table}_{column}", ondelete="CASCADE")
