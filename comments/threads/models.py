"""Tables of the discussions: threads, the keys that lead to them, comments, votes and reports."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, Text, Uuid, false
from sqlalchemy.orm import Mapped, mapped_column

# Columns that refer to their tables take the type from there, and statements that are made when a module is
# loaded need to know it.
from comments.identity import models as _people  # noqa: F401
from comments.sites import models as _sites  # noqa: F401
from comments.storage import Base, CText, UtcTime, partial_index
from comments.threads.addresses.urls import page_path


def _partial(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    # SQLite takes a partial index only for a query that says the condition in its words, and SQLAlchemy
    # writes a true column as `listed = 1` there and as `listed` on PostgreSQL.
    on_sqlite = where.replace("listed", "listed = 1")
    return partial_index(name, *columns, where=where, on_sqlite=on_sqlite, unique=unique)


def _path_of_url(row: Any) -> str:
    return page_path(row.get_current_parameters()["url"])


MERGED = "merged"
KEPT_OPEN = "kept_open"
"""The state of a thread that takes comments whatever its age. An earlier release takes it for closed."""

OPEN = frozenset({"open", KEPT_OPEN})
"""The states of a thread that no moderator has closed."""


class Thread(Base):
    """One page's discussion. `version` rises with every change that a reader can see.

    Changes after `recorded_from` are on record: the comments say at which version they changed.
    """

    __tablename__ = "threads"
    __table_args__ = (
        # Names the threads that other processes have changed since the last look.
        Index("ix_threads_updated_at", "updated_at"),
        # Lists a site's threads, newest first.
        Index("ix_threads_site", "site_id", "created_at", "id"),
        # Which threads are in a section.
        Index("ix_threads_page_path", "site_id", "page_path"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("sites.id", ondelete="CASCADE"))
    url: Mapped[str] = mapped_column(Text)
    """The page's address as it was first given, for links."""
    identifier: Mapped[str | None] = mapped_column(Text)
    title: Mapped[str | None] = mapped_column(Text)
    title_confirmed: Mapped[bool] = mapped_column(default=False)
    """False while only a guest has claimed the title; the first approval in the thread settles it."""
    state: Mapped[str] = mapped_column(Text, default="open")
    """`open`, `closed` by a moderator, or `merged`: all that was in it is in another thread now."""
    hold_all: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Every guest's comment on this page waits."""
    slow_seconds: Mapped[int] = mapped_column(default=0, server_default="0")
    """So long after a comment its author cannot write the next one here; 0 is no slow mode."""
    comment_count: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    updated_at: Mapped[datetime] = mapped_column(UtcTime)
    recorded_from: Mapped[int] = mapped_column(default=0, server_default="0")
    page_path: Mapped[str] = mapped_column(CText, default=_path_of_url, server_default="")
    """Follows from `url`, whoever opens the thread: what sections are compared with (`urls.page_path`)."""


class ThreadKey(Base):
    """A key that leads to a thread: `kind` is `url` (normalised) or `identifier`. Keys are only added."""

    __tablename__ = "thread_keys"

    site_id: Mapped[UUID] = mapped_column(ForeignKey("sites.id", ondelete="CASCADE"), primary_key=True)
    key_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    """SHA-256 of kind and key: an index entry must stay short, and a URL may have 2,000 characters."""
    kind: Mapped[str] = mapped_column(Text)
    key: Mapped[str] = mapped_column(Text)
    # Shows a thread's aliases.
    thread_id: Mapped[UUID] = mapped_column(ForeignKey("threads.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcTime)


class Comment(Base):
    """One comment with its three texts (source and format, html, renderer version) and its place in the tree.

    `parent_id` is whom it answers. It stands at `depth` (0 to 12) under `root_id`, at `path`: one segment of
    24 bytes for each ancestor below the root and for itself (`threads.tree`); a root has no `root_id` and an
    empty path. `listed` = public itself or the place of public replies; `reply_total` = public descendants.
    `queue` is where moderators find it: its state, `pending` while an edit waits, `silent` for spam that is
    never shown or counted with the other; the column `silent` remembers it while its author has deleted it.
    `similar_group` is the same for texts that are nearly the same (`policy.prints`).
    """

    __tablename__ = "comments"
    __table_args__ = (
        # Pages of top-level comments, newest or oldest first.
        _partial(
            "ix_comments_top_by_time", "thread_id", "created_at", "id", where="root_id IS NULL AND listed"
        ),
        # Pages of top-level comments, best first.
        _partial(
            "ix_comments_top_by_rank",
            "thread_id",
            "rank",
            "created_at",
            "id",
            where="root_id IS NULL AND listed",
        ),
        # The replies below a root, in reading order.
        _partial("ix_comments_branch", "root_id", "path", where="root_id IS NOT NULL AND listed"),
        # The newest comments of a discussion at any depth, for its feed.
        _partial("ix_comments_by_time", "thread_id", "created_at", "id", where="state = 'approved'"),
        # Moderators' queues, by state and time.
        Index("ix_comments_queue", "site_id", "queue", "created_at", "id"),
        # What readers' reports are open about, newest first, with the page: a part of a site counts its own.
        _partial(
            "ix_comments_open_reports",
            "site_id",
            "created_at",
            "id",
            "thread_id",
            where="report_count > 0 AND state <> 'deleted'",
        ),
        # The same, the most of them first.
        _partial(
            "ix_comments_most_reported",
            "site_id",
            "report_count",
            "created_at",
            "id",
            where="report_count > 0 AND state <> 'deleted'",
        ),
        # What readers of a thread have missed, and all of a thread: whoever moves it, and the databases
        # themselves, which look for the comments of each thread that is deleted.
        Index("ix_comments_version", "thread_id", "changed_version"),
        # The queues of single pages, for who moderates a part of a site; what is public is found by time.
        _partial("ix_comments_held", "thread_id", "queue", "created_at", "id", where="queue <> 'approved'"),
        # What an author still has waiting in a thread.
        _partial("ix_comments_waiting", "author_id", "thread_id", where="state IN ('pending', 'spam')"),
        # When an author wrote last, and all that they wrote.
        Index("ix_comments_author", "author_id", "created_at", "id"),
        # How much an author has in each state: what moderators see of them at a glance.
        Index("ix_comments_fared", "author_id", "state"),
        # Nearly the same texts are one row for moderators; with the page, as before.
        _partial(
            "ix_comments_grouped",
            "site_id",
            "similar_group",
            "queue",
            "created_at",
            "id",
            "thread_id",
            where="similar_group IS NOT NULL",
        ),
        # A repeated Idempotency-Key finds the comment it made; upkeep clears keys after a day.
        _partial("uq_comments_post_key", "site_id", "post_key", where="post_key IS NOT NULL", unique=True),
        # The same text on the same place within a minute; upkeep clears digests after a day.
        _partial("ix_comments_digest", "site_id", "digest", where="digest IS NOT NULL"),
        # How much spam came from a network.
        _partial(
            "ix_comments_spam_from",
            "site_id",
            "network_key",
            where="state = 'spam' AND network_key IS NOT NULL",
        ),
        # Upkeep forgets addresses after 30 days at most, as the site says.
        _partial("ix_comments_address_age", "site_id", "created_at", where="address_key IS NOT NULL"),
        # An import run twice finds what it brought in the first time; old deep links lead on.
        _partial(
            "uq_comments_source",
            "site_id",
            "source_system",
            "source_id",
            where="source_id IS NOT NULL",
            unique=True,
        ),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("sites.id", ondelete="CASCADE"))
    thread_id: Mapped[UUID] = mapped_column(ForeignKey("threads.id", ondelete="CASCADE"))
    parent_id: Mapped[UUID | None] = mapped_column(Uuid)
    root_id: Mapped[UUID | None] = mapped_column(Uuid)
    depth: Mapped[int] = mapped_column(default=0)
    path: Mapped[bytes] = mapped_column(LargeBinary, default=b"")
    author_id: Mapped[UUID] = mapped_column(ForeignKey("authors.id"))
    author_name: Mapped[str] = mapped_column(Text)
    author_kind: Mapped[str] = mapped_column(Text)
    author_badge: Mapped[str | None] = mapped_column(Text)
    """`author` (the page's owner), `moderator` or nothing."""
    author_website: Mapped[str | None] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    source_format: Mapped[str] = mapped_column(Text, default="markdown")
    html: Mapped[str] = mapped_column(Text)
    renderer: Mapped[int]
    state: Mapped[str] = mapped_column(CText)
    queue: Mapped[str] = mapped_column(CText)
    listed: Mapped[bool]
    reply_total: Mapped[int] = mapped_column(default=0)
    reasons: Mapped[str] = mapped_column(Text, default="[]")
    """A JSON list of why it waits, as `rules.reasons` writes it."""
    version: Mapped[int] = mapped_column(default=1)
    rank: Mapped[int] = mapped_column(default=0)
    upvotes: Mapped[int] = mapped_column(default=0)
    downvotes: Mapped[int] = mapped_column(default=0)
    report_count: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    featured: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Moderators picked it out."""
    edited_at: Mapped[datetime | None] = mapped_column(UtcTime)
    edited_by_moderator: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Who edited it last was a moderator, and not its author."""
    deleted_at: Mapped[datetime | None] = mapped_column(UtcTime)
    deleted_from: Mapped[str | None] = mapped_column(Text)
    """The state it had when its author deleted it: what their `restore` goes back to."""
    silent: Mapped[bool] = mapped_column(default=False, server_default=false())
    consented_at: Mapped[datetime | None] = mapped_column(UtcTime)
    """When its author agreed to the site's terms, None if they were not asked."""
    facts: Mapped[str | None] = mapped_column(Text)
    """What was known when its text was judged, as `rules.remembering` writes it: rules can be tried on it."""
    similar_group: Mapped[int | None] = mapped_column(BigInteger)
    network_key: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    address_key: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    post_key: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    digest: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    source_system: Mapped[str | None] = mapped_column(CText)
    source_id: Mapped[str | None] = mapped_column(CText)
    changed_version: Mapped[int] = mapped_column(default=0, server_default="0")
    """The thread's version when it last looked different to readers; 0 if it was never public."""
    content_version: Mapped[int] = mapped_column(default=0, server_default="0")
    """The same without changes of mere numbers: its votes, and the replies below it."""


class Revision(Base):
    """An edit of a public comment that waits for a moderator; the approved text stays public meanwhile."""

    __tablename__ = "revisions"

    comment_id: Mapped[UUID] = mapped_column(ForeignKey("comments.id", ondelete="CASCADE"), primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("sites.id", ondelete="CASCADE"))
    source: Mapped[str] = mapped_column(Text)
    source_format: Mapped[str] = mapped_column(Text, default="markdown")
    html: Mapped[str] = mapped_column(Text)
    renderer: Mapped[int]
    reasons: Mapped[str] = mapped_column(Text, default="[]")
    created_at: Mapped[datetime] = mapped_column(UtcTime)


class Watch(Base):
    """An author who wants mail about replies to a comment of theirs.

    `state` is `asked` until whoever reads the address has `confirmed` it, or `refused` ever to be asked
    again: then the address is gone and its keyed hash is left. An address that leaves takes its rows along.
    """

    __tablename__ = "watches"
    __table_args__ = (
        # What an address has confirmed, and where it leaves.
        Index("ix_watches_email", "site_id", "email_key"),
        # Upkeep forgets addresses that never answered.
        Index("ix_watches_asked", "state", "asked_at"),
    )

    comment_id: Mapped[UUID] = mapped_column(ForeignKey("comments.id", ondelete="CASCADE"), primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("sites.id", ondelete="CASCADE"))
    # Deleting an author looks for theirs.
    author_id: Mapped[UUID] = mapped_column(ForeignKey("authors.id", ondelete="CASCADE"), index=True)
    email: Mapped[str | None] = mapped_column(Text)
    email_key: Mapped[bytes] = mapped_column(LargeBinary(16))
    state: Mapped[str] = mapped_column(CText)
    asked_at: Mapped[datetime] = mapped_column(UtcTime)


class Vote(Base):
    """One identity's vote on one comment: +1 or -1. `counted` is false past three guest votes an address."""

    __tablename__ = "votes"
    __table_args__ = (
        # Deleting an author looks for theirs.
        Index("ix_votes_author", "author_id"),
        # How many guests of one address have voted on a comment.
        _partial("ix_votes_address", "comment_id", "address_key", where="address_key IS NOT NULL"),
        # Upkeep forgets addresses after 30 days at most, as the site says.
        _partial("ix_votes_site_address_age", "site_id", "created_at", where="address_key IS NOT NULL"),
    )

    comment_id: Mapped[UUID] = mapped_column(ForeignKey("comments.id", ondelete="CASCADE"), primary_key=True)
    author_id: Mapped[UUID] = mapped_column(ForeignKey("authors.id", ondelete="CASCADE"), primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("sites.id", ondelete="CASCADE"))
    value: Mapped[int]
    counted: Mapped[bool] = mapped_column(default=True)
    address_key: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    created_at: Mapped[datetime] = mapped_column(UtcTime)


class Report(Base):
    """One identity's report of one comment. It hides nothing; a moderator reads it.

    `outcome` is None while it is open, then `kept` (the comment stays: it was wrong) or `upheld`, as the
    decision `settled_by` said. A comment's `report_count` is how many are open.
    """

    __tablename__ = "reports"
    __table_args__ = (
        # How often somebody who reports was right before.
        Index("ix_reports_author", "author_id"),
        # Taking a decision back opens the reports again that it settled.
        _partial("ix_reports_settled", "settled_by", where="settled_by IS NOT NULL"),
        # Upkeep forgets addresses after 30 days at most, as the site says.
        _partial("ix_reports_site_address_age", "site_id", "created_at", where="address_key IS NOT NULL"),
    )

    comment_id: Mapped[UUID] = mapped_column(ForeignKey("comments.id", ondelete="CASCADE"), primary_key=True)
    author_id: Mapped[UUID] = mapped_column(ForeignKey("authors.id", ondelete="CASCADE"), primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("sites.id", ondelete="CASCADE"))
    reason: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text, default="")
    outcome: Mapped[str | None] = mapped_column(Text)
    settled_by: Mapped[UUID | None] = mapped_column(Uuid)
    address_key: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
