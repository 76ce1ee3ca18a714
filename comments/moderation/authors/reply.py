"""Replying as a moderator: what is answered is approved with it, and one undoing takes back both."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert
from sqlalchemy.orm import Session

from comments.identity.accounts.queries import Moderator
from comments.identity.actors import Credentials
from comments.ids import new_id
from comments.keys import Keyring
from comments.moderation.audit.log import add_to_log, decision_entry
from comments.moderation.authors.thread_key import keys_of_thread
from comments.moderation.decisions.decide import decide
from comments.moderation.decisions.order_times import time_of_its_own
from comments.moderation.decisions.requests import (
    CommentChoice,
    DecidedComment,
    DecisionOrder,
    NewText,
    OrderOutcome,
)
from comments.moderation.decisions.transitions import Subject, lock_subjects
from comments.moderation.models import Decision
from comments.threads.errors import CommentUnknown
from comments.threads.posting.parse import CommentDraft, Sender
from comments.threads.posting.post_comment import post_comment
from comments.threads.posting.prepare import Prepared, digest
from comments.threads.posting.rates import Rates
from comments.threads.site_card import SiteCard

_BORN_WITH = 1
"""The version of a comment that nobody has changed yet."""


@dataclass(frozen=True, slots=True)
class ReplyWish:
    """What a moderator answers to a comment. `shown` says that it is them who asks."""

    moderator: Moderator
    site: SiteCard
    shown: Credentials
    wanted: CommentChoice
    text: NewText


@dataclass(frozen=True, slots=True)
class StoredReply:
    """The reply as it is stored. `outcome` is about it, and before it about what was `approved` with it."""

    reply_id: UUID
    approved: bool
    outcome: OrderOutcome


def reply(session: Session, wish: ReplyWish, keys: Keyring, *, at: datetime) -> StoredReply:
    """Answer a comment as the team, and approve it if it is not public yet.

    The same text sent twice within a minute is the same reply. Raises CommentUnknown, AllHandled if somebody
    else was first with a comment that is not public, and what `post_comment` does.
    """
    moderator, comment_id = wish.moderator, wish.wanted.comment_id
    found = lock_subjects(session, moderator.site_id, [comment_id], moderator.sections)
    if comment_id not in found:
        raise CommentUnknown("There is no such comment.")
    answered = found[comment_id]
    approved: Sequence[DecidedComment] = []
    if answered.state == "approved":
        at = time_of_its_own(session, moderator, at)
    else:
        outcome = decide(session, DecisionOrder(moderator, "approve", [wish.wanted]), keys, at=at)
        approved, at = outcome.decided, outcome.at
    posted = post_comment(session, _prepared(session, wish, answered, at), Rates(), at=at).comment
    if posted.created_at == at:
        _log(session, wish, keys, posted, at)
    decided = [*approved, DecidedComment(posted.id, _BORN_WITH, posted.state)]
    return StoredReply(posted.id, bool(approved), OrderOutcome(decided, [], [], posted.created_at))


def _prepared(session: Session, wish: ReplyWish, answered: Subject, at: datetime) -> Prepared:
    page = keys_of_thread(session, answered.thread_id)
    # Nothing is counted of the team, so it does not matter from where they write.
    sender = Sender("", wish.shown, at)
    draft = CommentDraft(wish.site, sender, page, answered.id, wish.text.source)
    same = digest(wish.site.id, page.hashes[0], answered.id, wish.text.source)
    return Prepared(draft, wish.text.rendered, same)


def _log(session: Session, wish: ReplyWish, keys: Keyring, posted: Row[Any], at: datetime) -> None:
    decision = {
        "id": new_id(at),
        "site_id": wish.site.id,
        "comment_id": posted.id,
        "account_id": wish.moderator.account_id,
        "moderator_name": wish.moderator.name,
        "decision": "reply",
        "before": "removed",
        "after": posted.state,
        "reason": "",
        "replaced": None,
        "at": at,
    }
    session.execute(insert(Decision), [decision])
    add_to_log(session, keys, wish.site.id, [decision_entry(decision, posted.author_name)], at=at)
