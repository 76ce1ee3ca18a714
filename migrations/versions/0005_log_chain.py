"""Hold the log of decisions together

Each decision gets an entry in a chain of MACs per site, so that a change by somebody without the key is
found. The entry stands apart from the decision, for it outlives the comment, and commits to names and reasons
with salts that can be erased.

Decisions that are stored already get no entry: this migration has no key. The first entry of a site says how
many they are.

Only adds tables: the previous release goes on working; what it decides is found to be missing in the log.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "log_heads",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("mac", sa.LargeBinary(16), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_log_heads_site_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("site_id", name="pk_log_heads"),
    )
    op.create_table(
        "log_links",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entry", sa.LargeBinary(), nullable=False),
        sa.Column("mac", sa.LargeBinary(16), nullable=False),
        sa.Column("personal", sa.Text(), nullable=True),
        sa.Column("decision_id", sa.Uuid(), nullable=True),
        sa.Column("comment_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_log_links_site_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("site_id", "number", name="pk_log_links"),
    )
    # A decision is compared with its entry.
    op.create_index("ix_log_links_decision", "log_links", ["decision_id"])
    # What is erased with a comment's author.
    op.create_index("ix_log_links_comment", "log_links", ["comment_id"])


def downgrade() -> None:
    op.drop_table("log_links")
    op.drop_table("log_heads")
