"""Make the first tables: sites, people, discussions, decisions

Constraints are named as `comments.storage.base` names them, so that later migrations can change them.
"""

from functools import partial
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    "installation_facts",
    "sites",
    "accounts",
    "authors",
    "guest_tokens",
    "memberships",
    "api_tokens",
    "sign_in_links",
    "browser_sessions",
    "threads",
    "thread_keys",
    "comments",
    "revisions",
    "votes",
    "reports",
    "decisions",
)

# Instants: whole microseconds since 1970 on SQLite, whose own date functions keep three digits.
TIME = sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")
# Text that is sorted or unique: by code point, whatever the locale of the cluster.
CTEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

must = partial(sa.Column, nullable=False)
may = partial(sa.Column, nullable=True)


def upgrade() -> None:
    make_sites()
    make_people()
    make_ways_to_sign_in()
    make_threads()
    make_comments()
    index_comments()
    make_what_hangs_on_comments()
    make_decisions()


def downgrade() -> None:
    for name in reversed(TABLES):
        op.drop_table(name)


def make_sites() -> None:
    op.create_table(
        "installation_facts",
        must("name", CTEXT),
        must("value", sa.Text),
        sa.PrimaryKeyConstraint("name", name="pk_installation_facts"),
    )
    op.create_table(
        "sites",
        must("id", sa.Uuid),
        must("name", CTEXT),
        must("origins", sa.Text),
        must("settings", sa.Text),
        must("version", sa.Integer),
        must("created_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_sites"),
        sa.UniqueConstraint("name", name="uq_sites_name"),
    )


def make_people() -> None:
    op.create_table(
        "accounts",
        must("id", sa.Uuid),
        must("email", CTEXT),
        must("name", sa.Text),
        must("created_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
        sa.UniqueConstraint("email", name="uq_accounts_email"),
    )
    op.create_table(
        "authors",
        must("id", sa.Uuid),
        must("site_id", sa.Uuid),
        must("kind", sa.Text),
        may("account_id", sa.Uuid),
        may("name", sa.Text),
        may("email", sa.Text),
        may("website", sa.Text),
        may("approved_name", sa.Text),
        must("approved_count", sa.Integer),
        must("trusted", sa.Boolean),
        may("source_system", CTEXT),
        may("source_id", CTEXT),
        must("created_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_authors"),
        foreign_key("authors", "site_id", "sites"),
        foreign_key("authors", "account_id", "accounts", ondelete="SET NULL"),
    )
    # An import run twice finds the authors it made the first time.
    source = ["site_id", "source_system", "source_id"]
    op.create_index("uq_authors_source", "authors", source, unique=True, **where("source_id IS NOT NULL"))
    # A moderator's posts on a site share one author.
    account = ["site_id", "account_id"]
    op.create_index("uq_authors_account", "authors", account, unique=True, **where("account_id IS NOT NULL"))
    op.create_table(
        "guest_tokens",
        must("token_hash", sa.LargeBinary(32)),
        must("site_id", sa.Uuid),
        must("author_id", sa.Uuid),
        must("created_at", TIME),
        must("used_at", TIME),
        sa.PrimaryKeyConstraint("token_hash", name="pk_guest_tokens"),
        foreign_key("guest_tokens", "site_id", "sites"),
        foreign_key("guest_tokens", "author_id", "authors"),
    )
    # Deleting an author looks for their tokens.
    op.create_index("ix_guest_tokens_author_id", "guest_tokens", ["author_id"])
    # Upkeep removes the tokens that have ended.
    op.create_index("ix_guest_tokens_used_at", "guest_tokens", ["used_at"])


def make_ways_to_sign_in() -> None:
    op.create_table(
        "memberships",
        must("account_id", sa.Uuid),
        must("site_id", sa.Uuid),
        must("role", sa.Text),
        must("created_at", TIME),
        sa.PrimaryKeyConstraint("account_id", "site_id", name="pk_memberships"),
        foreign_key("memberships", "account_id", "accounts"),
        foreign_key("memberships", "site_id", "sites"),
    )
    # The names of a site's team are looked up at each post by a newcomer.
    op.create_index("ix_memberships_site_id", "memberships", ["site_id"])
    op.create_table(
        "api_tokens",
        must("token_hash", sa.LargeBinary(32)),
        must("site_id", sa.Uuid),
        must("account_id", sa.Uuid),
        must("created_at", TIME),
        sa.PrimaryKeyConstraint("token_hash", name="pk_api_tokens"),
        foreign_key("api_tokens", "site_id", "sites"),
        foreign_key("api_tokens", "account_id", "accounts"),
    )
    op.create_table(
        "sign_in_links",
        must("token_hash", sa.LargeBinary(32)),
        must("account_id", sa.Uuid),
        must("created_at", TIME),
        must("expires_at", TIME),
        may("used_at", TIME),
        sa.PrimaryKeyConstraint("token_hash", name="pk_sign_in_links"),
        foreign_key("sign_in_links", "account_id", "accounts"),
    )
    op.create_table(
        "browser_sessions",
        must("token_hash", sa.LargeBinary(32)),
        must("account_id", sa.Uuid),
        must("created_at", TIME),
        must("expires_at", TIME),
        sa.PrimaryKeyConstraint("token_hash", name="pk_browser_sessions"),
        foreign_key("browser_sessions", "account_id", "accounts"),
    )


def make_threads() -> None:
    op.create_table(
        "threads",
        must("id", sa.Uuid),
        must("site_id", sa.Uuid),
        must("url", sa.Text),
        may("identifier", sa.Text),
        may("title", sa.Text),
        must("title_confirmed", sa.Boolean),
        must("state", sa.Text),
        must("comment_count", sa.Integer),
        must("version", sa.Integer),
        must("created_at", TIME),
        must("updated_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_threads"),
        foreign_key("threads", "site_id", "sites"),
    )
    # Names the threads that other processes have changed since the last look.
    op.create_index("ix_threads_updated_at", "threads", ["updated_at"])
    # Lists a site's threads, newest first.
    op.create_index("ix_threads_site", "threads", ["site_id", "created_at", "id"])
    op.create_table(
        "thread_keys",
        must("site_id", sa.Uuid),
        must("key_hash", sa.LargeBinary(32)),
        must("kind", sa.Text),
        must("key", sa.Text),
        must("thread_id", sa.Uuid),
        must("created_at", TIME),
        sa.PrimaryKeyConstraint("site_id", "key_hash", name="pk_thread_keys"),
        foreign_key("thread_keys", "site_id", "sites"),
        foreign_key("thread_keys", "thread_id", "threads"),
    )
    # Shows a thread's aliases.
    op.create_index("ix_thread_keys_thread_id", "thread_keys", ["thread_id"])


def make_comments() -> None:
    op.create_table(
        "comments",
        must("id", sa.Uuid),
        must("site_id", sa.Uuid),
        must("thread_id", sa.Uuid),
        may("parent_id", sa.Uuid),
        may("root_id", sa.Uuid),
        must("depth", sa.Integer),
        must("path", sa.LargeBinary),
        must("author_id", sa.Uuid),
        must("author_name", sa.Text),
        must("author_kind", sa.Text),
        may("author_badge", sa.Text),
        may("author_website", sa.Text),
        must("source", sa.Text),
        must("source_format", sa.Text),
        must("html", sa.Text),
        must("renderer", sa.Integer),
        must("state", CTEXT),
        must("queue", CTEXT),
        must("listed", sa.Boolean),
        must("reply_total", sa.Integer),
        must("reasons", sa.Text),
        must("version", sa.Integer),
        must("rank", sa.Integer),
        must("upvotes", sa.Integer),
        must("downvotes", sa.Integer),
        must("report_count", sa.Integer),
        must("created_at", TIME),
        may("edited_at", TIME),
        may("deleted_at", TIME),
        may("deleted_from", sa.Text),
        may("address_key", sa.LargeBinary(16)),
        may("post_key", sa.LargeBinary(16)),
        may("digest", sa.LargeBinary(16)),
        may("source_system", CTEXT),
        may("source_id", CTEXT),
        sa.PrimaryKeyConstraint("id", name="pk_comments"),
        foreign_key("comments", "site_id", "sites"),
        foreign_key("comments", "thread_id", "threads"),
        foreign_key("comments", "author_id", "authors", ondelete=None),
    )


def index_comments() -> None:
    index = partial(op.create_index, table_name="comments")
    roots, replies = where("root_id IS NULL AND listed"), where("root_id IS NOT NULL AND listed")
    # Pages of top-level comments, newest or oldest first.
    index("ix_comments_top_by_time", columns=["thread_id", "created_at", "id"], **roots)
    # Pages of top-level comments, best first.
    index("ix_comments_top_by_rank", columns=["thread_id", "rank", "created_at", "id"], **roots)
    # The replies below a root, in reading order.
    index("ix_comments_branch", columns=["root_id", "path"], **replies)
    # Moderators' queues, by state and time.
    index("ix_comments_queue", columns=["site_id", "queue", "created_at", "id"])
    # What an author still has waiting in a thread.
    waiting = where("state IN ('pending', 'spam')")
    index("ix_comments_waiting", columns=["author_id", "thread_id"], **waiting)
    # A repeated Idempotency-Key finds the comment it made; upkeep clears keys after a day.
    with_key = where("post_key IS NOT NULL")
    index("uq_comments_post_key", columns=["site_id", "post_key"], unique=True, **with_key)
    # The same text on the same place within a minute; upkeep clears digests after a day.
    index("ix_comments_digest", columns=["site_id", "digest"], **where("digest IS NOT NULL"))
    # Upkeep forgets addresses after 30 days.
    index("ix_comments_address", columns=["created_at"], **where("address_key IS NOT NULL"))
    # An import run twice finds what it brought in the first time; old deep links lead on.
    source, imported = ["site_id", "source_system", "source_id"], where("source_id IS NOT NULL")
    index("uq_comments_source", columns=source, unique=True, **imported)


def make_what_hangs_on_comments() -> None:
    op.create_table(
        "revisions",
        must("comment_id", sa.Uuid),
        must("site_id", sa.Uuid),
        must("source", sa.Text),
        must("source_format", sa.Text),
        must("html", sa.Text),
        must("renderer", sa.Integer),
        must("reasons", sa.Text),
        must("created_at", TIME),
        sa.PrimaryKeyConstraint("comment_id", name="pk_revisions"),
        foreign_key("revisions", "comment_id", "comments"),
        foreign_key("revisions", "site_id", "sites"),
    )
    op.create_table(
        "votes",
        must("comment_id", sa.Uuid),
        must("author_id", sa.Uuid),
        must("site_id", sa.Uuid),
        must("value", sa.Integer),
        must("counted", sa.Boolean),
        may("address_key", sa.LargeBinary(16)),
        must("created_at", TIME),
        sa.PrimaryKeyConstraint("comment_id", "author_id", name="pk_votes"),
        foreign_key("votes", "comment_id", "comments"),
        foreign_key("votes", "author_id", "authors"),
        foreign_key("votes", "site_id", "sites"),
    )
    by_guest = where("address_key IS NOT NULL")
    # How many guests of one address have voted on a comment.
    op.create_index("ix_votes_address", "votes", ["comment_id", "address_key"], **by_guest)
    # Upkeep forgets addresses after 30 days.
    op.create_index("ix_votes_address_age", "votes", ["created_at"], **by_guest)
    op.create_table(
        "reports",
        must("comment_id", sa.Uuid),
        must("author_id", sa.Uuid),
        must("site_id", sa.Uuid),
        must("reason", sa.Text),
        must("note", sa.Text),
        must("created_at", TIME),
        sa.PrimaryKeyConstraint("comment_id", "author_id", name="pk_reports"),
        foreign_key("reports", "comment_id", "comments"),
        foreign_key("reports", "author_id", "authors"),
        foreign_key("reports", "site_id", "sites"),
    )


def make_decisions() -> None:
    op.create_table(
        "decisions",
        must("id", sa.Uuid),
        must("site_id", sa.Uuid),
        must("comment_id", sa.Uuid),
        may("account_id", sa.Uuid),
        must("moderator_name", sa.Text),
        must("decision", sa.Text),
        must("before", sa.Text),
        must("after", sa.Text),
        must("reason", sa.Text),
        may("replaced", sa.Text),
        must("at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_decisions"),
        foreign_key("decisions", "site_id", "sites"),
        foreign_key("decisions", "comment_id", "comments"),
        foreign_key("decisions", "account_id", "accounts", ondelete="SET NULL"),
    )
    # The last decision on a comment: what `restore` goes back to, and who was first.
    op.create_index("ix_decisions_comment", "decisions", ["comment_id", "at", "id"])
    # The log of a site, newest first.
    op.create_index("ix_decisions_site", "decisions", ["site_id", "at", "id"])


def foreign_key(
    table: str, column: str, parent: str, *, ondelete: str | None = "CASCADE"
) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{parent}.id"], name=f"fk_{table}_{column}", ondelete=ondelete)


def where(condition: str) -> dict[str, Any]:
    """Return the condition of a partial index in both dialects' words: SQLite's truth is a number."""
    on_sqlite = condition.replace("listed", "listed = 1")
    return {"sqlite_where": sa.text(on_sqlite), "postgresql_where": sa.text(condition)}
