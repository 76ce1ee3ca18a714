"""What the threads put into the outbox: that something waits, may have to, or was answered."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, literal_column, or_, select
from sqlalchemy.orm import Session, aliased

from comments.outbox import enqueue
from comments.outbox.actions import take_out
from comments.outbox.queries import payloads_waiting
from comments.threads.models import Comment, Watch

SOMETHING_WAITS = "digest"
"""The kind of task that tells a site's moderators what waits."""

WAS_ANSWERED = "reply"
"""The kind of task that mails a reply to whom it answers. Its payload: the reply's `comment_id`."""

WANTS_MAIL = "watch-confirm"
"""The kind of task that asks an address whether it wants mail. Its payload: the author's `comment_id`."""

HAPPENED = "happened"
"""The kind of task that tells webhooks what happened to some comments: `event`, `comment_ids`, `at`."""

REPORTED = "reported"
"""The kind of task that weighs the reports of one comment. Its payload: the `comment`."""

TO_BE_CHECKED = "check"
"""The kind of task that asks outside about a text. Its payload: the `comment_id`, at which `version`."""

GOES_ON_MERGING = "merge"
"""The kind of task that brings the rest of a discussion into another. Its payload: `source`, `target`."""

BEGUN_AGAIN_AFTER = timedelta(seconds=10)
"""Whoever merges goes on at once; the task is for when their process ends."""

GATHERED_FOR = timedelta(minutes=5)
"""How long what waits is gathered before moderators are told: a burst is one mail."""


def weigh_reports(session: Session, site_id: UUID, comment_id: UUID, at: datetime) -> None:
    """Have a comment's reports weighed after the commit, once for all that come until then."""
    enqueue(session, REPORTED, site_id, {"comment": comment_id}, due=at, key=str(comment_id))


def go_on_merging(session: Session, site_id: UUID, source_id: UUID, target_id: UUID, at: datetime) -> None:
    """Have a merge that takes several writes brought to its end, whatever becomes of who began it."""
    payload = {"source": source_id, "target": target_id}
    enqueue(session, GOES_ON_MERGING, site_id, payload, due=at + BEGUN_AGAIN_AFTER, key=str(source_id))


def end_merging(session: Session, site_id: UUID, source_id: UUID) -> None:
    """Note that a merge has come to its end, or was taken back."""
    take_out(session, GOES_ON_MERGING, site_id, str(source_id))


def is_merging(session: Session, site_id: UUID, thread_ids: Collection[UUID]) -> bool:
    """Say whether one of these discussions is still being brought into another, or takes one in."""
    ids = {str(thread_id) for thread_id in thread_ids}
    payloads = payloads_waiting(session, GOES_ON_MERGING, site_id)
    return any(ids & {payload["source"], payload["target"]} for payload in payloads)


def tell_moderators(session: Session, site_id: UUID, at: datetime) -> None:
    """Have the site's moderators told that something waits, unless that is about to be done already.

    One insert, which does nothing where a task of this site waits. Last in its transaction: who comes at the
    same moment waits for its end.
    """
    enqueue(session, SOMETHING_WAITS, site_id, {}, due=at + GATHERED_FOR, key=str(site_id))


def tell_of_reply(session: Session, site_id: UUID, comment_id: UUID, at: datetime) -> None:
    """Have whom this reply answers told of it; they have asked for that."""
    enqueue(session, WAS_ANSWERED, site_id, {"comment_id": comment_id}, due=at, key=str(comment_id))


def ask_for_mail(session: Session, site_id: UUID, comment_id: UUID, at: datetime) -> None:
    """Have the address of this comment's author asked whether it wants mail about replies."""
    enqueue(session, WANTS_MAIL, site_id, {"comment_id": comment_id}, due=at, key=str(comment_id))


def tell_readers(session: Session, comment_ids: Sequence[UUID], at: datetime) -> None:
    """Have those told who are waiting for one of these comments, which become public.

    Only of such as were never public: what was removed and is approved again is no news. To be called before
    they are stamped with a version.
    """
    if not comment_ids:
        return
    rows = session.execute(_TOLD_OF.where(Comment.id.in_(comment_ids)))
    for comment_id, site_id, state, answered in rows.all():
        if answered is not None:
            tell_of_reply(session, site_id, comment_id, at)
        if state == "asked":
            ask_for_mail(session, site_id, comment_id, at)


def tell_webhooks(
    session: Session, site_id: UUID, event: str, comment_ids: Sequence[UUID], at: datetime
) -> None:
    """Have the site's webhooks told that this happened to these comments. For sites that have some."""
    payload = {"event": event, "comment_ids": list(comment_ids), "at": at.isoformat()}
    enqueue(session, HAPPENED, site_id, payload, due=at)


def ask_outside(session: Session, site_id: UUID, comment_id: UUID, version: int, at: datetime) -> None:
    """Have the site's outside checks asked about a comment as it is at this version. For sites with some."""
    asked = {"comment_id": comment_id, "version": version}
    enqueue(session, TO_BE_CHECKED, site_id, asked, due=at, key=f"{comment_id}/{version}")


_OTHERS = aliased(Watch)
_TOLD_OF = (
    select(Comment.id, Comment.site_id, Watch.state, _OTHERS.comment_id)
    .outerjoin(Watch, and_(Watch.comment_id == Comment.id, Watch.state == "asked"))
    .outerjoin(
        _OTHERS,
        and_(
            _OTHERS.comment_id == Comment.parent_id,
            _OTHERS.state == "confirmed",
            _OTHERS.author_id != Comment.author_id,
        ),
    )
    .where(
        or_(Watch.state.is_not(None), _OTHERS.comment_id.is_not(None)),
        Comment.changed_version == literal_column("0"),
    )
)
