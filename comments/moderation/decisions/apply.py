"""What a decision writes on the comments themselves: texts, states, and whether they are picked out."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec.structs import replace
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from comments.identity.models import Author
from comments.moderation.decisions import replaced as decisions_replaced
from comments.moderation.decisions.replaced import CommentText, ReplacedText
from comments.moderation.decisions.requests import DecisionOrder
from comments.moderation.decisions.transitions import Transition
from comments.moderation.search.models import CommentTerms, TermsDue
from comments.storage import WITHOUT_SYNC
from comments.threads.models import Comment


def exchange_texts(
    session: Session,
    order: DecisionOrder,
    steps: Sequence[Transition],
    replaced: dict[UUID, ReplacedText],
    at: datetime,
) -> None:
    """Write the texts that change with the decision, and note what they replaced."""
    concerned = [step for step in steps if step.takes_edit or step.choice in {"edit", "reject_edit"}]
    texts = (
        decisions_replaced.texts_with_edits(session, [one.subject.id for one in concerned])
        if concerned
        else {}
    )
    in_place: dict[UUID, CommentText] = {}
    for step in concerned:
        own, waiting = texts[step.subject.id]
        if step.takes_edit and waiting is not None:
            in_place[step.subject.id] = waiting
            replaced[step.subject.id] = ReplacedText(text=own)
        elif step.choice == "edit" and order.text is not None:
            source, rendered = order.text.source, order.text.rendered
            of_others = _account_of(session, step.subject.author_id) != order.moderator.account_id
            in_place[step.subject.id] = CommentText(
                source, "markdown", rendered.html, rendered.renderer, own.reasons, at, of_others
            )
            replaced[step.subject.id] = ReplacedText(text=own, rewrote=True, waiting=waiting)
        else:
            replaced[step.subject.id] = ReplacedText(waiting=waiting)
    decisions_replaced.put_in_place(session, in_place)
    decisions_replaced.drop_edits(
        session, [one.subject.id for one in concerned if one.choice == "reject_edit"]
    )
    back = {step.subject.id: step.brings_back for step in steps if step.undone is not None}
    decisions_replaced.give_back(session, order.moderator.site_id, back, at)


def write_states(
    session: Session, site_id: UUID, steps: Sequence[Transition], replaced: dict[UUID, ReplacedText]
) -> None:
    """Write where each comment stands now, and raise its version."""
    alike: dict[tuple[str, str, bool], list[UUID]] = defaultdict(list)
    found_anew: list[UUID] = []
    for step in steps:
        subject, featured = step.subject, _is_featured(step)
        if featured != subject.featured:
            replaced[subject.id] = replace(replaced[subject.id], featured=subject.featured)
            found_anew.append(subject.id)
        alike[step.after, step.queue_after, featured].append(subject.id)
    for (state, queue, featured), ids in alike.items():
        session.execute(
            update(Comment)
            .where(Comment.id.in_(ids))
            .values(state=state, queue=queue, featured=featured, version=Comment.version + 1),
            execution_options=WITHOUT_SYNC,
        )
    if found_anew:
        _find_anew(session, site_id, found_anew)


def _find_anew(session: Session, site_id: UUID, comment_ids: Sequence[UUID]) -> None:
    """Have the terms of these comments made anew: no trigger hears that one was picked out."""
    session.execute(
        delete(CommentTerms).where(CommentTerms.comment_id.in_(comment_ids)), execution_options=WITHOUT_SYNC
    )
    session.execute(insert(TermsDue), [{"site_id": site_id, "comment_id": one} for one in comment_ids])


def _account_of(session: Session, author_id: UUID) -> UUID | None:
    """Return which of the team an author is."""
    return session.scalar(select(Author.account_id).where(Author.id == author_id))


def _is_featured(step: Transition) -> bool:
    if step.choice in {"feature", "unfeature"}:
        return step.choice == "feature"
    before = step.brings_back.featured
    return step.subject.featured if before is None else before
