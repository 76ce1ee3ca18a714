"""Keep the addresses that are told what happens on a site, and what they answered lately

Only adds tables: the previous release goes on working, and tells nobody.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

TIME = sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")
CTEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "webhooks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("events", sa.Text(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_webhooks_site_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_webhooks"),
    )
    # A site's own, in the order they were added.
    op.create_index("ix_webhooks_site", "webhooks", ["site_id", "id"])
    op.create_table(
        "webhook_calls",
        sa.Column("webhook_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("event", CTEXT, nullable=False),
        sa.Column("comment_id", sa.Uuid(), nullable=False),
        sa.Column("happened_at", TIME, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["webhook_id"], ["webhooks.id"], name="fk_webhook_calls_webhook_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("webhook_id", "message_id", name="pk_webhook_calls"),
    )
    # A webhook's last answers.
    op.create_index("ix_webhook_calls_answered", "webhook_calls", ["webhook_id", "answered_at"])
    # Upkeep forgets the old ones.
    op.create_index("ix_webhook_calls_age", "webhook_calls", ["answered_at"])


def downgrade() -> None:
    op.drop_table("webhook_calls")
    op.drop_table("webhooks")
