"""Questions about bans, about texts that are known already, and about where spam came from."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple, cast
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Select,
    Table,
    and_,
    bindparam,
    false,
    func,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import Session

from comments.policy.fingerprints import MARKS
from comments.policy.models import Ban, SpentProof, TextFingerprint
from comments.rules import Banned, Outcome

MOST_CANDIDATES_OF_A_MARK = 20
"""They are compared one by one; of a flood, which has thousands, the newest are enough to know it."""

# Made once, and on the tables: both belong to every post, and putting them together takes longer than
# running them.
_BANS = cast(Table, Ban.__table__).c
_PRINTS = cast(Table, TextFingerprint.__table__).c


_HERE = _BANS.site_id == bindparam("site_id")


def standing_together(*, or_on: ColumnElement[bool]) -> ScalarSelect[Any]:
    """Return the question for all bans on some subjects, or of whom `or_on` says, as one text: `bans_from`.

    So it can be asked with other things, and has one row.
    """
    return (
        select(func.aggregate_strings(_BANS.kind + ":" + _BANS.outcome, " "))
        .where(
            # The site stands in both: taken out of them, SQLite reads all bans of the site.
            or_(and_(_HERE, _BANS.subject.in_(bindparam("subjects", expanding=True))), and_(_HERE, or_on)),
            or_(_BANS.until.is_(None), _BANS.until > bindparam("at")),
        )
        .scalar_subquery()
    )


def standing_on(author_id: ColumnElement[UUID]) -> ScalarSelect[Any]:
    """Return the question for the bans on some subjects, and on an author who is only found along with it."""
    return standing_together(or_on=_BANS.author_id == author_id)


class FingerprintMatch(NamedTuple):
    """A mark of a text that may be nearly the same."""

    comment_id: UUID
    sketch: bytes
    similar_group: int
    created_at: datetime


def _with_mark(mark: str) -> Select[*tuple[Any, ...]]:
    newest = (
        select(*(_PRINTS[name] for name in FingerprintMatch._fields))
        .where(
            _PRINTS.site_id == bindparam("site_id"),
            _PRINTS.mark == bindparam(mark),
            _PRINTS.created_at > bindparam("since"),
        )
        .order_by(_PRINTS.created_at.desc())
        .limit(MOST_CANDIDATES_OF_A_MARK)
        .subquery()
    )
    return select(*newest.c)


_MARKS = tuple(f"mark_{number}" for number in range(MARKS))
# A range of the index for each: all together would be gathered and sorted first, however many a flood has.
_SHARING_A_MARK = union_all(*map(_with_mark, _MARKS))
_STANDING = select(standing_together(or_on=false()))


class PolicyFindings(NamedTuple):
    """What was asked about a comment: the bans it is under, and texts that may be nearly the same."""

    bans: tuple[Banned, ...]
    near_duplicates: Sequence[FingerprintMatch]


def standing_bans(
    session: Session, site_id: UUID, subjects: Sequence[str], at: datetime
) -> tuple[Banned, ...]:
    """Return the bans on these subjects that are not over."""
    return bans_from(session.scalar(_STANDING, {"site_id": site_id, "subjects": subjects, "at": at}))


def bans_from(together: str | None) -> tuple[Banned, ...]:
    """Return the bans that `standing_together` has found, by their kind."""
    said = (one.split(":") for one in sorted((together or "").split()))
    return tuple(Banned(kind, Outcome(outcome)) for kind, outcome in said)


def sharing_a_mark(
    session: Session, site_id: UUID, marks: Sequence[int], since: datetime
) -> Sequence[FingerprintMatch]:
    """Return texts that may be nearly the same, the newest first, once each."""
    if not marks:
        return []
    given = dict(zip(_MARKS, [*marks, *[marks[-1]] * MARKS], strict=False))
    asked = {"site_id": site_id, "since": since, **given}
    found = {FingerprintMatch(*row) for row in session.execute(_SHARING_A_MARK, asked)}
    return sorted(found, key=lambda one: one.created_at, reverse=True)


def is_spent(session: Session, challenge: bytes) -> bool:
    """Say whether a proof of work has been used."""
    return session.get(SpentProof, challenge) is not None


def bans(
    session: Session, site_id: UUID, at: datetime, *, after: tuple[datetime, UUID] | None = None, limit: int
) -> Sequence[Ban]:
    """Return a site's bans that are not over, the newest first, from after the one with that time and id."""
    query = select(Ban).where(Ban.site_id == site_id, or_(Ban.until.is_(None), Ban.until > at))
    if after is not None:
        query = query.where(tuple_(Ban.created_at, Ban.id) < after)
    return session.scalars(query.order_by(Ban.created_at.desc(), Ban.id.desc()).limit(limit)).all()
