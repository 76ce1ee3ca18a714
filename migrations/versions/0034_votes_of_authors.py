"""Find the votes of an author

Deleting an author, be it one who is erased or all of a site that is removed, looked through all votes of the
service for theirs: for a site with 2,500 authors that was hours beside a million votes. The previous release
passes over the index.
"""

from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Deleting an author looks for theirs.
    op.create_index("ix_votes_author", "votes", ["author_id"])


def downgrade() -> None:
    op.drop_index("ix_votes_author", "votes")
