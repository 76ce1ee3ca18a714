"""Comments that moderators have decided about, the last first, with what the rules knew of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, select, tuple_
from sqlalchemy.orm import Session

from comments.classifier.models import LearnedComment
from comments.moderation.audit.history import LogPosition, histories
from comments.moderation.decisions.requests import QUIET, PastDecision, edited_by
from comments.moderation.models import Decision
from comments.moderation.training.queries import JUDGED, SAYS, said
from comments.threads.models import Comment

MEANS: Mapping[str, bool | None] = {**SAYS, "remove": True, "reported": None}
"""Whether a decision says that a comment should not be public."""


@dataclass(frozen=True, slots=True)
class PastComment:
    """A comment of a guest, and whether the moderators did not want it.

    Its row has `share`, how much it was like spam just before it was learned, as `learned_id`.
    """

    row: Row[Any]
    is_unwanted: bool


@dataclass(frozen=True, slots=True)
class PastPage:
    """Some of them, and where older decisions go on; None at the end."""

    comments: Sequence[PastComment]
    next: LogPosition | None


def past_decisions(session: Session, site_id: UUID, before: LogPosition | None, *, limit: int) -> PastPage:
    """Return what the last `limit` decisions before a place in the log were about.

    A comment comes with its last decision, and only if it stands as a person has decided; what a moderator
    has written into it is no text of its author, so it is left out.
    """
    decisions: Select[*tuple[Any, ...]] = select(Decision.at, Decision.id, Decision.comment_id).where(
        Decision.site_id == site_id, Decision.decision.not_in(QUIET)
    )
    if before is not None:
        decisions = decisions.where(tuple_(Decision.at, Decision.id) < before)
    rows = session.execute(decisions.order_by(Decision.at.desc(), Decision.id.desc()).limit(limit)).all()
    history_of = histories(session, list({row.comment_id for row in rows}))
    newest: dict[UUID, UUID] = {}
    for row in rows:
        newest.setdefault(row.comment_id, row.id)
    ids = [one for one, decision in newest.items() if _is_last_word(history_of[one], decision)]
    found = {row.id: row for row in session.execute(_JUDGED.where(Comment.id.in_(ids)))}
    past = [_past(found[one], history_of[one]) for one in ids if one in found]
    end = (rows[-1].at, rows[-1].id) if len(rows) == limit else None
    return PastPage([one for one in past if one is not None], end)


def _is_last_word(history: Sequence[PastDecision], decision_id: UUID) -> bool:
    last = next(past.id for past in reversed(history) if past.choice not in QUIET)
    return last == decision_id and edited_by(history) is None


def _past(row: Row[Any], history: Sequence[PastDecision]) -> PastComment | None:
    is_unwanted = said(history, MEANS)
    return None if is_unwanted is None else PastComment(row, is_unwanted)


_JUDGED: Select[*tuple[Any, ...]] = (
    select(*JUDGED, Comment.edited_at, LearnedComment.share, LearnedComment.comment_id.label("learned_id"))
    .outerjoin(LearnedComment, LearnedComment.comment_id == Comment.id)
    .where(Comment.author_kind == "guest", Comment.source != "")
)
