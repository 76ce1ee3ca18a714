"""Let somebody moderate a section of a site

A section is a path prefix of pages. Whom a part is limited to what stands with it; threads carry their path
in one spelling, so that a section is a range of an index.

The previous release goes on working: it knows neither column. What it opens meanwhile has an empty path, and
is in no section: moderators of the whole site see it.

Safe to stop and run again: it only touches threads that still lack a path.
"""

from urllib.parse import urlsplit

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BATCH_ROWS = 1_000
CTEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

threads = sa.table("threads", sa.column("id", sa.Uuid()), sa.column("page_path", sa.Text()))
keys = sa.table(
    "thread_keys",
    sa.column("thread_id", sa.Uuid()),
    sa.column("kind", sa.Text()),
    sa.column("key", sa.Text()),
    sa.column("created_at", sa.BigInteger()),
)


def upgrade() -> None:
    op.add_column("memberships", sa.Column("sections", sa.Text(), nullable=True))
    op.add_column("threads", sa.Column("page_path", CTEXT, nullable=False, server_default=""))
    _fill()
    # Which threads are in a section.
    op.create_index("ix_threads_page_path", "threads", ["site_id", "page_path"])


def downgrade() -> None:
    op.drop_index("ix_threads_page_path", "threads")
    op.drop_column("threads", "page_path")
    op.drop_column("memberships", "sections")


def _fill() -> None:
    """Take each thread's path from the oldest of its normalised URLs, which is its page's own."""
    here = op.get_bind()
    some = (
        sa.select(threads.c.id)
        .where(
            threads.c.page_path == "",
            threads.c.id.in_(sa.select(keys.c.thread_id).where(keys.c.kind == "url")),
        )
        .limit(BATCH_ROWS)
    )
    fill = (
        sa.update(threads)
        .where(threads.c.id == sa.bindparam("thread"))
        .values(page_path=sa.bindparam("path"))
    )
    while ids := here.execute(some).scalars().all():
        urls = sa.select(keys.c.thread_id, keys.c.key).where(keys.c.thread_id.in_(ids), keys.c.kind == "url")
        newest_first = here.execute(urls.order_by(keys.c.created_at.desc())).all()
        paths = {thread: urlsplit(key).path.rstrip("/") + "/" for thread, key in newest_first}
        here.execute(fill, [{"thread": thread, "path": path} for thread, path in paths.items()])
