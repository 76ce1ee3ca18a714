"""Note for each account when a sign-in link first showed whose its address is

Until now every account began with such a link, printed by the command line: those that there are count as
proved since they were made. What an invitation makes is not proved until a link is used.

Only adds a column that may be empty: the previous release goes on working. Safe to run again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

TIME = sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    op.add_column("accounts", sa.Column("email_proved_at", TIME, nullable=True))
    op.execute("UPDATE accounts SET email_proved_at = created_at")


def downgrade() -> None:
    op.drop_column("accounts", "email_proved_at")
