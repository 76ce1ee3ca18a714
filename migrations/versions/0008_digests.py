"""Let every moderator say how often they are mailed what waits

`digest` is `hourly`, `daily` or `never`, and `digest_at` when the last one went out.

Two columns with a default that both databases add without touching a row. The previous release goes on
working and leaves them alone.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TIME = sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    op.add_column("memberships", sa.Column("digest", sa.Text(), nullable=False, server_default="hourly"))
    op.add_column("memberships", sa.Column("digest_at", TIME, nullable=True))


def downgrade() -> None:
    op.drop_column("memberships", "digest_at")
    op.drop_column("memberships", "digest")
