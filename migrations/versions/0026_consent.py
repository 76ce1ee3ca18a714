"""Keep with a comment when its author agreed to the site's terms

Nullable: comments of sites that ask for nothing have none. The previous release passes over it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

TIME = sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    op.add_column("comments", sa.Column("consented_at", TIME))


def downgrade() -> None:
    op.drop_column("comments", "consented_at")
