"""What is tidied up in the background: things that must be forgotten, and texts that must be rendered anew.

Each step finds a few rows without any lock and changes them in one short write, so that posting goes on.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, or_, select, union, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from comments.background.retention import forget_of_site, keeping_sites
from comments.clock import Clock
from comments.identity.guests.queries import TOKEN_LIFE
from comments.identity.models import BrowserSession, GuestToken, Invitation, PasskeyQuestion, SignInLink
from comments.importers.jobs.actions import forget_jobs
from comments.keys import Keyring
from comments.moderation.audit.log import seal_log
from comments.moderation.search.index_actions import store_terms
from comments.moderation.search.texts import due_texts, terms_of_due
from comments.moderation.sweeps.models import Sweep
from comments.moderation.threads.merge_models import MERGES_KEPT, Merge
from comments.outbox.actions import forget_ended
from comments.policy.actions import LIFTING_STANDS_AFTER
from comments.policy.models import Ban, SpentProof, TextFingerprint
from comments.sites.models import Site
from comments.storage import Base, Database, changed_rows
from comments.text import RENDERER_VERSION, render
from comments.threads.counters import texts_changed
from comments.threads.models import Comment, Revision, Watch

REPEATS_REMEMBERED = timedelta(hours=24)
TEXTS_KNOWN_AGAIN = timedelta(days=30)
"""The longest that a site can set as `similar_days`."""
DELIVERIES_KEPT = timedelta(days=7)
UNANSWERED_KEPT = timedelta(days=7)
RUNS_KEPT = timedelta(days=30)
DEAD_LETTERS_KEPT = timedelta(days=30)
IMPORTS_KEPT = timedelta(days=90)
BATCH_ROWS = 500
RENDERED_AT_ONCE = 100
SEARCHABLE_AT_ONCE = 400
SEARCHABLE_EVERY = timedelta(seconds=5)
FEW_SEARCHABLE_AT_ONCE = 50
"""While others write: to make the terms of a comment computes half as long as to post it."""
REST, LONGEST_REST_SECONDS = 4, 0.25
"""So many times as long as such a step took, it rests afterwards."""
EVERY = timedelta(minutes=10)

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class MaintenanceCounts:
    """How many rows each step changed."""

    guest_tokens: int = 0
    sign_in_links: int = 0
    browser_sessions: int = 0
    invitations: int = 0
    passkey_questions: int = 0
    repeats: int = 0
    addresses: int = 0
    deleted_texts: int = 0
    hidden_comments: int = 0
    bans: int = 0
    text_prints: int = 0
    spent_proofs: int = 0
    deliveries: int = 0
    unanswered_mails: int = 0
    webhook_answers: int = 0
    check_answers: int = 0
    imports: int = 0
    runs: int = 0
    merges: int = 0
    rendered: int = 0
    made_searchable: int = 0

    def in_words(self) -> str:
        counts = {field.name.replace("_", " "): getattr(self, field.name) for field in fields(self)}
        return ", ".join(f"{number} {name}" for name, number in counts.items() if number) or "nothing to do"


async def keep_tidy(db: Database, keys: Keyring, clock: Clock, *, every: timedelta = EVERY) -> None:
    """Tidy up now and then, for ever; a failure is logged and the next turn tries again.

    What was written is made searchable by `keep_searchable`, beside it.
    """
    all_rendered = False
    while True:
        try:
            done = await forget_what_is_due(db, clock.now())
            if not all_rendered:
                # To look for old texts is to look at all there are: once is enough for a release.
                done.rendered = await render_anew(db, clock.now())
                all_rendered = True
            if done != MaintenanceCounts():
                logger.info("upkeep: %s", done.in_words())
            await seal_logs(db, keys, clock.now())
        except Exception:
            logger.exception("upkeep failed; it is tried again")
        await asyncio.sleep(every.total_seconds())


async def tidy(db: Database, now: datetime) -> MaintenanceCounts:
    """Do all that is due, in short writes."""
    done = await forget_what_is_due(db, now)
    done.rendered = await render_anew(db, now)
    done.made_searchable = await make_searchable(db)
    return done


async def forget_what_is_due(db: Database, now: datetime) -> MaintenanceCounts:
    """Remove what is over, in short writes."""
    done = MaintenanceCounts()
    done.guest_tokens = await _repeat(db, end_guest_tokens, now)
    done.sign_in_links = await _repeat(db, end_sign_in_links, now)
    done.browser_sessions = await _repeat(db, end_browser_sessions, now)
    done.invitations = await _repeat(db, end_invitations, now)
    done.passkey_questions = await _repeat(db, end_passkey_questions, now)
    for site_id in await db.read(site_ids):
        done.repeats += await _in_batches(db, repeats_to_forget, forget_repeats, site_id, now)
    for site in await db.read(keeping_sites):
        gone = await forget_of_site(db, site, now)
        for kind in fields(gone):
            setattr(done, kind.name, getattr(done, kind.name) + getattr(gone, kind.name))
    done.bans = await _repeat(db, end_bans, now)
    done.text_prints = await _repeat(db, forget_text_prints, now)
    done.spent_proofs = await _repeat(db, forget_spent_proofs, now)
    done.deliveries = await _repeat(db, forget_deliveries, now)
    done.unanswered_mails = await _repeat(db, forget_unanswered, now)
    done.imports = await _repeat(db, forget_old_imports, now)
    done.runs = await _repeat(db, forget_runs, now)
    done.merges = await _repeat(db, forget_merges, now)
    return done


async def seal_logs(db: Database, keys: Keyring, now: datetime) -> int:
    """Let the present key vouch for each site's log: the old one may be forgotten then. Return how many."""
    return sum([await db.write(seal_log, keys, site_id, at=now) for site_id in await db.read(site_ids)])


async def keep_searchable(
    db: Database, *, every: timedelta = SEARCHABLE_EVERY, is_busy: Callable[[], bool] = lambda: False
) -> None:
    """Make the terms of what was written, for ever; until they are made, searches read the texts."""
    while True:
        try:
            await make_searchable(db, is_busy)
        except Exception:
            logger.exception("what was written lately is not in the index of searches yet; it is tried again")
        await asyncio.sleep(every.total_seconds())


async def make_searchable(db: Database, is_busy: Callable[[], bool] = lambda: False) -> int:
    """Make the terms of all comments that are due; return how many. It goes on where it was stopped.

    While it `is_busy` it takes small steps, and rests after each.
    """
    made = 0
    while (
        due := await db.scan(due_texts, FEW_SEARCHABLE_AT_ONCE if is_busy() else SEARCHABLE_AT_ONCE)
    ).notes:
        began = time.perf_counter()
        terms = await asyncio.to_thread(terms_of_due, due)
        await db.write(store_terms, due, terms)
        made += len(due.rows)
        if is_busy():
            await asyncio.sleep(min(REST * (time.perf_counter() - began), LONGEST_REST_SECONDS))
    return made


async def render_anew(db: Database, now: datetime) -> int:
    """Render every text of an older renderer again; return how many."""
    rendered = 0
    for texts in (Comment, Revision):
        after: UUID | None = None
        while found := await db.scan(outdated_texts, texts, after):
            anew = await asyncio.to_thread(lambda found=found: [_rendered(text) for text in found])  # type: ignore[misc]
            rendered += await db.write(store_rendered, texts, anew, at=now)
            after = found[-1].comment_id
    return rendered


async def _repeat(db: Database, step: Callable[[Session, datetime], int], now: datetime) -> int:
    total = 0
    while changed := await db.write(step, now):
        total += changed
    return total


async def _in_batches(
    db: Database,
    find: Callable[[Session, UUID, datetime], Sequence[UUID]],
    change: Callable[[Session, Sequence[UUID]], None],
    site_id: UUID,
    now: datetime,
) -> int:
    total = 0
    while ids := await db.scan(find, site_id, now):
        await db.write(change, ids)
        total += len(ids)
    return total


def site_ids(session: Session) -> Sequence[UUID]:
    return session.scalars(select(Site.id)).all()


def end_guest_tokens(session: Session, now: datetime) -> int:
    return _delete_some(session, GuestToken, GuestToken.token_hash, GuestToken.used_at < now - TOKEN_LIFE)


def end_sign_in_links(session: Session, now: datetime) -> int:
    over = or_(SignInLink.expires_at < now, SignInLink.used_at.is_not(None))
    return _delete_some(session, SignInLink, SignInLink.token_hash, over)


def end_browser_sessions(session: Session, now: datetime) -> int:
    return _delete_some(session, BrowserSession, BrowserSession.token_hash, BrowserSession.expires_at < now)


def end_invitations(session: Session, now: datetime) -> int:
    return _delete_some(session, Invitation, Invitation.token_hash, Invitation.expires_at < now)


def end_passkey_questions(session: Session, now: datetime) -> int:
    over = PasskeyQuestion.expires_at < now
    return _delete_some(session, PasskeyQuestion, PasskeyQuestion.token_hash, over)


def end_bans(session: Session, now: datetime) -> int:
    """Remove bans that were lifted or over a while ago, and with them the last copy of what they were on."""
    return _delete_some(session, Ban, Ban.id, Ban.until <= now - LIFTING_STANDS_AFTER)


def forget_text_prints(session: Session, now: datetime) -> int:
    """Remove by what texts were known that no site compares any more."""
    due = TextFingerprint.created_at < now - TEXTS_KNOWN_AGAIN
    return _delete_some(session, TextFingerprint, TextFingerprint.comment_id, due)


def forget_spent_proofs(session: Session, now: datetime) -> int:
    """Remove what was used up and would be too old by now anyway."""
    return _delete_some(session, SpentProof, SpentProof.challenge, SpentProof.good_until <= now)


def forget_deliveries(session: Session, now: datetime) -> int:
    """Remove some of what was delivered, or given up, long enough ago."""
    delivered = forget_ended(session, "delivered", now - DELIVERIES_KEPT, BATCH_ROWS)
    return delivered + forget_ended(session, "dead", now - DEAD_LETTERS_KEPT, BATCH_ROWS)


def forget_unanswered(session: Session, now: datetime) -> int:
    """Erase some of the addresses that were to be told of replies, and never confirmed it."""
    over = (Watch.state == "asked") & (Watch.asked_at < now - UNANSWERED_KEPT)
    return _delete_some(session, Watch, Watch.comment_id, over)


def forget_old_imports(session: Session, now: datetime) -> int:
    return forget_jobs(session, now - IMPORTS_KEPT, BATCH_ROWS)


def forget_runs(session: Session, now: datetime) -> int:
    """Remove how far decisions about all of a search have come; what was decided is in the log."""
    return _delete_some(session, Sweep, Sweep.id, Sweep.made_at < now - RUNS_KEPT)


def forget_merges(session: Session, now: datetime) -> int:
    """Remove what discussions were before they were merged: that cannot be taken back any more."""
    return _delete_some(session, Merge, Merge.thread_id, Merge.made_at < now - MERGES_KEPT)


def repeats_to_forget(session: Session, site_id: UUID, now: datetime) -> Sequence[UUID]:
    """Return some comments of which it need not be known any more whether they are sent twice."""
    due = (Comment.site_id == site_id) & (Comment.created_at < now - REPEATS_REMEMBERED)
    # Two questions, because each has its index; an OR would read every comment.
    kept = (
        select(Comment.id).where(due, column.is_not(None)) for column in (Comment.post_key, Comment.digest)
    )
    return session.scalars(union(*kept).limit(BATCH_ROWS)).all()


def forget_repeats(session: Session, ids: Sequence[UUID]) -> None:
    changed_rows(session, update(Comment).where(Comment.id.in_(ids)).values(post_key=None, digest=None))


@dataclass(frozen=True, slots=True)
class OutdatedText:
    """A text that an older renderer rendered, and its new HTML once it is made."""

    comment_id: UUID
    source: str
    source_format: Any
    html: str


def outdated_texts(session: Session, texts: type[Base], after: UUID | None) -> Sequence[OutdatedText]:
    """Return some texts, of comments or of their waiting edits, whose renderer is not the present one."""
    id_column, table = _id_of(texts), texts.__table__.c
    query = select(id_column, table.source, table.source_format, table.html).where(
        table.renderer < RENDERER_VERSION
    )
    if after is not None:
        query = query.where(id_column > after)
    return [OutdatedText(*row) for row in session.execute(query.order_by(id_column).limit(RENDERED_AT_ONCE))]


def store_rendered(session: Session, texts: type[Base], anew: Sequence[OutdatedText], *, at: datetime) -> int:
    """Store new HTML beside texts that are still the same; who reads their threads sees it."""
    id_column, table = _id_of(texts), texts.__table__.c
    changed: list[UUID] = []
    for text in anew:
        same = (id_column == text.comment_id) & (table.source == text.source)
        if changed_rows(session, update(texts).where(same).values(html=text.html, renderer=RENDERER_VERSION)):
            changed.append(text.comment_id)
    if texts is Comment:
        texts_changed(session, changed, at)
    return len(changed)


def comments_on(session: Session, site_id: UUID) -> int:
    """Return how many comments of any state a site has."""
    return session.scalar(select(func.count()).where(Comment.site_id == site_id)) or 0


def erase_some_of_site(session: Session, site_id: UUID) -> bool:
    """Delete some of a site's comments for ever; return whether there were any."""
    return _delete_some(session, Comment, Comment.id, Comment.site_id == site_id) > 0


def _rendered(text: OutdatedText) -> OutdatedText:
    html = render(text.source, format=text.source_format).html
    return OutdatedText(text.comment_id, text.source, text.source_format, html)


def _id_of(texts: type[Base]) -> ColumnElement[UUID]:
    columns = texts.__table__.c
    return columns.id if texts is Comment else columns.comment_id


def _delete_some(
    session: Session, rows: type[Base], key: InstrumentedAttribute[Any], due: ColumnElement[bool]
) -> int:
    some = select(key).where(due).limit(BATCH_ROWS)
    return changed_rows(session, delete(rows).where(key.in_(some)))
