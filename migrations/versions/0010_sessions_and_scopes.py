"""Let people know their sessions and API tokens again

Sessions say on which device they began and when they were last used; API tokens what they are called, what
they are allowed to do, and when they were last used. A token from before has no scopes written with it, and
may do what it could: read and moderate.

Only adds columns: the previous release goes on working.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TIME = sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    op.add_column("browser_sessions", sa.Column("device", sa.Text(), nullable=False, server_default=""))
    op.add_column("browser_sessions", sa.Column("seen_at", TIME, nullable=True))
    op.add_column("api_tokens", sa.Column("name", sa.Text(), nullable=False, server_default=""))
    op.add_column("api_tokens", sa.Column("scopes", sa.Text(), nullable=True))
    op.add_column("api_tokens", sa.Column("used_at", TIME, nullable=True))


def downgrade() -> None:
    for table, column in (
        ("api_tokens", "used_at"),
        ("api_tokens", "scopes"),
        ("api_tokens", "name"),
        ("browser_sessions", "seen_at"),
        ("browser_sessions", "device"),
    ):
        op.drop_column(table, column)
