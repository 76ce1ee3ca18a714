"""The third step of a post: all that must be known of it is asked, once, on rows that are held."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, bindparam, column, func, select
from sqlalchemy.orm import Session

from comments.identity.actors import Actor, KnownAuthor
from comments.identity.authors import poster
from comments.ids import new_id
from comments.policy.facts import asks_for_proof
from comments.policy.fingerprints import Fingerprint
from comments.policy.queries import PolicyFindings, is_spent, sharing_a_mark, standing_bans
from comments.policy.subjects import subjects_of
from comments.storage import writes_alone
from comments.threads.actions.open_thread import FIRST_VERSION, OpenedThread
from comments.threads.actions.reply_mail import WatchWish, watch_wish
from comments.threads.errors import KeyReused
from comments.threads.models import Comment, Thread, ThreadKey
from comments.threads.posting.prepare import Prepared
from comments.threads.queries.post_context import (
    EarlierPost,
    ParentFound,
    PostQuestion,
    PostRows,
    found_for_post,
)

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
_LAST_HERE = (
    select(Comment.created_at)
    .where(
        Comment.author_id == bindparam("author_id"),
        Comment.thread_id == bindparam("thread_id"),
        Comment.created_at > bindparam("since"),
    )
    .order_by(Comment.created_at.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class PostContext:
    """What is known before a post is judged, all of one moment.

    `thread` is the page's, or the one that this post will open. `fingerprint` is that of the text by this
    author. `slow_wait` are the seconds until the author may write here again, 0 if now. `uses_proof` says
    that the proof of work is asked for, `proof_is_spent` that somebody has used it before.
    """

    actor: Actor
    thread: OpenedThread
    parent: ParentFound | None
    findings: PolicyFindings
    fingerprint: Fingerprint | None
    slow_wait: int
    uses_proof: bool
    proof_is_spent: bool
    watch: WatchWish | None
    digest_is_due: bool

    @property
    def author(self) -> KnownAuthor:
        return self.actor.author

    @property
    def is_team(self) -> bool:
        return self.author.account_id is not None


@dataclass(frozen=True, slots=True)
class Repeat:
    """A comment that the same post has stored before; `gives_token` if its author never got their token."""

    comment_id: UUID
    author_id: UUID
    gives_token: bool = False


def load_context(session: Session, prepared: Prepared, at: datetime) -> PostContext | Repeat:
    """Hold what a post needs to itself until it is committed, and ask what must be known of it.

    Raises KeyReused, TokenUnknown.
    """
    found = _held_and_found(session, prepared, at)
    repeat = _with_same_key(prepared, found)
    if repeat is not None:
        return repeat
    draft = prepared.draft
    site, credentials = draft.site, draft.sender.credentials
    actor = poster(session, site.id, credentials, found.author, is_known=found.token_is_known, at=at)
    author = actor.author
    repeat = _with_same_text(prepared, found, actor)
    if repeat is not None:
        return repeat
    thread = _thread(prepared, found, at)
    fingerprint = _fingerprint(prepared, author)
    proof, asks_proof = prepared.proof_result.spends, asks_for_proof(site.settings, author)
    uses_proof = proof is not None and asks_proof
    return PostContext(
        actor=actor,
        thread=thread,
        parent=found.parent,
        findings=_findings(session, prepared, found, actor, fingerprint, at),
        fingerprint=fingerprint,
        slow_wait=_slow_wait(session, thread, author, at),
        uses_proof=uses_proof,
        proof_is_spent=uses_proof and proof is not None and is_spent(session, proof),
        watch=watch_wish(session, site.id, prepared.key_of_address, prepared.email or author.email, author),
        digest_is_due=found.digest_is_due,
    )


def _held_and_found(session: Session, prepared: Prepared, at: datetime) -> PostRows:
    """Hold marks and page, and ask.

    On SQLite nobody else writes. On PostgreSQL the marks of the text are held first, so that nearly the same
    texts that come at the same moment, on whatever pages, know of each other; then the row of the thread its
    keys lead to, so that everything about a page is decided one after another. It cannot be held later: what
    is asked next is only true as long as nobody else writes on this page.
    """
    question = _question(prepared, at)
    if writes_alone(session):
        return found_for_post(session, question, at)
    asked = {"site_id": question.site_id, "hashes": question.hashes, "marks": sorted(_marks(prepared))}
    while True:
        held = session.scalars(_HOLD, asked).all()
        # By a statement of its own, which sees what was committed while the first one waited.
        found = found_for_post(session, question, at)
        # One was merged while this waited for its row: now its keys lead to where all went.
        if found.thread is None or found.thread.id in held:
            return found


def _question(prepared: Prepared, at: datetime) -> PostQuestion:
    draft = prepared.draft
    credentials = draft.sender.credentials
    return PostQuestion(
        site_id=draft.site.id,
        hashes=draft.page.hashes,
        token_hashes=() if credentials.is_team else credentials.token_hashes,
        address_key=credentials.address_key,
        parent_id=draft.parent_id,
        post_key=draft.post_key,
        digest=prepared.digest,
        subjects=subjects_of(None, credentials.address_keys, prepared.email),
    )


def _marks(prepared: Prepared) -> Sequence[int]:
    """Return the marks of a text that is compared with others."""
    draft, fingerprint = prepared.draft, prepared.fingerprint
    is_compared = (
        fingerprint is not None
        and draft.site.settings.similar_days > 0
        and not draft.sender.credentials.is_team
    )
    return fingerprint.marks if fingerprint is not None and is_compared else ()


def _with_same_key(prepared: Prepared, found: PostRows) -> Repeat | None:
    draft = prepared.draft
    same = [one for one in found.earlier if draft.post_key is not None and one.post_key == draft.post_key]
    if not same:
        return None
    (earlier,) = same
    if earlier.digest != prepared.digest:
        raise KeyReused(
            "This Idempotency-Key was used for another comment.",
            errors={"Idempotency-Key": "was used before"},
        )
    is_new_guest = not draft.sender.credentials.token_hashes and earlier.author_kind == "guest"
    return Repeat(earlier.id, earlier.author_id, gives_token=is_new_guest)


def _with_same_text(prepared: Prepared, found: PostRows, actor: Actor) -> Repeat | None:
    def is_same(earlier: EarlierPost) -> bool:
        if not actor.is_new:
            return earlier.author_id == actor.author.id
        is_same_address = earlier.address_key == prepared.draft.sender.credentials.address_key
        return is_same_address and earlier.author_name == prepared.name

    same = next(filter(is_same, found.earlier), None)
    return Repeat(same.id, same.author_id) if same is not None else None


def _thread(prepared: Prepared, found: PostRows, at: datetime) -> OpenedThread:
    if found.thread is None:
        return OpenedThread(new_id(at), prepared.draft.page.url or "", "open", at, FIRST_VERSION, is_new=True)
    thread_id, url, state, created_at, hold_all, slow_seconds, version = found.thread
    return OpenedThread(thread_id, url, state, created_at, version, False, hold_all, slow_seconds)


def _fingerprint(prepared: Prepared, author: KnownAuthor) -> Fingerprint | None:
    """Return by what the text is known again. What a site's own people write is not compared."""
    if prepared.fingerprint is None or author.account_id is not None:
        return None
    return prepared.fingerprint.said_by(author.id)


def _findings(
    session: Session,
    prepared: Prepared,
    found: PostRows,
    actor: Actor,
    fingerprint: Fingerprint | None,
    at: datetime,
) -> PolicyFindings:
    """Return the bans on whoever posts, and the texts that may be nearly the same."""
    draft, author = prepared.draft, actor.author
    findings = found.findings
    if author.email and not prepared.email:
        # On an address that was given earlier, which was not known before its author was.
        subjects = subjects_of(author.id, draft.sender.credentials.address_keys, author.email)
        findings = findings._replace(bans=standing_bans(session, draft.site.id, subjects, at))
    days = draft.site.settings.similar_days
    # Of a short text only what the same author has said counts, and a newcomer has said nothing.
    if fingerprint is None or not days or (fingerprint.is_short and actor.is_new):
        return findings
    return findings._replace(
        near_duplicates=sharing_a_mark(session, draft.site.id, fingerprint.marks, at - timedelta(days=days))
    )


def _slow_wait(session: Session, thread: OpenedThread, author: KnownAuthor, at: datetime) -> int:
    if not thread.slow_seconds or author.account_id is not None:
        return 0
    pause = timedelta(seconds=thread.slow_seconds)
    asked = {"author_id": author.id, "thread_id": thread.id, "since": at - pause}
    last = session.scalar(_LAST_HERE, asked)
    return 0 if last is None else max(1, -((at - last - pause) // timedelta(seconds=1)))
