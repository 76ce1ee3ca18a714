"""One comment's way from its state to the next, and what is known of it when that is decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from comments.identity.accounts.sections import Sections
from comments.moderation.audit.history import histories
from comments.moderation.decisions import replaced
from comments.moderation.decisions.replaced import ReplacedText
from comments.moderation.decisions.requests import BY_PROGRAMS, STATE_AFTER, Deed, PastDecision, is_public
from comments.threads.models import Comment, Revision, Thread
from comments.threads.order.tree import TreePosition
from comments.threads.scope import comments_within


@dataclass(frozen=True, slots=True)
class Subject:
    """A comment as it stands before the decision. `edit_at` is when the edit that waits was written."""

    id: UUID
    thread_id: UUID
    author_id: UUID
    author_name: str
    state: str
    version: int
    edited_at: datetime | None
    deleted_at: datetime | None
    place: TreePosition
    title_confirmed: bool
    edit_at: datetime | None
    featured: bool
    report_count: int
    history: Sequence[PastDecision]


@dataclass(frozen=True, slots=True)
class Transition:
    """`decision_id` is what the log will call it; `undone` is the decision that a `restore` takes back."""

    subject: Subject
    choice: Deed
    after: str
    decision_id: UUID
    undone: PastDecision | None = None

    @property
    def brings_back(self) -> ReplacedText:
        return replaced.decode(self.undone.replaced) if self.undone else replaced.NOTHING

    @property
    def takes_edit(self) -> bool:
        """Whether the edit that waits becomes the comment's text; only an approved one keeps it waiting."""
        decides = self.choice in STATE_AFTER or (self.undone is not None and self.after != "approved")
        return self.subject.edit_at is not None and decides

    @property
    def edit_waits_after(self) -> bool:
        drops = self.takes_edit or self.choice in {"edit", "reject_edit"}
        back = self.brings_back
        waits_again = back.waiting is not None or (back.text is not None and not back.rewrote)
        return (self.subject.edit_at is not None and not drops) or waits_again

    @property
    def queue_after(self) -> str:
        return "pending" if self.edit_waits_after else self.after

    @property
    def public_delta(self) -> int:
        return is_public(self.after) - is_public(self.subject.state)

    @property
    def trust_delta(self) -> int:
        """How many approvals more its author has of moderators, who read what they approve."""
        decided = self.choice if self.undone is None else self.undone.choice
        return 0 if decided in BY_PROGRAMS else self.public_delta

    @property
    def is_seen(self) -> bool:
        """Whether readers see something else afterwards; empty places all look removed to them."""
        other_text = self.takes_edit or self.choice == "edit" or self.brings_back.text is not None
        picked_out = self.choice in {"feature", "unfeature"} or self.brings_back.featured is not None
        return self.public_delta != 0 or (is_public(self.after) and (other_text or picked_out))


def lock_subjects(
    session: Session, site_id: UUID, ids: list[UUID], sections: Sections = None
) -> dict[UUID, Subject]:
    """Read those of the comments that are of this site, once nobody else can change them any more.

    What is outside `sections` is as unknown as what is another site's.
    """
    mine = (Comment.site_id == site_id) & Comment.id.in_(ids) & comments_within(sections)
    in_threads = Thread.id.in_(select(Comment.thread_id).where(mine))
    # Threads first, as every writer does; in order, so that two moderators wait for one another
    # and not crosswise.
    threads = select(Thread.id, Thread.title_confirmed).where(in_threads).order_by(Thread.id)
    comments = select(*_COLUMNS).where(mine).order_by(Comment.id).with_for_update()
    confirmed = dict(session.execute(threads.with_for_update()).all())
    rows = session.execute(comments).all()
    while not {row.thread_id for row in rows} <= confirmed.keys():
        # Some were moved while this waited for their thread.
        confirmed = dict(session.execute(threads.with_for_update()).all())
        rows = session.execute(comments).all()
    found = [row.id for row in rows]
    waiting = select(Revision.comment_id, Revision.created_at).where(Revision.comment_id.in_(found))
    edits = dict(session.execute(waiting).all())
    decided = histories(session, found)
    return {
        row.id: Subject(
            id=row.id,
            thread_id=row.thread_id,
            author_id=row.author_id,
            author_name=row.author_name,
            state=row.state,
            version=row.version,
            edited_at=row.edited_at,
            deleted_at=row.deleted_at,
            place=TreePosition(row.root_id, row.depth, row.path),
            title_confirmed=confirmed[row.thread_id],
            edit_at=edits.get(row.id),
            featured=row.featured,
            report_count=row.report_count,
            history=decided.get(row.id, ()),
        )
        for row in rows
    }


_COLUMNS: tuple[Any, ...] = (
    Comment.id,
    Comment.thread_id,
    Comment.author_id,
    Comment.author_name,
    Comment.state,
    Comment.version,
    Comment.root_id,
    Comment.depth,
    Comment.path,
    Comment.edited_at,
    Comment.deleted_at,
    Comment.featured,
    Comment.report_count,
)
