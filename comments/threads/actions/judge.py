"""From an order to a verdict: the facts the rules judge by, and what their outcome means here."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session

from comments.errors import CommentsError
from comments.identity.authors import Actor, KnownAuthor
from comments.policy.actions import spend
from comments.policy.check_effects import is_asked_outside, until_answered
from comments.policy.facts import Known, alike_texts, asks_for_proof, gather, policy_of
from comments.policy.fingerprints import Print
from comments.policy.queries import Heard, standing_bans
from comments.policy.subjects import subjects_of
from comments.rules import Draft, Facts, Judgement, Outcome, Reason, Sending, ThreadFacts, Ticket, judge
from comments.text import Rendered
from comments.text.plain import skeleton
from comments.threads.actions.open_thread import Opened
from comments.threads.errors import NameMissing, NameReserved, PostRefused, ThreadClosed, TooManyPosts
from comments.threads.models import KEPT_OPEN, OPEN, Comment, Thread
from comments.threads.order.ranking import rank

if TYPE_CHECKING:
    from comments.threads.actions.own_comments import EditOrder
    from comments.threads.actions.post_comment import PostOrder

STATES: Mapping[Outcome, str] = {
    Outcome.APPROVE: "approved",
    Outcome.HOLD: "pending",
    Outcome.SPAM: "spam",
    Outcome.SILENT: "spam",
}

UNVOTED_RANK = rank(0, 0)


def allowed_name(order: "PostOrder", author: KnownAuthor) -> str:
    """Return the name a comment is shown under. Raises NameMissing, NameReserved."""
    if author.account_id is not None:
        return author.name or "Moderator"
    name = order.name or author.name
    if name is None:
        raise NameMissing("Please give a name.", errors={"author.name": "Please give a name."})
    refuse_reserved(name, order.site.reserved)
    return name


def refuse_reserved(name: str, reserved: Collection[str]) -> None:
    """Raise NameReserved for a name that can be taken for one of these, which are skeletons."""
    if skeleton(name) in reserved:
        detail = "This name belongs to the author here. Please choose another."
        raise NameReserved(detail, errors={"author.name": detail})


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
class Judged:
    """What becomes of a text, and by what it will be known again; None for one too short for that.

    `is_asked_outside` says that the site's outside checks are to be asked about it.
    """

    judgement: Judgement
    seen: Print | None
    similar_group: int | None
    facts: Facts
    is_asked_outside: bool = False

    @property
    def outcome(self) -> Outcome:
        return self.judgement.outcome

    @property
    def reasons(self) -> tuple[Reason, ...]:
        return self.judgement.reasons

    @property
    def state(self) -> str:
        return STATES[self.outcome]

    @property
    def is_silent(self) -> bool:
        return self.outcome is Outcome.SILENT


def judge_post(
    session: Session,
    order: "PostOrder",
    actor: Actor,
    name: str,
    opened: Opened,
    heard: Heard,
    at: datetime,
) -> Judged:
    """Judge a new comment. Raises what its refusal is: PostRefused, ThreadClosed, TooManyPosts.

    `heard` is what was asked before it was known who writes.
    """
    author = actor.author
    settings = order.site.settings
    known = Known(
        site_id=order.site.id,
        author=author,
        name=name,
        email=order.email,
        address_keys=order.shown.address_keys,
        bursts=order.bursts,
        seen=_seen(order, author),
        look=order.look,
        thread=ThreadFacts(
            is_closed=settings.closed or opened.state not in OPEN,
            is_kept_open=opened.state == KEPT_OPEN,
            is_new=opened.is_new,
            age=at - opened.created_at,
            holds_all=opened.hold_all,
            slow_wait=_slow_wait(session, opened, author, at),
        ),
        sending=_sending(session, order, author),
    )
    heard = _heard(session, order, actor, known, heard, at)
    return _judged(session, order, known, _draft(order.rendered, name, order.website), at, heard)


def _heard(
    session: Session, order: "PostOrder", actor: Actor, known: Known, heard: Heard, at: datetime
) -> Heard:
    """Return what was heard, with what could not be asked before: on an earlier address, of a short text."""
    author = actor.author
    if author.email and not order.email:
        subjects = subjects_of(author.id, known.address_keys, author.email)
        heard = heard._replace(bans=standing_bans(session, known.site_id, subjects, at))
    if known.seen is not None and known.seen.is_short:
        # Nobody else's short texts count, and a newcomer has none.
        days = order.site.settings.similar_days
        alike = [] if actor.is_new else alike_texts(session, known, days, at)
        heard = heard._replace(alike=alike)
    return heard


def judge_edit(
    session: Session, order: "EditOrder", author: KnownAuthor, row: Row[Any], at: datetime
) -> Judged:
    """Judge a new text of a comment, which keeps its name. Raises PostRefused."""
    holds_all = session.scalar(select(Thread.hold_all).where(Thread.id == row.thread_id))
    known = Known(
        site_id=order.site.id,
        author=author,
        name=row.author_name,
        address_keys=order.shown.address_keys,
        seen=_seen(order, author),
        look=order.look,
        comment_id=row.id,
        thread=ThreadFacts(holds_all=bool(holds_all)),
    )
    return _judged(session, order, known, _draft(order.rendered, row.author_name, row.author_website), at)


def _judged(
    session: Session,
    order: "PostOrder | EditOrder",
    known: Known,
    draft: Draft,
    at: datetime,
    heard: Heard | None = None,
) -> Judged:
    gathered = gather(session, known, order.site.settings, at, heard)
    judgement = judge(draft, gathered.facts, policy_of(order.site.settings))
    if judgement.outcome is Outcome.REFUSE:
        reason = judgement.reasons[-1]
        raise _REFUSALS.get(reason.rule, _refused)(reason)
    asks = order.site.has_checks and is_asked_outside(judgement, gathered.facts)
    if asks:
        judgement = until_answered(judgement)
    return Judged(judgement, known.seen, gathered.similar_group, gathered.facts, asks)


def _seen(order: "PostOrder | EditOrder", author: KnownAuthor) -> Print | None:
    """Return by what the text is known again. What a site's own people write is not compared."""
    if order.seen is None or author.account_id is not None:
        return None
    return order.seen.said_by(author.id)


def _sending(session: Session, order: "PostOrder", author: KnownAuthor) -> Sending:
    """Return how a comment was sent; a good proof is used up where one is asked for, and only there."""
    brought, site = order.brought, order.site
    if brought.spends is None or brought.good_until is None or not asks_for_proof(site.settings, author):
        return brought.sending
    if spend(session, site.id, brought.spends, brought.good_until):
        return brought.sending
    return replace(brought.sending, proof=Ticket.SPENT)


def _slow_wait(session: Session, opened: Opened, author: KnownAuthor, at: datetime) -> int:
    """Return in how many seconds the author may write here again, 0 if now."""
    if not opened.slow_seconds or author.account_id is not None:
        return 0
    pause = timedelta(seconds=opened.slow_seconds)
    asked = {"author_id": author.id, "thread_id": opened.id, "since": at - pause}
    last = session.scalar(_LAST_HERE, asked)
    return 0 if last is None else max(1, -((at - last - pause) // timedelta(seconds=1)))


def _closed(reason: Reason) -> CommentsError:
    return ThreadClosed("Comments on this page are closed. You can still read and share them.")


def _too_soon(reason: Reason) -> CommentsError:
    wait = reason.n or 1
    return TooManyPosts(
        f"Slow mode: you can write here again in {wait} second{'s' if wait > 1 else ''}.", retry_after=wait
    )


def _banned(reason: Reason) -> CommentsError:
    return PostRefused("You cannot comment here.")


def _refused(reason: Reason) -> CommentsError:
    return PostRefused("This cannot be posted here: " + reason.words)


_REFUSALS: Mapping[str, Callable[[Reason], CommentsError]] = {
    "closed": _closed,
    "slow-mode": _too_soon,
    "banned": _banned,
}


def _draft(rendered: Rendered, name: str, website: str | None) -> Draft:
    return Draft(text=rendered.text, links=rendered.links, name=name, website=website)
