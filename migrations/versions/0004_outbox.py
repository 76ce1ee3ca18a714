"""Store what is to be done after a commit with what it is about

Mails, and later other deliveries, are tasks in a table: written in the transaction of the comment they are
about, and done until they succeed.

Only adds a table: the previous release goes on working, and puts nothing into it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

WAITING = "state = 'waiting'"
FREE = "key IS NOT NULL AND state = 'waiting' AND claimed_by IS NULL"
ENDED = "state <> 'waiting'"
DEAD = "state = 'dead'"

# Instants and sorted text as the first migration has them.
TIME = sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")
CTEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", CTEXT, nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=True),
        sa.Column("key", CTEXT, nullable=True),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("state", CTEXT, nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("claimed_by", sa.Uuid(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("first_due_at", TIME, nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_outbox_site_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
    )
    # What is due, oldest first.
    index("ix_outbox_due", "due_at", "id", where=WAITING)
    # Of tasks with a key one waits; the one that is being done is out of the way.
    index("uq_outbox_key", "kind", "key", where=FREE, unique=True)
    # Upkeep removes what has ended long ago.
    index("ix_outbox_ended", "state", "ended_at", where=ENDED)
    # A site's dead letters, the newest first.
    index("ix_outbox_dead", "site_id", "ended_at", where=DEAD)


def downgrade() -> None:
    op.drop_table("outbox")


def index(name: str, *columns: str, where: str, unique: bool = False) -> None:
    # Each says above, where it is asked for, what it is for.
    op.create_index(
        name,
        "outbox",
        list(columns),
        unique=unique,
        sqlite_where=sa.text(where),
        postgresql_where=sa.text(where),
    )
