"""Let each site say how long it keeps addresses and answers

Addresses are forgotten site by site now, so the indexes that find them begin with the site. The answers of a
site's webhooks and checks are found by the indexes of their last answers; the ones by age alone go.

The previous release goes on working: its upkeep reads more rows than it has to until it is replaced.
"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

KEPT = sa.text("address_key IS NOT NULL")


def upgrade() -> None:
    _index("ix_comments_address_age", "comments", "site_id", "created_at")
    _index("ix_votes_site_address_age", "votes", "site_id", "created_at")
    _index("ix_reports_site_address_age", "reports", "site_id", "created_at")
    op.drop_index("ix_comments_address", "comments")
    op.drop_index("ix_votes_address_age", "votes")
    op.drop_index("ix_reports_address_age", "reports")
    op.drop_index("ix_webhook_calls_age", "webhook_calls")
    op.drop_index("ix_check_calls_age", "check_calls")


def downgrade() -> None:
    # Upkeep forgot old answers by their age.
    op.create_index("ix_check_calls_age", "check_calls", ["answered_at"])
    # The same.
    op.create_index("ix_webhook_calls_age", "webhook_calls", ["answered_at"])
    _index("ix_reports_address_age", "reports", "created_at")
    _index("ix_votes_address_age", "votes", "created_at")
    _index("ix_comments_address", "comments", "created_at")
    op.drop_index("ix_reports_site_address_age", "reports")
    op.drop_index("ix_votes_site_address_age", "votes")
    op.drop_index("ix_comments_address_age", "comments")


def _index(name: str, table: str, *columns: str) -> None:
    # Upkeep forgets a site's addresses when they are old enough.
    op.create_index(name, table, list(columns), sqlite_where=KEPT, postgresql_where=KEPT)
