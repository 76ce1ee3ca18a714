"""Settle reports, and let moderators pick comments out

A report is open until a decision keeps its comment or takes it down; who reports wrongly counts less. Adds
columns that are empty or false, which the previous release passes over, and two small indexes.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

SETTLED = "settled_by IS NOT NULL"


def upgrade() -> None:
    op.add_column("comments", sa.Column("featured", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("reports", sa.Column("outcome", sa.Text(), nullable=True))
    op.add_column("reports", sa.Column("settled_by", sa.Uuid(), nullable=True))
    # How often somebody who reports was right before.
    op.create_index("ix_reports_author", "reports", ["author_id"])
    # Taking a decision back opens the reports again that it settled.
    op.create_index(
        "ix_reports_settled",
        "reports",
        ["settled_by"],
        sqlite_where=sa.text(SETTLED),
        postgresql_where=sa.text(SETTLED),
    )


def downgrade() -> None:
    op.drop_index("ix_reports_settled", "reports")
    op.drop_index("ix_reports_author", "reports")
    op.drop_column("reports", "settled_by")
    op.drop_column("reports", "outcome")
    op.drop_column("comments", "featured")
