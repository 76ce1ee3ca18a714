"""Let a site ban somebody, know texts again, hold or slow down a page, and take spam silently

Two tables, and columns with constant defaults: nothing is rewritten, and the previous release goes on
working. Making the two indexes is one pass over the comments each.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

GROUPED = sa.text("similar_group IS NOT NULL")

# Instants and sorted text as the first migration has them.
TIME = sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")
CTEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    make_bans()
    make_text_prints()
    # Not in a batch, which would build SQLite's tables anew.
    op.add_column("threads", yes_or_no("hold_all"))
    op.add_column("threads", sa.Column("slow_seconds", sa.Integer, server_default="0", nullable=False))
    op.add_column("comments", yes_or_no("silent"))
    op.add_column("comments", sa.Column("similar_group", sa.BigInteger, nullable=True))
    op.add_column("comments", sa.Column("network_key", sa.LargeBinary(16), nullable=True))
    # When an author wrote last, and all that they wrote.
    op.create_index("ix_comments_author", "comments", ["author_id", "created_at", "id"])
    # Nearly the same texts are one row for moderators.
    op.create_index(
        "ix_comments_similar",
        "comments",
        ["site_id", "similar_group", "queue"],
        sqlite_where=GROUPED,
        postgresql_where=GROUPED,
    )


def downgrade() -> None:
    op.drop_index("ix_comments_similar", "comments")
    op.drop_index("ix_comments_author", "comments")
    for column in ("network_key", "similar_group", "silent"):
        op.drop_column("comments", column)
    for column in ("slow_seconds", "hold_all"):
        op.drop_column("threads", column)
    op.drop_table("text_prints")
    op.drop_table("bans")


def make_bans() -> None:
    op.create_table(
        "bans",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("kind", CTEXT, nullable=False),
        sa.Column("subject", CTEXT, nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("until", TIME, nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        foreign_key("bans", "site_id", "sites"),
        foreign_key("bans", "author_id", "authors"),
        foreign_key("bans", "account_id", "accounts", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_bans"),
    )
    # One ban of each, and those that a comment's author may be under.
    op.create_index("uq_bans_subject", "bans", ["site_id", "subject", "kind"], unique=True)
    # A site's bans, the newest first.
    op.create_index("ix_bans_site", "bans", ["site_id", "created_at", "id"])
    # Upkeep removes those that are over.
    op.create_index("ix_bans_until", "bans", ["until"])
    # Deleting an author looks for bans on them.
    op.create_index("ix_bans_author_id", "bans", ["author_id"])


def make_text_prints() -> None:
    op.create_table(
        "text_prints",
        sa.Column("comment_id", sa.Uuid(), nullable=False),
        sa.Column("mark", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("sketch", sa.LargeBinary(), nullable=False),
        sa.Column("similar_group", sa.BigInteger(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        foreign_key("text_prints", "comment_id", "comments"),
        foreign_key("text_prints", "site_id", "sites"),
        sa.PrimaryKeyConstraint("comment_id", "mark", name="pk_text_prints"),
    )
    # Texts that share a mark with a new one, the newest first.
    op.create_index("ix_text_prints_mark", "text_prints", ["site_id", "mark", "created_at"])
    # Upkeep forgets them.
    op.create_index("ix_text_prints_age", "text_prints", ["created_at"])


def foreign_key(table: str, column: str, to: str, *, ondelete: str = "CASCADE") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=f"fk_{table}_{column}", ondelete=ondelete)


def yes_or_no(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean, server_default=sa.false(), nullable=False)
