"""What an approval says beyond the comment: its author may be trusted, and the page's title is right."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from msgspec.structs import replace
from sqlalchemy import bindparam, case, select, update
from sqlalchemy.orm import Session

from comments.identity.models import Author
from comments.moderation.decisions.replaced import ReplacedText
from comments.moderation.decisions.requests import BY_PROGRAMS
from comments.moderation.decisions.transitions import Transition
from comments.storage import WITHOUT_SYNC
from comments.threads.models import Thread


def keep_titles(session: Session, steps: Sequence[Transition], replaced: dict[UUID, ReplacedText]) -> None:
    """Settle a thread's title with its first approval, and unsettle it when just that is taken back."""
    settled = set()
    doubted = set()
    for step in steps:
        subject = step.subject
        if step.after == "approved" and step.choice not in BY_PROGRAMS and not subject.title_confirmed:
            settled.add(subject.thread_id)
            replaced[subject.id] = replace(replaced[subject.id], settled_title=True)
        elif step.public_delta < 0 and step.brings_back.settled_title:
            doubted.add(subject.thread_id)
    if settled:
        session.execute(
            update(Thread).where(Thread.id.in_(settled)).values(title_confirmed=True),
            execution_options=WITHOUT_SYNC,
        )
    if doubted:
        session.execute(
            update(Thread)
            .where(Thread.id.in_(doubted), Thread.comment_count == 0)
            .values(title_confirmed=False),
            execution_options=WITHOUT_SYNC,
        )


def keep_trust(session: Session, steps: Sequence[Transition], replaced: dict[UUID, ReplacedText]) -> None:
    """Count approvals with their authors, and keep the name under which each was last approved."""
    _count(session, steps)
    _trust(session, steps, replaced)
    naming = [step for step in steps if step.trust_delta and (step.trust_delta > 0) == (step.undone is None)]
    authors = {step.subject.author_id for step in naming}
    if not authors:
        return
    stored = select(Author.id, Author.approved_name).where(Author.id.in_(authors))
    before = dict(session.execute(stored).all())
    names = dict(before)
    for step in naming:
        subject = step.subject
        name = names[subject.author_id]
        if step.trust_delta > 0:
            names[subject.author_id] = subject.author_name
            replaced[subject.id] = replace(replaced[subject.id], trusted_name=name)
        elif name == subject.author_name:
            names[subject.author_id] = step.brings_back.trusted_name
    renamed = [
        {"renamed_id": author_id, "new_name": name}
        for author_id, name in names.items()
        if name != before[author_id]
    ]
    if renamed:
        session.connection().execute(
            update(Author)
            .where(Author.id == bindparam("renamed_id"))
            .values(approved_name=bindparam("new_name")),
            renamed,
        )


def _trust(session: Session, steps: Sequence[Transition], replaced: dict[UUID, ReplacedText]) -> None:
    """Trust the authors whom a moderator trusts, and no longer those where just that is taken back."""
    authors = {step.subject.author_id for step in steps if step.choice == "approve_trust"}
    new: set[UUID] = set()
    if authors:
        new = set(
            session.scalars(
                update(Author)
                .where(Author.id.in_(authors), Author.trusted.is_(False))
                .values(trusted=True)
                .returning(Author.id),
                execution_options=WITHOUT_SYNC,
            )
        )
    for step in steps:
        if step.choice == "approve_trust" and step.subject.author_id in new:
            replaced[step.subject.id] = replace(replaced[step.subject.id], gave_trust=True)
    doubted = {step.subject.author_id for step in steps if step.brings_back.gave_trust}
    if doubted:
        session.execute(
            update(Author).where(Author.id.in_(doubted)).values(trusted=False), execution_options=WITHOUT_SYNC
        )


def _count(session: Session, steps: Sequence[Transition]) -> None:
    more: dict[UUID, int] = defaultdict(int)
    for step in steps:
        more[step.subject.author_id] += step.trust_delta
    alike: dict[int, list[UUID]] = defaultdict(list)
    for author_id, count in more.items():
        if count:
            alike[count].append(author_id)
    for count, author_ids in alike.items():
        total = Author.approved_count + count
        session.execute(
            update(Author)
            .where(Author.id.in_(author_ids))
            # Approved by a rule and taken down by hand: what was never counted cannot be counted back.
            .values(approved_count=case((total < 0, 0), else_=total)),
            execution_options=WITHOUT_SYNC,
        )
