"""Learn from moderators' decisions, and keep beside a comment what was known when it was judged

Three tables, and a column that may be empty: nothing is rewritten, and the previous release goes on working.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

TIME = sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    op.add_column("comments", sa.Column("facts", sa.Text, nullable=True))
    op.create_table(
        "learning",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("good", sa.Integer(), nullable=False),
        sa.Column("bad", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("read_to", TIME, nullable=True),
        of("learning", "site_id", "sites"),
        sa.PrimaryKeyConstraint("site_id", name="pk_learning"),
    )
    op.create_table(
        "learned_signs",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("bucket", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("good", sa.Integer(), nullable=False),
        sa.Column("bad", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        of("learned_signs", "site_id", "sites"),
        sa.PrimaryKeyConstraint("site_id", "bucket", name="pk_learned_signs"),
    )
    # What is newer than what a process knows.
    op.create_index("ix_learned_signs_version", "learned_signs", ["site_id", "version"])
    op.create_table(
        "learned_comments",
        sa.Column("comment_id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("is_spam", sa.Boolean(), nullable=False),
        sa.Column("share", sa.Double(), nullable=True),
        sa.Column("buckets", sa.LargeBinary(), nullable=False),
        sa.Column("decided_at", TIME, nullable=False),
        of("learned_comments", "comment_id", "comments"),
        of("learned_comments", "site_id", "sites"),
        sa.PrimaryKeyConstraint("comment_id", name="pk_learned_comments"),
    )
    # How good the last guesses were.
    op.create_index("ix_learned_comments_site", "learned_comments", ["site_id", "decided_at"])


def downgrade() -> None:
    op.drop_table("learned_comments")
    op.drop_table("learned_signs")
    op.drop_table("learning")
    op.drop_column("comments", "facts")


def of(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=f"fk_{table}_{column}", ondelete="CASCADE")
