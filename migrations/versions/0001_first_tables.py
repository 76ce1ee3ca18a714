"""Create all tables, with their indexes and what keeps the terms of comments true

The first migration: nothing was released before it. Each function makes the tables of one part of the
service; what a table and its columns mean stands in the `models.py` of that part.
"""

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "1_0_0"
down_revision = None
branch_labels = None
depends_on = None

UUID, TEXT, BOOL, INT, BIG = sa.Uuid(), sa.Text(), sa.Boolean(), sa.Integer(), sa.BigInteger()
# Microseconds since 1970 where there is no type for an instant.
TIME = BIG.with_variant(sa.DateTime(timezone=True), "postgresql")
# Text that is sorted or unique: by code point, whatever the server's locale.
KEY = TEXT.with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    create_sites()
    create_accounts()
    create_authors()
    create_threads()
    create_comments()
    create_reactions()
    create_policy()
    create_decisions()
    create_classifier()
    create_jobs()
    create_calls()
    create_search()


def downgrade() -> None:
    raise NotImplementedError("Nothing comes before the first tables: remove the database instead.")


def column(name: str, *of_what: Any, **options: Any) -> sa.Column[Any]:
    return sa.Column(name, *of_what, nullable=False, **options)


def maybe(name: str, *of_what: Any) -> sa.Column[Any]:
    """Return a column that may be empty."""
    return sa.Column(name, *of_what, nullable=True)


def key(name: str, *of_what: Any, **options: Any) -> sa.Column[Any]:
    """Return a column of the primary key."""
    return sa.Column(name, *of_what, primary_key=True, nullable=False, **options)


def of(target: str) -> sa.ForeignKey:
    """Return a reference to a row that takes this one with it when it goes."""
    return sa.ForeignKey(target, ondelete="CASCADE")


def index(
    name: str, table: str, columns: list[str], *, unique: bool = False, where: str = "", on_sqlite: str = ""
) -> None:
    """Make an index, of the rows for which `where` holds; `on_sqlite` are SQLite's words for that."""
    only: dict[str, Any] = {}
    if where:
        only = {"sqlite_where": sa.text(on_sqlite or where), "postgresql_where": sa.text(where)}
    op.create_index(name, table, columns, unique=unique, **only)


# A few columns stand on one line, so that a table is seen at once.
# fmt: off
def create_sites() -> None:
    """The installation, its sites and where their discussions were seen."""
    op.create_table("installation_facts",
        key("name", KEY), column("value", TEXT))
    op.create_table("sites",
        key("id", UUID), column("name", KEY, unique=True), column("origins", TEXT), column("settings", TEXT),
        column("version", INT), column("created_at", TIME))
    op.create_table("seen_origins",
        key("site_id", UUID, of("sites.id")), key("origin", KEY), column("url", TEXT), column("at", TIME))
    op.create_table("webhooks",
        key("id", UUID), column("site_id", UUID, of("sites.id")), column("url", TEXT), column("events", TEXT),
        column("created_at", TIME))
    index("ix_webhooks_site", "webhooks", ["site_id", "id"])
    op.create_table("outside_checks",
        key("id", UUID), column("site_id", UUID, of("sites.id")), column("kind", KEY), column("url", TEXT),
        maybe("key", sa.LargeBinary()), column("sends_email", BOOL), column("created_at", TIME))
    index("uq_outside_checks_site", "outside_checks", ["site_id", "kind"], unique=True)


def create_accounts() -> None:
    """People who moderate: accounts, their ways to sign in, their part in a site."""
    op.create_table("accounts",
        key("id", UUID), column("email", KEY, unique=True), column("name", TEXT), column("created_at", TIME),
        maybe("email_proved_at", TIME))
    op.create_table("memberships",
        key("account_id", UUID, of("accounts.id")), key("site_id", UUID, of("sites.id")),
        column("role", TEXT), column("created_at", TIME), maybe("sections", TEXT),
        column("digest", TEXT, server_default="hourly"), maybe("digest_at", TIME))
    index("ix_memberships_site_id", "memberships", ["site_id"])
    op.create_table("invitations",
        key("token_hash", sa.LargeBinary(32)), column("site_id", UUID, of("sites.id")), column("email", KEY),
        column("role", TEXT), maybe("sections", TEXT), column("created_at", TIME), column("expires_at", TIME))
    index("ix_invitations_site_id", "invitations", ["site_id"])
    op.create_table("credentials",
        key("account_id", UUID, of("accounts.id")), maybe("password_hash", TEXT), maybe("password_at", TIME),
        maybe("factor_nonce", sa.LargeBinary(16)), column("factor_on", BOOL), column("factor_step", BIG))
    op.create_table("recovery_codes",
        key("code_hash", sa.LargeBinary(32)), column("account_id", UUID, of("accounts.id")))
    index("ix_recovery_codes_account_id", "recovery_codes", ["account_id"])
    op.create_table("passkeys",
        key("credential_id", sa.LargeBinary()), column("account_id", UUID, of("accounts.id")),
        column("public_key", sa.LargeBinary()), column("sign_count", BIG), column("name", TEXT),
        column("created_at", TIME), maybe("used_at", TIME))
    index("ix_passkeys_account_id", "passkeys", ["account_id"])
    op.create_table("passkey_questions",
        key("token_hash", sa.LargeBinary(32)), maybe("account_id", UUID, of("accounts.id")),
        column("expires_at", TIME))
    op.create_table("sign_in_links",
        key("token_hash", sa.LargeBinary(32)), column("account_id", UUID, of("accounts.id")),
        column("created_at", TIME), column("expires_at", TIME), maybe("used_at", TIME))
    op.create_table("browser_sessions",
        key("token_hash", sa.LargeBinary(32)), column("account_id", UUID, of("accounts.id")),
        column("created_at", TIME), column("expires_at", TIME), column("device", TEXT, server_default=""),
        maybe("seen_at", TIME))
    op.create_table("api_tokens",
        key("token_hash", sa.LargeBinary(32)), column("site_id", UUID, of("sites.id")),
        column("account_id", UUID, of("accounts.id")), column("created_at", TIME),
        column("name", TEXT, server_default=""), maybe("scopes", TEXT), maybe("used_at", TIME))


def create_authors() -> None:
    """Authors of comments, and the tokens guests are known by."""
    op.create_table("authors",
        key("id", UUID), column("site_id", UUID, of("sites.id")), column("kind", TEXT),
        maybe("account_id", UUID, sa.ForeignKey("accounts.id", ondelete="SET NULL")), maybe("name", TEXT),
        maybe("email", TEXT), maybe("website", TEXT), maybe("approved_name", TEXT),
        column("approved_count", INT), column("trusted", BOOL), maybe("source_system", KEY),
        maybe("source_id", KEY), column("created_at", TIME))
    index("uq_authors_account", "authors", ["site_id", "account_id"], unique=True,
        where="account_id IS NOT NULL")
    index("uq_authors_source", "authors", ["site_id", "source_system", "source_id"], unique=True,
        where="source_id IS NOT NULL")
    op.create_table("guest_tokens",
        key("token_hash", sa.LargeBinary(32)), column("site_id", UUID, of("sites.id")),
        column("author_id", UUID, of("authors.id")), column("created_at", TIME), column("used_at", TIME))
    index("ix_guest_tokens_author_id", "guest_tokens", ["author_id"])
    index("ix_guest_tokens_used_at", "guest_tokens", ["used_at"])


def create_threads() -> None:
    """Threads and the keys that lead to them."""
    op.create_table("threads",
        key("id", UUID), column("site_id", UUID, of("sites.id")), column("url", TEXT),
        maybe("identifier", TEXT), maybe("title", TEXT), column("title_confirmed", BOOL),
        column("state", TEXT), column("hold_all", BOOL, server_default=sa.false()),
        column("slow_seconds", INT, server_default="0"), column("comment_count", INT), column("version", INT),
        column("created_at", TIME), column("updated_at", TIME),
        column("recorded_from", INT, server_default="0"), column("page_path", KEY, server_default=""))
    index("ix_threads_page_path", "threads", ["site_id", "page_path"])
    index("ix_threads_site", "threads", ["site_id", "created_at", "id"])
    index("ix_threads_updated_at", "threads", ["updated_at"])
    op.create_table("thread_keys",
        key("site_id", UUID, of("sites.id")), key("key_hash", sa.LargeBinary(32)), column("kind", TEXT),
        column("key", TEXT), column("thread_id", UUID, of("threads.id")), column("created_at", TIME))
    index("ix_thread_keys_thread_id", "thread_keys", ["thread_id"])


def create_comments() -> None:
    """Comments, and edits that wait."""
    op.create_table("comments",
        key("id", UUID), column("site_id", UUID, of("sites.id")), column("thread_id", UUID, of("threads.id")),
        maybe("parent_id", UUID), maybe("root_id", UUID), column("depth", INT),
        column("path", sa.LargeBinary()), column("author_id", UUID, sa.ForeignKey("authors.id")),
        column("author_name", TEXT), column("author_kind", TEXT), maybe("author_badge", TEXT),
        maybe("author_website", TEXT), column("source", TEXT), column("source_format", TEXT),
        column("html", TEXT), column("renderer", INT), column("state", KEY), column("queue", KEY),
        column("listed", BOOL), column("reply_total", INT), column("reasons", TEXT), column("version", INT),
        column("rank", INT), column("upvotes", INT), column("downvotes", INT), column("report_count", INT),
        column("created_at", TIME), column("featured", BOOL, server_default=sa.false()),
        maybe("edited_at", TIME), column("edited_by_moderator", BOOL, server_default=sa.false()),
        maybe("deleted_at", TIME), maybe("deleted_from", TEXT),
        column("silent", BOOL, server_default=sa.false()), maybe("consented_at", TIME), maybe("facts", TEXT),
        maybe("similar_group", BIG), maybe("network_key", sa.LargeBinary(16)),
        maybe("address_key", sa.LargeBinary(16)), maybe("post_key", sa.LargeBinary(16)),
        maybe("digest", sa.LargeBinary(16)), maybe("source_system", KEY), maybe("source_id", KEY),
        column("changed_version", INT, server_default="0"),
        column("content_version", INT, server_default="0"))
    index("ix_comments_address_age", "comments", ["site_id", "created_at"], where="address_key IS NOT NULL")
    index("ix_comments_author", "comments", ["author_id", "created_at", "id"])
    index("ix_comments_branch", "comments", ["root_id", "path"],
        where="root_id IS NOT NULL AND listed", on_sqlite="root_id IS NOT NULL AND listed = 1")
    index("ix_comments_by_time", "comments", ["thread_id", "created_at", "id"], where="state = 'approved'")
    index("ix_comments_digest", "comments", ["site_id", "digest"], where="digest IS NOT NULL")
    index("ix_comments_fared", "comments", ["author_id", "state"])
    index("ix_comments_grouped", "comments",
        ["site_id", "similar_group", "queue", "created_at", "id", "thread_id"],
        where="similar_group IS NOT NULL")
    index("ix_comments_held", "comments", ["thread_id", "queue", "created_at", "id"],
        where="queue <> 'approved'")
    index("ix_comments_most_reported", "comments", ["site_id", "report_count", "created_at", "id"],
        where="report_count > 0 AND state <> 'deleted'")
    index("ix_comments_open_reports", "comments", ["site_id", "created_at", "id", "thread_id"],
        where="report_count > 0 AND state <> 'deleted'")
    index("ix_comments_queue", "comments", ["site_id", "queue", "created_at", "id"])
    index("ix_comments_spam_from", "comments", ["site_id", "network_key"],
        where="state = 'spam' AND network_key IS NOT NULL")
    index("ix_comments_top_by_rank", "comments", ["thread_id", "rank", "created_at", "id"],
        where="root_id IS NULL AND listed", on_sqlite="root_id IS NULL AND listed = 1")
    index("ix_comments_top_by_time", "comments", ["thread_id", "created_at", "id"],
        where="root_id IS NULL AND listed", on_sqlite="root_id IS NULL AND listed = 1")
    index("ix_comments_version", "comments", ["thread_id", "changed_version"])
    index("ix_comments_waiting", "comments", ["author_id", "thread_id"], where="state IN ('pending', 'spam')")
    index("uq_comments_post_key", "comments", ["site_id", "post_key"], unique=True,
        where="post_key IS NOT NULL")
    index("uq_comments_source", "comments", ["site_id", "source_system", "source_id"], unique=True,
        where="source_id IS NOT NULL")
    op.create_table("revisions",
        key("comment_id", UUID, of("comments.id")), column("site_id", UUID, of("sites.id")),
        column("source", TEXT), column("source_format", TEXT), column("html", TEXT), column("renderer", INT),
        column("reasons", TEXT), column("created_at", TIME))


def create_reactions() -> None:
    """What readers do with comments of others."""
    op.create_table("votes",
        key("comment_id", UUID, of("comments.id")), key("author_id", UUID, of("authors.id")),
        column("site_id", UUID, of("sites.id")), column("value", INT), column("counted", BOOL),
        maybe("address_key", sa.LargeBinary(16)), column("created_at", TIME))
    index("ix_votes_address", "votes", ["comment_id", "address_key"], where="address_key IS NOT NULL")
    index("ix_votes_author", "votes", ["author_id"])
    index("ix_votes_site_address_age", "votes", ["site_id", "created_at"], where="address_key IS NOT NULL")
    op.create_table("reports",
        key("comment_id", UUID, of("comments.id")), key("author_id", UUID, of("authors.id")),
        column("site_id", UUID, of("sites.id")), column("reason", TEXT), column("note", TEXT),
        maybe("outcome", TEXT), maybe("settled_by", UUID), maybe("address_key", sa.LargeBinary(16)),
        column("created_at", TIME))
    index("ix_reports_author", "reports", ["author_id"])
    index("ix_reports_settled", "reports", ["settled_by"], where="settled_by IS NOT NULL")
    index("ix_reports_site_address_age", "reports", ["site_id", "created_at"],
        where="address_key IS NOT NULL")
    op.create_table("watches",
        key("comment_id", UUID, of("comments.id")), column("site_id", UUID, of("sites.id")),
        column("author_id", UUID, of("authors.id")), maybe("email", TEXT),
        column("email_key", sa.LargeBinary(16)), column("state", KEY), column("asked_at", TIME))
    index("ix_watches_asked", "watches", ["state", "asked_at"])
    index("ix_watches_author_id", "watches", ["author_id"])
    index("ix_watches_email", "watches", ["site_id", "email_key"])


def create_policy() -> None:
    """Bans, fingerprints of texts, spent proofs of work."""
    op.create_table("bans",
        key("id", UUID), column("site_id", UUID, of("sites.id")), column("kind", KEY), column("subject", KEY),
        maybe("author_id", UUID, of("authors.id")), column("outcome", TEXT), column("label", TEXT),
        column("reason", TEXT), maybe("until", TIME),
        maybe("account_id", UUID, sa.ForeignKey("accounts.id", ondelete="SET NULL")), column("made_by", TEXT),
        column("created_at", TIME))
    index("ix_bans_author_id", "bans", ["author_id"])
    index("ix_bans_site", "bans", ["site_id", "created_at", "id"])
    index("ix_bans_until", "bans", ["until"])
    index("uq_bans_subject", "bans", ["site_id", "subject", "kind"], unique=True)
    op.create_table("text_prints",
        key("comment_id", UUID, of("comments.id")), key("mark", BIG, autoincrement=False),
        column("site_id", UUID, of("sites.id")), column("sketch", sa.LargeBinary()),
        column("similar_group", BIG), column("created_at", TIME))
    index("ix_text_prints_age", "text_prints", ["created_at"])
    index("ix_text_prints_mark", "text_prints", ["site_id", "mark", "created_at"])
    op.create_table("spent_proofs",
        key("challenge", sa.LargeBinary(32)), column("site_id", UUID, of("sites.id")),
        column("good_until", TIME))
    index("ix_spent_proofs_age", "spent_proofs", ["good_until"])
    index("ix_spent_proofs_site_id", "spent_proofs", ["site_id"])


def create_decisions() -> None:
    """What moderators decide, and the audit log that holds it."""
    op.create_table("decisions",
        key("id", UUID), column("site_id", UUID, of("sites.id")),
        column("comment_id", UUID, of("comments.id")),
        maybe("account_id", UUID, sa.ForeignKey("accounts.id", ondelete="SET NULL")),
        column("moderator_name", TEXT), column("decision", TEXT), column("before", TEXT),
        column("after", TEXT), column("reason", TEXT), maybe("replaced", TEXT), column("at", TIME))
    index("ix_decisions_account", "decisions", ["site_id", "account_id", "at"])
    index("ix_decisions_comment", "decisions", ["comment_id", "at", "id"])
    index("ix_decisions_site", "decisions", ["site_id", "at", "id"])
    op.create_table("log_links",
        key("site_id", UUID, of("sites.id")), key("number", INT, autoincrement=False),
        column("entry", sa.LargeBinary()), column("mac", sa.LargeBinary(16)), maybe("personal", TEXT),
        maybe("decision_id", UUID), maybe("comment_id", UUID))
    index("ix_log_links_comment", "log_links", ["comment_id"])
    index("ix_log_links_decision", "log_links", ["decision_id"])
    op.create_table("log_heads",
        key("site_id", UUID, of("sites.id")), column("number", INT), column("digest", sa.LargeBinary(32)),
        column("mac", sa.LargeBinary(16)))
    op.create_table("runs",
        key("id", UUID), column("site_id", UUID, of("sites.id")),
        column("account_id", UUID, of("accounts.id")), column("choice", TEXT), column("asked", TEXT),
        column("state", KEY), column("reached_at", TIME), column("reached_id", UUID), column("decided", INT),
        column("left", INT), column("parts", TEXT), column("made_at", TIME))
    index("ix_runs_account", "runs", ["site_id", "account_id", "made_at"])
    index("ix_runs_made", "runs", ["made_at"])
    op.create_table("merges",
        key("thread_id", UUID, of("threads.id")), column("site_id", UUID, of("sites.id")),
        column("apart", TEXT), column("made_at", TIME))
    index("ix_merges_made", "merges", ["made_at"])


def create_classifier() -> None:
    """What the classifier has learned."""
    op.create_table("learning",
        key("site_id", UUID, of("sites.id")), column("good", INT), column("bad", INT), column("version", INT),
        maybe("read_to", TIME))
    op.create_table("learned_signs",
        key("site_id", UUID, of("sites.id")), key("bucket", INT, autoincrement=False), column("good", INT),
        column("bad", INT), column("version", INT))
    index("ix_learned_signs_version", "learned_signs", ["site_id", "version"])
    op.create_table("learned_comments",
        key("comment_id", UUID, of("comments.id")), column("site_id", UUID, of("sites.id")),
        column("is_spam", BOOL), maybe("share", sa.Double()), column("buckets", sa.LargeBinary()),
        column("decided_at", TIME))
    index("ix_learned_comments_site", "learned_comments", ["site_id", "decided_at"])


def create_jobs() -> None:
    """The outbox, imports, erasures."""
    op.create_table("outbox",
        key("id", UUID), column("kind", KEY), maybe("site_id", UUID, of("sites.id")), maybe("key", KEY),
        column("payload", TEXT), column("state", KEY), column("due_at", TIME), maybe("claimed_by", UUID),
        column("attempts", INT), column("last_error", TEXT), column("first_due_at", TIME),
        maybe("ended_at", TIME))
    index("ix_outbox_dead", "outbox", ["site_id", "ended_at"], where="state = 'dead'")
    index("ix_outbox_due", "outbox", ["due_at", "id"], where="state = 'waiting'")
    index("ix_outbox_ended", "outbox", ["state", "ended_at"], where="state <> 'waiting'")
    index("uq_outbox_key", "outbox", ["kind", "key"], unique=True,
        where="key IS NOT NULL AND state = 'waiting' AND claimed_by IS NULL")
    op.create_table("import_jobs",
        key("id", UUID), column("site_id", UUID, of("sites.id")), column("state", KEY),
        column("file_name", TEXT), column("file_bytes", BIG), column("format", KEY), column("step", KEY),
        column("done", BIG), column("total", BIG), column("trial", TEXT), column("report", TEXT),
        column("error", TEXT), column("stop_asked", BOOL), column("attempts", INT), maybe("claimed_by", UUID),
        maybe("claimed_until", TIME), column("created_at", TIME), maybe("began_at", TIME),
        maybe("ended_at", TIME))
    index("ix_import_jobs_ended", "import_jobs", ["ended_at"], where="ended_at IS NOT NULL")
    index("ix_import_jobs_site", "import_jobs", ["site_id", "id"])
    index("uq_import_jobs_open", "import_jobs", ["site_id"], unique=True, where="ended_at IS NULL")
    op.create_table("erasures",
        key("id", UUID), column("site_id", UUID, of("sites.id")), maybe("author_id", UUID),
        column("reader", sa.LargeBinary(16)), column("scope", KEY), column("state", KEY),
        column("counts", TEXT), column("asked_by", TEXT), column("asked_at", TIME), maybe("done_at", TIME),
        maybe("receipt", TEXT))
    index("ix_erasures_author", "erasures", ["author_id"])
    index("ix_erasures_site", "erasures", ["site_id", "asked_at", "id"])


def create_calls() -> None:
    """What webhooks and external checks were told, and answered."""
    op.create_table("webhook_calls",
        key("webhook_id", UUID, of("webhooks.id")), key("message_id", UUID), column("event", KEY),
        column("comment_id", UUID), column("happened_at", TIME), column("attempts", INT),
        maybe("status", INT), column("answer", TEXT), column("answered_at", TIME))
    index("ix_webhook_calls_answered", "webhook_calls", ["webhook_id", "answered_at"])
    op.create_table("check_calls",
        key("comment_id", UUID, of("comments.id")), key("check_id", UUID, of("outside_checks.id")),
        column("version", INT), column("attempts", INT), maybe("outcome", KEY), column("answer", TEXT),
        column("answered_at", TIME), maybe("told", KEY))
    index("ix_check_calls_answered", "check_calls", ["check_id", "answered_at"])


# fmt: on
def create_search() -> None:
    """The terms by which moderators find comments, and triggers that note whose terms must be made anew.

    The service makes the terms (`text.terms`): neither database's own way finds Chinese or Japanese words.
    Old terms go in the transaction that changes a text, so that no erased word stays findable.
    """
    number = BIG.with_variant(INT, "sqlite")
    op.create_table(
        "comment_terms",
        key("number", number, autoincrement=False),
        column("comment_id", UUID, of("comments.id")),
        column("terms", TEXT.with_variant(postgresql.TSVECTOR(), "postgresql")),
    )
    index("uq_comment_terms_comment", "comment_terms", ["comment_id"], unique=True)
    op.create_table(
        "terms_due",
        key("id", number),
        column("site_id", UUID),
        column("comment_id", UUID),
        sqlite_autoincrement=True,
    )
    index("ix_terms_due_site", "terms_due", ["site_id", "id"])
    words = Path(__file__).with_name(f"search_on_{op.get_bind().dialect.name}.sql").read_text()
    # What is before the first blank line says what the file is.
    for statement in words.split("\n\n")[1:]:
        op.execute(statement.strip())
