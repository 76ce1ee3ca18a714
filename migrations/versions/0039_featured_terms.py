"""Have what is picked out found by `is:featured`

Terms are made anew in the background for the comments that moderators have picked out, which are few; until
then `is:featured` misses them. The previous release makes their terms without it, and goes on working.

Safe to stop and run again: a comment that is noted twice is read twice.
"""

from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("INSERT INTO terms_due (site_id, comment_id) SELECT site_id, id FROM comments WHERE featured")


def downgrade() -> None:
    """Leave the terms: nothing asks for this one."""
