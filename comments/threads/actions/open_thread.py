"""Finding the thread a post belongs to, or opening it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, bindparam, column, func, insert, select
from sqlalchemy.orm import Session

from comments.ids import new_id
from comments.policy.subjects import subjects_of
from comments.storage import announce, writes_alone
from comments.threads.addresses.page_keys import PageKeys, key_hash
from comments.threads.errors import PageMissing, TooManyThreads
from comments.threads.events import ThreadOpened
from comments.threads.models import Thread, ThreadKey
from comments.threads.queries.post_context import Found, PostQuestion, found_for_post

if TYPE_CHECKING:
    from comments.threads.actions.post_comment import PostOrder

FIRST_VERSION = 1

# Whatever order the rows are found in, this stands before them: it asks nothing of them.
_MARKS_ARE_HELD = (
    select(func.count(func.pg_advisory_xact_lock(column("mark"))))
    .select_from(
        func.unnest(bindparam("marks", type_=ARRAY(BigInteger()))).table_valued("mark").render_derived()
    )
    .scalar_subquery()
    >= 0
)
_HOLD = (
    select(Thread.id)
    .join(ThreadKey, ThreadKey.thread_id == Thread.id)
    .where(
        _MARKS_ARE_HELD,
        ThreadKey.site_id == bindparam("site_id"),
        ThreadKey.key_hash.in_(bindparam("hashes", expanding=True)),
    )
    .with_for_update(of=Thread)
)


@dataclass(frozen=True, slots=True)
class Opened:
    """A thread whose row this write holds."""

    id: UUID
    url: str
    state: str
    created_at: datetime
    version: int
    is_new: bool
    hold_all: bool = False
    slow_seconds: int = 0


def held_and_found(session: Session, order: "PostOrder", at: datetime) -> Found:
    """Hold what a post needs to itself until it is committed, and return what is known of it by then.

    On SQLite nobody else writes. On PostgreSQL the marks of its text are held first, so that nearly the same
    texts that come at the same moment, on whatever pages, know of each other; then the row of the thread its
    keys lead to, so that everything about a page is decided one after another.
    """
    question = _question(order, at)
    if writes_alone(session):
        return found_for_post(session, question, at)
    asked = {"site_id": question.site_id, "hashes": question.hashes, "marks": sorted(question.marks)}
    while True:
        held = session.scalars(_HOLD, asked).all()
        # By a statement of its own, which sees what was committed while the first one waited.
        found = found_for_post(session, question, at)
        # One was merged while this waited for its row: now its keys lead to where all went.
        if found.thread is None or found.thread.id in held:
            return found


def _question(order: "PostOrder", at: datetime) -> PostQuestion:
    days = order.site.settings.similar_days
    is_compared = order.seen is not None and days > 0 and not order.shown.is_team
    return PostQuestion(
        site_id=order.site.id,
        hashes=order.page.hashes,
        token_hashes=() if order.shown.is_team else order.shown.token_hashes,
        address_key=order.shown.address_key,
        parent_id=order.parent_id,
        post_key=order.post_key,
        digest=order.digest,
        subjects=subjects_of(None, order.shown.address_keys, order.email),
        marks=order.seen.marks if order.seen is not None and is_compared else (),
        alike_since=at - timedelta(days=days),
    )


def thread_for(session: Session, order: "PostOrder", found: Found, is_team: bool, at: datetime) -> Opened:
    """Return the page's thread, opened if it has none.

    Keys are bound only by the post that opens it: else anyone could hang one article's discussion under
    another. Raises PageMissing (a thread cannot be opened without a URL), TooManyThreads.
    """
    if found.thread is not None:
        thread_id, url, state, created_at, hold_all, slow_seconds, version = found.thread
        return Opened(thread_id, url, state, created_at, version, False, hold_all, slow_seconds)
    if order.page.url is None:
        raise PageMissing("The first comment of a page needs its `url`.", errors={"page.url": "is needed"})
    if order.open_wait and not is_team:
        detail = f"Too many new discussions from here. Try again in {order.open_wait} seconds."
        raise TooManyThreads(detail, retry_after=order.open_wait)
    thread_id = open_thread(session, order.site.id, order.page, order.title, title_confirmed=is_team, at=at)
    return Opened(thread_id, order.page.url, "open", at, FIRST_VERSION, is_new=True)


def open_thread(
    session: Session,
    site_id: UUID,
    page: PageKeys,
    title: str | None,
    *,
    title_confirmed: bool,
    at: datetime,
) -> UUID:
    """Store a new thread with its keys."""
    thread_id = new_id(at)
    session.execute(
        insert(Thread).values(
            id=thread_id,
            site_id=site_id,
            url=page.url,
            identifier=page.identifier,
            title=title,
            title_confirmed=title_confirmed,
            state="open",
            comment_count=0,
            version=FIRST_VERSION,
            created_at=at,
            updated_at=at,
        )
    )
    session.execute(
        insert(ThreadKey),
        [
            {
                "site_id": site_id,
                "key_hash": key_hash(kind, key),
                "kind": kind,
                "key": key,
                "thread_id": thread_id,
                "created_at": at,
            }
            for kind, key in page.pairs
        ],
    )
    announce(session, ThreadOpened(site_id, thread_id))
    return thread_id
