"""What changes what a site has laid down, and what is known for some time: bans, texts, spent proofs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from sqlalchemy import Table, delete, insert, select
from sqlalchemy.orm import Session

from comments.ids import new_id
from comments.policy.errors import BanRefused, BanUnknown
from comments.policy.fingerprints import Fingerprint
from comments.policy.models import Ban, SpentProof, TextFingerprint
from comments.storage import WITHOUT_SYNC

KINDS = ("author", "address", "network", "domain")
OUTCOMES = ("refuse", "silent")
LONGEST_REASON = 500
"""In code points."""

LIFTING_STANDS_AFTER = timedelta(hours=1)
"""How long a lifted ban is kept, so that the lifting can be taken back."""

_ADD_PRINTS = insert(cast(Table, TextFingerprint.__table__))


@dataclass(frozen=True, slots=True)
class BanOrder:
    """Whom to ban, as `policy.subjects` has it, and what becomes of their comments: `refuse` or `silent`.

    `until` None is for good. `account_id` and `made_by` say which moderator it was; `label` is what
    moderators know it by.
    """

    site_id: UUID
    kind: str
    subject: str
    label: str
    made_by: str
    account_id: UUID | None = None
    outcome: str = "refuse"
    until: datetime | None = None
    reason: str = ""


def ban(session: Session, order: BanOrder, *, at: datetime) -> Ban:
    """Ban somebody from a site; who is banned already is banned as the new order says. Raises BanRefused."""
    _check(order, at)
    found = session.scalar(
        select(Ban).where(Ban.site_id == order.site_id, Ban.subject == order.subject, Ban.kind == order.kind)
    )
    made = found or Ban(id=new_id(at), site_id=order.site_id, kind=order.kind, subject=order.subject)
    made.author_id = UUID(order.subject) if order.kind == "author" else None
    made.outcome, made.label, made.reason, made.until = order.outcome, order.label, order.reason, order.until
    made.account_id, made.made_by, made.created_at = order.account_id, order.made_by, at
    session.add(made)
    return made


def lift(session: Session, site_id: UUID, ban_id: UUID, *, at: datetime) -> Ban:
    """End a ban: it is over from now on, and upkeep removes it. Raises BanUnknown."""
    found = held_ban(session, site_id, ban_id)
    if found is None or found.is_over(at):
        raise BanUnknown("There is no such ban here, or it is lifted already.")
    found.until = at
    return found


def held_ban(session: Session, site_id: UUID, ban_id: UUID) -> Ban | None:
    """Return a ban, also one that is over and not removed yet, once nobody else can change it any more."""
    mine = (Ban.id == ban_id) & (Ban.site_id == site_id)
    return session.scalar(select(Ban).where(mine).with_for_update())


def remember_text(
    session: Session, site_id: UUID, comment_id: UUID, seen: Fingerprint, group: int, at: datetime
) -> None:
    """Note by what a comment's text is known again; `group` is that of the texts it is nearly the same as."""
    rows = [
        {
            "comment_id": comment_id,
            "mark": mark,
            "site_id": site_id,
            "sketch": seen.sketch,
            "similar_group": group,
            "created_at": at,
        }
        for mark in seen.marks
    ]
    session.execute(_ADD_PRINTS, rows)


def forget_texts(session: Session, comment_ids: Sequence[UUID]) -> None:
    """Forget by what these comments' texts were known: they have others now, or none."""
    session.execute(
        delete(TextFingerprint).where(TextFingerprint.comment_id.in_(comment_ids)),
        execution_options=WITHOUT_SYNC,
    )


def spend(session: Session, site_id: UUID, challenge: bytes, good_until: datetime) -> None:
    """Use up a proof of work that is not spent.

    Where somebody else does so at the same moment, the write that comes second fails at the key, and is run
    again: it finds it spent.
    """
    row = {"challenge": challenge, "site_id": site_id, "good_until": good_until}
    session.execute(insert(SpentProof), [row])


def _check(order: BanOrder, at: datetime) -> None:
    errors = {}
    if order.kind not in KINDS:
        errors["kind"] = f"is one of {', '.join(KINDS)}"
    if order.outcome not in OUTCOMES:
        errors["outcome"] = f"is one of {', '.join(OUTCOMES)}"
    if order.until is not None and order.until <= at:
        errors["until"] = "is over already"
    if len(order.reason) > LONGEST_REASON:
        errors["reason"] = f"has at most {LONGEST_REASON} characters"
    if errors:
        problem = "; ".join(f"{name} {fault}" for name, fault in errors.items())
        raise BanRefused(f"This cannot be banned: {problem}.", errors=errors)
