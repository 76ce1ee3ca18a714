"""Note on comments that a moderator edited them last

Readers are told so. A column that is false, which the previous release passes over.
"""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Not in a batch, which would build SQLite's table anew, without the triggers of searches.
    op.add_column(
        "comments",
        sa.Column("edited_by_moderator", sa.Boolean(), server_default=sa.false(), nullable=False),
    )


def downgrade() -> None:
    op.drop_column("comments", "edited_by_moderator")
