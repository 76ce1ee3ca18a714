"""Keep the imports that owners ask for on their page, and how far they are

Only adds a table: the previous release goes on working, and knows no such imports.
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

TIME = sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")
CTEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
OPEN = sa.text("ended_at IS NULL")
ENDED = sa.text("ended_at IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "import_jobs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("state", CTEXT, nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("file_bytes", sa.BigInteger(), nullable=False),
        sa.Column("format", CTEXT, nullable=False),
        sa.Column("step", CTEXT, nullable=False),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("trial", sa.Text(), nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("stop_asked", sa.Boolean(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claimed_by", sa.Uuid(), nullable=True),
        sa.Column("claimed_until", TIME, nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("began_at", TIME, nullable=True),
        sa.Column("ended_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_import_jobs_site_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_import_jobs"),
    )
    # One at a time on a site; and what there is to do.
    op.create_index(
        "uq_import_jobs_open",
        "import_jobs",
        ["site_id"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    # A site's own, the newest first.
    op.create_index("ix_import_jobs_site", "import_jobs", ["site_id", "id"])
    # Upkeep forgets the old ones.
    op.create_index(
        "ix_import_jobs_ended", "import_jobs", ["ended_at"], sqlite_where=ENDED, postgresql_where=ENDED
    )


def downgrade() -> None:
    op.drop_table("import_jobs")
