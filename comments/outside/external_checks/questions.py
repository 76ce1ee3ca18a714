"""What outside checks are asked about a comment, and who is asked: read at the moment of asking."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from comments.identity.models import Author
from comments.outside.models import CheckCall
from comments.outside.queries import comment_on_page
from comments.sites.models import OutsideCheck, Site
from comments.sites.queries import checks_of, settings_of
from comments.threads.models import Comment, Revision, Thread


@dataclass(frozen=True, slots=True)
class Question:
    """A comment as it is now, with the text of the edit that waits, if one does: that is what is asked about.

    `email` is its author's, where they gave one.
    """

    site_id: UUID
    site_name: str
    language: str
    comment: Comment
    thread: Thread
    edit: Revision | None
    email: str | None

    @property
    def text(self) -> Comment | Revision:
        return self.comment if self.edit is None else self.edit

    @property
    def changed_at(self) -> datetime | None:
        return self.comment.edited_at if self.edit is None else self.edit.created_at


@dataclass(frozen=True, slots=True)
class ToAsk:
    """A question, and the checks that have not answered it yet."""

    question: Question
    checks: Sequence[OutsideCheck]


def question_about(session: Session, site_id: UUID, comment_id: UUID) -> Question | None:
    """Return what is known of a comment of the site; None if it is gone for ever, or its text is."""
    found = comment_on_page(session, site_id, comment_id)
    if found is None or not found[0].source:
        return None
    comment, thread = found
    site = session.get_one(Site, site_id)
    edit = session.get(Revision, comment_id)
    email = session.scalar(select(Author.email).where(Author.id == comment.author_id))
    return Question(site_id, site.name, settings_of(site).language, comment, thread, edit, email)


def to_ask(session: Session, site_id: UUID, comment_id: UUID, version: int) -> ToAsk | None:
    """Return what is to be asked about a comment at this version; None if somebody has changed it since.

    Whoever that was has decided, or asked anew.
    """
    question = question_about(session, site_id, comment_id)
    if question is None or question.comment.version != version:
        return None
    calls = (CheckCall.comment_id == comment_id) & (CheckCall.version == version)
    answered = set(session.scalars(select(CheckCall.check_id).where(calls, CheckCall.outcome.is_not(None))))
    return ToAsk(question, [one for one in checks_of(session, site_id) if one.id not in answered])
