"""Erasing what a reader wrote: the texts, the names under them, and all that was made from them."""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, select, update
from sqlalchemy.orm import Session

from comments.classifier.actions import Lesson, learn
from comments.classifier.features import FeatureSet
from comments.classifier.models import LearnedComment
from comments.identity.models import Author
from comments.ids import new_id
from comments.keys import Keyring
from comments.moderation.audit.log import erase_author_from_log
from comments.outbox.models import Outbox
from comments.outside.models import CheckCall, WebhookCall
from comments.policy.actions import forget_texts
from comments.policy.models import Ban
from comments.privacy.models import Erasure
from comments.sites.models import Webhook
from comments.sites.webhooks import DELETED, EDITED
from comments.storage import changed_rows
from comments.threads.counters import PublicChange, publish_changed, texts_changed
from comments.threads.models import Comment, Report, Revision, Thread, Watch
from comments.threads.order.tree import TreePosition
from comments.threads.outbox_jobs import tell_webhooks

AT_ONCE = 100
ANONYMOUS = "Anonymous"
"""The name under texts that stay, and in places that are empty."""

SOURCE = "erased"
EVERYBODY = "everybody"

_TRACES: dict[str, Any] = {
    "author_name": ANONYMOUS,
    "author_badge": None,
    "author_website": None,
    "reasons": "[]",
    "facts": None,
    "similar_group": None,
    "network_key": None,
    "address_key": None,
    "post_key": None,
    "digest": None,
    "consented_at": None,
}
_TEXTS: dict[str, Any] = {
    "source": "",
    "html": "",
    "state": "deleted",
    "queue": "deleted",
    "deleted_from": None,
    "silent": False,
    "featured": False,
    "edited_at": None,
    "edited_by_moderator": False,
}
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def some_comments(session: Session, site_id: UUID, author_id: UUID) -> Sequence[UUID]:
    """Return some of what somebody wrote and is not erased yet, oldest first."""
    theirs = (Comment.author_id == author_id) & (Comment.site_id == site_id)
    return session.scalars(
        select(Comment.id).where(theirs).order_by(Comment.created_at, Comment.id).limit(AT_ONCE)
    ).all()


def erase_comments(
    session: Session, keys: Keyring, erasure: Erasure, ids: Sequence[UUID], done: Counter[str], at: datetime
) -> None:
    """Erase these comments, or from them who wrote them; readers see it with the commit."""
    everything = erasure.scope == "everything"
    rows = _held(session, ids)
    _forget_labels(session, erasure.site_id, rows)
    _forget_what_was_made(session, erasure.site_id, ids, done, at)
    if everything:
        done["revisions"] += changed_rows(session, delete(Revision).where(Revision.comment_id.in_(ids)))
        # What others said of it in their reports quotes it as likely as not.
        changed_rows(session, update(Report).where(Report.comment_id.in_(ids)).values(note=""))
    else:
        reasonless = update(Revision).where(Revision.comment_id.in_(ids)).values(reasons="[]")
        changed_rows(session, reasonless)
    done["watches"] += changed_rows(session, delete(Watch).where(Watch.comment_id.in_(ids)))
    owner = _nobody(session, erasure, at)
    values = {**_TRACES, "author_id": owner, "version": Comment.version + 1}
    if everything:
        values |= {**_TEXTS, "deleted_at": at}
    changed_rows(session, update(Comment).where(Comment.id.in_(ids)).values(values))
    if everything:
        # An empty place that somebody's answers hang on looks different, too.
        changes = [
            PublicChange(row.id, row.thread_id, _place(row), -1 if row.state == "approved" else 0)
            for row in rows
            if row.state == "approved" or row.listed
        ]
        publish_changed(session, changes, at)
    else:
        texts_changed(session, [*ids, *_answers(session, rows)], at)
    gone = _remove_unseen(session, rows) if everything else 0
    done["comments_removed"] += gone
    done["comments_emptied" if everything else "names"] += len(rows) - gone
    _tell(session, erasure.site_id, DELETED if everything else EDITED, rows, at)


def _held(session: Session, ids: Sequence[UUID]) -> Sequence[Row[Any]]:
    """Return the comments once nobody else can change them: threads first and in order, as every writer."""
    threads = select(Thread.id).where(Thread.id.in_(select(Comment.thread_id).where(Comment.id.in_(ids))))
    session.execute(threads.order_by(Thread.id).with_for_update()).all()
    return session.execute(
        select(*_COLUMNS).where(Comment.id.in_(ids)).order_by(Comment.id).with_for_update()
    ).all()


def _forget_what_was_made(
    session: Session, site_id: UUID, ids: Sequence[UUID], done: Counter[str], at: datetime
) -> None:
    forget_texts(session, ids)
    learned = session.scalars(
        select(LearnedComment.comment_id).where(LearnedComment.comment_id.in_(ids))
    ).all()
    if learned:
        nothing = FeatureSet((), ())
        lessons = [Lesson(one, None, nothing, (), at) for one in learned]
        # Not later than what was looked at: decisions about others are still to be learned from.
        learn(session, site_id, lessons, read_to=datetime(1970, 1, 1, tzinfo=UTC))
        done["learned"] += len(learned)
    erase_author_from_log(session, ids)
    hooks = select(Webhook.id).where(Webhook.site_id == site_id)
    calls = WebhookCall.webhook_id.in_(hooks) & WebhookCall.comment_id.in_(ids)
    done["webhook_answers"] += changed_rows(session, delete(WebhookCall).where(calls))
    done["check_answers"] += changed_rows(session, delete(CheckCall).where(CheckCall.comment_id.in_(ids)))
    done["outbox"] += _forget_tasks(session, site_id, {str(one) for one in ids})


def tasks_about(session: Session, site_id: UUID, ids: Collection[str]) -> Sequence[Row[Any]]:
    """Return a site's tasks, done or not, that name one of these comments."""
    columns: tuple[Any, ...] = (
        Outbox.id,
        Outbox.kind,
        Outbox.state,
        Outbox.due_at,
        Outbox.last_error,
        Outbox.payload,
        Outbox.key,
    )
    rows = session.execute(select(*columns).where(Outbox.site_id == site_id).order_by(Outbox.id))
    return [row for row in rows if not set(_ID.findall(f"{row.payload} {row.key}")).isdisjoint(ids)]


def _forget_tasks(session: Session, site_id: UUID, ids: Collection[str]) -> int:
    """Remove tasks about these comments: what a mail server said of one names an address."""
    about, gone = [row.id for row in tasks_about(session, site_id, ids)], 0
    for start in range(0, len(about), 500):
        gone += changed_rows(session, delete(Outbox).where(Outbox.id.in_(about[start : start + 500])))
    return gone


def _forget_labels(session: Session, site_id: UUID, rows: Sequence[Row[Any]]) -> None:
    """Let bans on their addresses and networks stand, without the name that moderators knew them by."""
    for kind in ("address", "network"):
        names = {f"{kind} of {row.author_name}" for row in rows}
        known = {key.hex() for row in rows if (key := getattr(row, f"{kind}_key"))}
        these = Ban.label.in_(names) | Ban.subject.in_(known)
        of_site = (Ban.site_id == site_id) & (Ban.kind == kind)
        changed_rows(
            session, update(Ban).where(of_site, these).values(label=f"{kind} of {ANONYMOUS}", reason="")
        )


def _nobody(session: Session, erasure: Erasure, at: datetime) -> UUID:
    """Return the author of what stays: one for all empty places, one for the texts of each reader."""
    source_id = EVERYBODY if erasure.scope == "everything" else str(erasure.id)
    of_site = (Author.site_id == erasure.site_id, Author.source_system == SOURCE)
    found = session.scalar(select(Author.id).where(*of_site, Author.source_id == source_id))
    if found is not None:
        return found
    made = Author(
        id=new_id(at),
        site_id=erasure.site_id,
        kind="imported",
        name=ANONYMOUS,
        source_system=SOURCE,
        source_id=source_id,
        created_at=at,
    )
    session.add(made)
    # The comments refer to it in the next statement.
    session.flush()
    return made.id


def _answers(session: Session, rows: Sequence[Row[Any]]) -> Sequence[UUID]:
    """Return the public answers to these comments: they say whom they answer."""
    threads, ids = {row.thread_id for row in rows}, {row.id for row in rows}
    public = (Comment.thread_id.in_(threads)) & (Comment.changed_version > 0) & Comment.parent_id.in_(ids)
    return session.scalars(select(Comment.id).where(public)).all()


def _remove_unseen(session: Session, rows: Sequence[Row[Any]]) -> int:
    """Remove those that readers have never seen. What they have seen stays as an empty place.

    Open pages hear of it by its row, and so do its old links; an import that is run again would else bring
    back what it does not find.
    """
    unseen = {row.id for row in rows if row.changed_version == 0 and row.source_id is None}
    threads = {row.thread_id for row in rows if row.id in unseen}
    answered = select(Comment.parent_id).where(Comment.thread_id.in_(threads), Comment.parent_id.in_(unseen))
    going = unseen - set(session.scalars(answered)) if unseen else unseen
    return changed_rows(session, delete(Comment).where(Comment.id.in_(going))) if going else 0


def _tell(session: Session, site_id: UUID, event: str, rows: Sequence[Row[Any]], at: datetime) -> None:
    if session.execute(select(Webhook.id).where(Webhook.site_id == site_id).limit(1)).first():
        tell_webhooks(session, site_id, event, [row.id for row in rows if row.state == "approved"], at)


def _place(row: Row[Any]) -> TreePosition:
    return TreePosition(row.root_id, row.depth, row.path)


_COLUMNS: tuple[Any, ...] = (
    Comment.id,
    Comment.thread_id,
    Comment.state,
    Comment.listed,
    Comment.root_id,
    Comment.depth,
    Comment.path,
    Comment.author_name,
    Comment.address_key,
    Comment.network_key,
    Comment.changed_version,
    Comment.source_id,
)
