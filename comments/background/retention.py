"""How long a site keeps what nobody is to see any more; what is public stays.

Everything is found by an index and changed in short writes, so that posting goes on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, delete, exists, select, update
from sqlalchemy.orm import Session

from comments.moderation.audit.log import erase_author_from_log
from comments.moderation.models import Decision
from comments.outside.forgetting_actions import forget_calls, forget_check_calls
from comments.sites.models import Site
from comments.sites.queries import settings_of
from comments.sites.settings import SiteSettings
from comments.storage import Database, changed_rows
from comments.threads.counters import PublicChange, publish_changed
from comments.threads.models import Comment, Report, Revision, Thread, Vote
from comments.threads.order.tree import TreePosition
from comments.threads.queries.moderated_threads import answers_below

BATCH_ROWS = 500
HIDDEN_AT_ONCE = 100
"""Their threads are held meanwhile."""


@dataclass(frozen=True, slots=True)
class RetentionSite:
    """A site, and how long it keeps what."""

    id: UUID
    settings: SiteSettings

    @property
    def hidden_days(self) -> Mapping[str, int]:
        """For how many days what lies in a queue is kept, 0 for good."""
        spam, removed = self.settings.spam_days, self.settings.removed_days
        return {"spam": spam, "silent": spam, "removed": removed}

    @property
    def deleted_texts(self) -> timedelta:
        """How long texts stay that their authors deleted: at least while they could bring them back."""
        return max(timedelta(days=self.settings.deleted_text_days), self.settings.edit_window)


@dataclass(slots=True)
class RetentionCounts:
    """How many rows of a site were changed."""

    deleted_texts: int = 0
    hidden_comments: int = 0
    addresses: int = 0
    webhook_answers: int = 0
    check_answers: int = 0


async def forget_of_site(db: Database, site: RetentionSite, now: datetime) -> RetentionCounts:
    """Erase all that a site has kept for long enough."""
    gone, days = RetentionCounts(), site.settings
    while ids := await db.scan(texts_to_erase, site, now):
        await db.write(erase_texts, ids)
        gone.deleted_texts += len(ids)
    while ids := await db.scan(hidden_to_erase, site, now):
        gone.hidden_comments += await db.write(erase_hidden, site, ids, now)
    for forget in (forget_addresses, forget_vote_addresses, forget_report_addresses):
        while count := await db.write(forget, site.id, now - timedelta(days=days.address_days)):
            gone.addresses += count
    answers = now - timedelta(days=days.answer_days)
    while count := await db.write(forget_calls, site.id, answers, BATCH_ROWS):
        gone.webhook_answers += count
    while count := await db.write(forget_check_calls, site.id, answers, BATCH_ROWS):
        gone.check_answers += count
    return gone


def keeping_sites(session: Session) -> Sequence[RetentionSite]:
    """Return every site with its times."""
    return [RetentionSite(site.id, settings_of(site)) for site in session.scalars(select(Site))]


def texts_to_erase(session: Session, site: RetentionSite, now: datetime) -> Sequence[UUID]:
    """Return some comments that their authors deleted long enough ago."""
    due = (
        (Comment.site_id == site.id)
        & (Comment.queue == "deleted")
        & (Comment.deleted_at < now - site.deleted_texts)
        & (Comment.source != "")
    )
    return session.scalars(select(Comment.id).where(due).limit(BATCH_ROWS)).all()


def erase_texts(session: Session, ids: Sequence[UUID]) -> None:
    """Erase what comments said; that they were there, and whose they were, stays."""
    erased = {"source": "", "html": "", "author_website": None, "facts": None}
    changed_rows(session, delete(Revision).where(Revision.comment_id.in_(ids)))
    # The log keeps who decided what, and not what the decision replaced.
    changed_rows(session, update(Decision).where(Decision.comment_id.in_(ids)).values(replaced=None))
    changed_rows(session, update(Comment).where(Comment.id.in_(ids)).values(erased))


def hidden_to_erase(session: Session, site: RetentionSite, now: datetime) -> Sequence[UUID]:
    """Return some of what has been spam or removed for as long as the site keeps it, of one queue."""
    for queue in site.hidden_days:
        due = _hidden_long_enough(site, queue, now)
        if due is not None:
            oldest = select(Comment.id).where(due).order_by(Comment.created_at, Comment.id)
            if ids := session.scalars(oldest.limit(HIDDEN_AT_ONCE)).all():
                return ids
    return []


def erase_hidden(session: Session, site: RetentionSite, ids: Sequence[UUID], now: datetime) -> int:
    """Erase spam and removed comments, unless somebody has decided otherwise meanwhile; return how many.

    What readers have never seen goes altogether. Else an empty place stays, as if its author had deleted it:
    answers may hang on it, and an import that is run again would bring back what it does not find.
    What the classifier has learned of them stays; it has no texts.
    """
    rows = _held(session, site, ids, now)
    held = [row.id for row in rows]
    changed_rows(session, delete(Revision).where(Revision.comment_id.in_(held)))
    erase_author_from_log(session, held)
    unseen = [row for row in rows if row.changed_version == 0 and row.source_id is None]
    going = {row.id for row in unseen} - _answered(session, unseen)
    changed_rows(session, delete(Comment).where(Comment.id.in_(going)))
    staying = [row for row in rows if row.id not in going]
    erase_texts(session, [row.id for row in staying])
    deleted: dict[str, Any] = {
        "state": "deleted",
        "queue": "deleted",
        "deleted_at": now,
        "deleted_from": None,
        "silent": False,
        "featured": False,
        "reasons": "[]",
        "version": Comment.version + 1,
    }
    changed_rows(session, update(Comment).where(Comment.id.in_([row.id for row in staying])).values(deleted))
    shown = [row for row in staying if row.listed]
    places = [
        PublicChange(row.id, row.thread_id, TreePosition(row.root_id, row.depth, row.path), 0)
        for row in shown
    ]
    publish_changed(session, places, now)
    return len(rows)


def forget_addresses(session: Session, site_id: UUID, before: datetime) -> int:
    """Clear some of the keyed hashes of addresses that comments from before then have; return how many."""
    due = (Comment.site_id == site_id) & Comment.address_key.is_not(None) & (Comment.created_at < before)
    some = select(Comment.id).where(due).order_by(Comment.created_at).limit(BATCH_ROWS)
    forgotten = {"address_key": None, "network_key": None}
    return changed_rows(session, update(Comment).where(Comment.id.in_(some)).values(forgotten))


def forget_vote_addresses(session: Session, site_id: UUID, before: datetime) -> int:
    """Do the same for votes."""
    return _forget_addresses_of(session, Vote, site_id, before)


def forget_report_addresses(session: Session, site_id: UUID, before: datetime) -> int:
    """Do the same for reports."""
    return _forget_addresses_of(session, Report, site_id, before)


def _forget_addresses_of(
    session: Session, rows: type[Vote] | type[Report], site_id: UUID, before: datetime
) -> int:
    due = (rows.site_id == site_id) & rows.address_key.is_not(None) & (rows.created_at < before)
    some = select(rows.comment_id, rows.author_id).where(due).order_by(rows.created_at).limit(BATCH_ROWS)
    changed = 0
    for comment_id, author_id in session.execute(some).all():
        one = (rows.comment_id == comment_id) & (rows.author_id == author_id)
        changed += changed_rows(session, update(rows).where(one).values(address_key=None))
    return changed


def _hidden_long_enough(site: RetentionSite, queue: str, now: datetime) -> ColumnElement[bool] | None:
    """Return what holds for a queue's comments that are kept long enough; None if they are kept for good.

    It counts from when they were written, or last decided about: what was marked today is there tomorrow.
    """
    days = site.hidden_days[queue]
    if not days:
        return None
    before = now - timedelta(days=days)
    decided = exists().where(Decision.comment_id == Comment.id, Decision.at >= before)
    of_queue = (Comment.site_id == site.id) & (Comment.queue == queue)
    return of_queue & (Comment.created_at < before) & ~decided


def _held(session: Session, site: RetentionSite, ids: Sequence[UUID], now: datetime) -> Sequence[Row[Any]]:
    """Return those that are still due, once nobody else can change them: threads first and in order."""
    threads = select(Thread.id).where(Thread.id.in_(select(Comment.thread_id).where(Comment.id.in_(ids))))
    session.execute(threads.order_by(Thread.id).with_for_update()).all()
    these = select(*_COLUMNS).where(Comment.id.in_(ids)).order_by(Comment.id).with_for_update()
    rows: dict[UUID, Row[Any]] = {}
    for queue in site.hidden_days:
        due = _hidden_long_enough(site, queue, now)
        if due is not None:
            rows |= {row.id: row for row in session.execute(these.where(due))}
    return list(rows.values())


def _answered(session: Session, comments: Sequence[Row[Any]]) -> set[UUID]:
    """Return which of these comments have answers of any state, and maybe some that stand beside them."""
    threads = {row.thread_id for row in comments}
    roots = {row.root_id or row.id for row in comments}
    return {row.parent_id for row in answers_below(session, threads, roots, [Comment.parent_id])}


_COLUMNS: tuple[Any, ...] = (
    Comment.id,
    Comment.thread_id,
    Comment.listed,
    Comment.changed_version,
    Comment.source_id,
    Comment.root_id,
    Comment.depth,
    Comment.path,
)
