"""Find a moderator's last orders along an index, and let reports of one address count as one

Keeps the keyed hash of the address beside a report, as beside a vote, for 30 days. The column is empty, and
the previous release passes over it. The index of decisions is made in seconds where a million of them are,
and writers of decisions wait for it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

KNOWN = "address_key IS NOT NULL"


def upgrade() -> None:
    # A moderator's last orders.
    op.create_index("ix_decisions_account", "decisions", ["site_id", "account_id", "at"])
    op.add_column("reports", sa.Column("address_key", sa.LargeBinary(16), nullable=True))
    # Upkeep forgets addresses after 30 days.
    op.create_index(
        "ix_reports_address_age",
        "reports",
        ["created_at"],
        sqlite_where=sa.text(KNOWN),
        postgresql_where=sa.text(KNOWN),
    )


def downgrade() -> None:
    op.drop_index("ix_reports_address_age", "reports")
    op.drop_column("reports", "address_key")
    op.drop_index("ix_decisions_account", "decisions")
