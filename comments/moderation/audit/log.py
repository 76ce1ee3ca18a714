"""Adding to the log, and erasing from it what is personal."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, insert, or_, select, update
from sqlalchemy.orm import Session

from comments import __version__
from comments.identity.models import Membership
from comments.keys import Keyring
from comments.moderation.audit import hash_chain
from comments.moderation.audit.hash_chain import ChainLink, NewEntry
from comments.moderation.models import Decision, LogHead, LogLink
from comments.policy.models import Ban
from comments.sites.models import Site
from comments.storage import WITHOUT_SYNC, changed_rows, insert_ignoring

OF_THE_AUTHOR = ("author", "reason", "replaced")
OF_THE_MODERATOR = ("by",)


def decision_entry(decision: Mapping[str, Any], author_name: str, *, kind: str = "decision") -> NewEntry:
    """Return the entry of a stored decision; `kind` is `imported` for one that was made elsewhere."""
    account_id = decision["account_id"]
    return NewEntry(
        kind=kind,
        facts={
            "account": str(account_id) if account_id else None,
            "choice": decision["decision"],
            "before": decision["before"],
            "after": decision["after"],
            "at": in_words(decision["at"]),
        },
        personal={"by": decision["moderator_name"], "author": author_name, "reason": decision["reason"]},
        elsewhere={"replaced": decision["replaced"]} if decision["replaced"] is not None else {},
        decision_id=decision["id"],
        comment_id=decision["comment_id"],
    )


def add_to_log(
    session: Session, keys: Keyring, site_id: UUID, entries: Sequence[NewEntry], *, at: datetime
) -> int:
    """Add entries to a site's log, as the last thing that a transaction does; return the last one's number.

    It holds the site's head from then on: whoever would hold another row afterwards could meet crosswise with
    somebody who waits for the head.
    """
    if not entries:
        return 0
    last, rules = _held_head(session, site_id)
    if last.number == 0:
        entries = [_opening(session, site_id, entries, at), *entries]
    elif not hash_chain.is_sealed(keys, last):
        # Else the new MAC would vouch for what somebody has put there, digests and all.
        entries = [NewEntry("break", {"at": in_words(at)}), *entries]
    rows = []
    for new in entries:
        marked = replace(new, facts={**new.facts, "rules": rules})
        entry, personal = hash_chain.encoded(site_id, last.number + 1, marked)
        last = hash_chain.joined(keys, last, entry)
        rows.append(
            {
                "site_id": site_id,
                "number": last.number,
                "entry": entry,
                "mac": last.mac,
                "personal": json.dumps(personal, ensure_ascii=False) if personal else None,
                "decision_id": new.decision_id,
                "comment_id": new.comment_id,
            }
        )
    session.execute(insert(LogLink), rows)
    session.execute(
        update(LogHead)
        .where(LogHead.site_id == site_id)
        .values(number=last.number, digest=last.digest, mac=last.mac),
        execution_options=WITHOUT_SYNC,
    )
    return last.number


def seal_log(session: Session, keys: Keyring, site_id: UUID, *, at: datetime) -> bool:
    """Let the present key vouch for a log whose end was made with the old one; return whether it had to."""
    row = session.execute(
        select(LogHead.number, LogHead.digest, LogHead.mac).where(LogHead.site_id == site_id)
    ).one_or_none()
    if (
        row is None
        or hash_chain.is_sealed_now(keys, ChainLink(*row))
        or not hash_chain.is_sealed(keys, ChainLink(*row))
    ):
        return False
    add_to_log(session, keys, site_id, [NewEntry("seal", {"at": in_words(at)})], at=at)
    return True


def erase_author_from_log(session: Session, comment_ids: Collection[UUID]) -> None:
    """Erase the authors' names, reasons and replaced texts of all that was decided about these comments."""
    _erase(session, LogLink.comment_id.in_(comment_ids), OF_THE_AUTHOR)
    session.execute(
        update(Decision).where(Decision.comment_id.in_(comment_ids)).values(reason="", replaced=None),
        execution_options=WITHOUT_SYNC,
    )


def erase_moderator_from_log(session: Session, site_id: UUID, who: UUID | str) -> int:
    """Erase a moderator's name from all that they decided on a site, and return how much that was.

    `who` is an account, whatever it was called, or a name of nobody who is in the team now. Which account it
    was stays.
    """
    theirs = of_moderator(Decision, site_id, who)
    _erase(session, LogLink.decision_id.in_(select(Decision.id).where(*theirs)), OF_THE_MODERATOR)
    return changed_rows(session, update(Decision).where(*theirs).values(moderator_name=""))


def of_moderator(
    table: type[Decision | Ban], site_id: UUID, who: UUID | str
) -> tuple[ColumnElement[bool], ...]:
    """Return what is true of rows that a moderator has made; `who` as above."""
    if isinstance(who, UUID):
        return (table.site_id == site_id, table.account_id == who)
    name = table.moderator_name if issubclass(table, Decision) else table.made_by
    team = select(Membership.account_id).where(Membership.site_id == site_id)
    has_left = or_(table.account_id.is_(None), table.account_id.not_in(team))
    return (table.site_id == site_id, name == who, has_left)


def in_words(at: datetime) -> str:
    """Return a time as entries have it: UTC with six digits, the same from both databases."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _held_head(session: Session, site_id: UUID) -> tuple[ChainLink, str]:
    """Return the end of the log once nobody else can add to it, and by which rules the site is judged now."""
    head = (
        select(LogHead.number, LogHead.digest, LogHead.mac, Site.version)
        .join(Site, Site.id == LogHead.site_id)
        .where(LogHead.site_id == site_id)
        .with_for_update(of=LogHead)
    )
    row = session.execute(head).one_or_none()
    if row is None:
        insert_ignoring(session, LogHead, [{"site_id": site_id, "number": 0, "digest": b"", "mac": b""}])
        row = session.execute(head).one()
    return ChainLink(row.number, row.digest, row.mac), f"{__version__}/{row.version}"


def _opening(session: Session, site_id: UUID, entries: Sequence[NewEntry], at: datetime) -> NewEntry:
    """Return the first entry: it says how many decisions are older than the log, which vouches for none."""
    now = [new.decision_id for new in entries if new.decision_id is not None]
    older = select(func.count()).where(Decision.site_id == site_id, Decision.id.not_in(now))
    return NewEntry("opening", {"older": session.execute(older).scalar_one(), "at": in_words(at)})


def _erase(session: Session, these: Any, fields: Collection[str]) -> None:
    rows = session.execute(
        select(LogLink.site_id, LogLink.number, LogLink.personal).where(these, LogLink.personal.is_not(None))
    ).all()
    for site_id, number, personal in rows:
        left = {name: kept for name, kept in json.loads(personal or "{}").items() if name not in fields}
        session.execute(
            update(LogLink)
            .where(LogLink.site_id == site_id, LogLink.number == number)
            .values(personal=json.dumps(left, ensure_ascii=False) if left else None),
            execution_options=WITHOUT_SYNC,
        )
