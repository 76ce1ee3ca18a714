"""Note the same on what moderators edited before

A step of its own, so that nobody waits for the table while the log is read through. A moderator's edit has
the time of its decision: where a comment has another, its author edited it since, or it was taken back.
Safe to stop and run again.
"""

from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        UPDATE comments SET edited_by_moderator = true WHERE id IN (
            SELECT edited.id
            FROM decisions
            JOIN comments AS edited ON edited.id = decisions.comment_id
            JOIN authors ON authors.id = edited.author_id
            WHERE decisions.decision = 'edit' AND decisions.at = edited.edited_at
            AND (authors.account_id IS NULL OR authors.account_id <> decisions.account_id)
        )
        """
    )


def downgrade() -> None:
    """Leave it to the step before, with which the column goes."""
