"""Reading the log as it is stored: its end, its entries for export, and whether anybody has changed it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Row, Select, exists, func, select
from sqlalchemy.orm import Session

from comments.keys import Keyring
from comments.moderation.audit import hash_chain
from comments.moderation.audit.hash_chain import ChainLink
from comments.moderation.audit.log import in_words
from comments.moderation.models import Decision, LogHead, LogLink
from comments.threads.models import Comment

PAGE_ROWS = 500
MOST_FAULTS = 20


@dataclass(slots=True)
class LogCheck:
    """What checking a log found. `older` decisions were made before it began; it vouches for none of them.

    `erased` is how many names, reasons and texts are gone from it on purpose. Without `faults` nobody who
    lacks the key has changed anything.
    """

    head: ChainLink = field(default_factory=ChainLink)
    older: int = 0
    erased: int = 0
    faults: list[str] = field(default_factory=list)

    def found(self, fault: str) -> None:
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(fault)


def head(session: Session, site_id: UUID) -> ChainLink | None:
    """Return the end of a site's log, which digest mails name; None before its first entry."""
    row = session.execute(
        select(LogHead.number, LogHead.digest, LogHead.mac).where(LogHead.site_id == site_id)
    ).one_or_none()
    return ChainLink(*row) if row is not None and row.number else None


def checked(session: Session, keys: Keyring, site_id: UUID, known: tuple[int, str] | None = None) -> LogCheck:
    """Read a whole log and compare it with the decisions. `known` is a head that was seen: number and MAC.

    Takes seconds for a million entries: run it with `scan`.
    """
    return _Check(session, keys, site_id, known).run()


def log_lines(session: Session, site_id: UUID) -> Iterator[bytes]:
    """Yield the log as JSON Lines: each entry as it is, its MAC, and what is kept of its personal part."""
    for row in _rows(session, site_id):
        line = {"entry": row.entry.decode(), "mac": row.mac.hex(), "personal": _personal(row)}
        yield msgspec.json.encode(line) + b"\n"


class _Check:
    def __init__(self, session: Session, keys: Keyring, site_id: UUID, known: tuple[int, str] | None) -> None:
        self._session = session
        self._keys = keys
        self._site_id = site_id
        self._known = known
        self._done = LogCheck()
        self._unsealed: int | None = None
        """The first entry since the last one whose MAC is right: one that follows vouches for it."""

    def run(self) -> LogCheck:
        held = 0
        for row in _rows(self._session, self._site_id):
            if row.number != self._done.head.number + 1:
                self._done.found(f"Entry {self._done.head.number + 1} is missing.")
                break
            entry = self._read(row)
            if entry is None:
                break
            self._compare_values(row, entry)
            if row.decision_id is not None:
                held += 1
                self._compare_decision(row, entry)
        if self._unsealed is not None:
            self._done.found(f"Entry {self._unsealed} was changed, or its MAC was.")
        if not self._done.faults:
            self._compare_ends()
            self._count_decisions(held)
        return self._done

    def _read(self, row: Row[Any]) -> Mapping[str, Any] | None:
        """Go on to the next entry and return it; None if what is there cannot be one."""
        try:
            entry = json.loads(row.entry)
            number, site, kind = entry["number"], entry["site"], entry["kind"]
            entry["personal"].items()
        except (ValueError, KeyError, TypeError, AttributeError):
            self._done.found(f"Entry {row.number} was changed: it cannot be read.")
            return None
        if (number, site) != (row.number, str(self._site_id)):
            self._done.found(f"Entry {row.number} stands in the wrong place: it was entry {number}.")
            return None
        if kind == "opening":
            self._done.older = entry["older"]
        elif kind == "break":
            self._done.found(
                f"Nothing vouches for entries 1 to {row.number - 1}: they were changed, or their key is lost."
            )
        digest = hash_chain.next_digest(self._done.head, row.entry)
        self._done.head = ChainLink(row.number, digest, row.mac)
        if hash_chain.is_sealed(self._keys, self._done.head):
            self._unsealed = None
        elif self._unsealed is None:
            self._unsealed = row.number
        if self._known is not None and self._known[0] == row.number and self._known[1] != row.mac.hex():
            self._done.found(f"Entry {row.number} is not the one that was the log's end.")
        result: Mapping[str, Any] = entry
        return result

    def _compare_values(self, row: Row[Any], entry: Mapping[str, Any]) -> None:
        kept = _personal(row)
        for name, committed in entry["personal"].items():
            salt, value = kept.pop(name, (None, None))
            if salt is None:
                self._done.erased += 1
            elif value is not None and not hash_chain.opens(name, salt, value, committed):
                self._done.found(f"Entry {row.number}: {_WORDS.get(name, name)} was changed.")
        for name in kept:
            self._done.found(f"Entry {row.number}: {_WORDS.get(name, name)} was added.")

    def _compare_decision(self, row: Row[Any], entry: Mapping[str, Any]) -> None:
        if str(row.decision_id) != entry.get("decision") or str(row.comment_id) != entry.get("comment"):
            self._done.found(f"Entry {row.number} was hung on another decision.")
        elif row.id is None:
            if row.comment_is_here:
                self._done.found(f"The decision of entry {row.number} is missing.")
        else:
            for name in _differing(row, entry):
                self._done.found(f"The decision of entry {row.number}: {_WORDS.get(name, name)} was changed.")

    def _compare_ends(self) -> None:
        end, last = head(self._session, self._site_id) or ChainLink(), self._done.head
        if end.number != last.number:
            self._done.found(
                f"The log ends with entry {last.number}, and should end with entry {end.number}."
            )
        elif end != last:
            self._done.found("The end of the log was changed.")
        if self._known is not None and self._known[0] > last.number:
            self._done.found(
                f"The log was cut: it ends with entry {last.number}, and entry {self._known[0]} was there."
            )

    def _count_decisions(self, held: int) -> None:
        in_log = exists().where(LogLink.decision_id == Decision.id, LogLink.site_id == Decision.site_id)
        loose = self._session.execute(
            select(func.count()).where(Decision.site_id == self._site_id, ~in_log)
        ).scalar_one()
        if self._done.head.number == 0:
            self._done.older = loose
        elif loose > self._done.older:
            self._done.found(
                f"{loose} decisions are not in the log, and {self._done.older} are older than it."
            )


_WORDS = {
    "by": "the moderator's name",
    "author": "the author's name",
    "reason": "the reason",
    "replaced": "what it replaced",
    "choice": "what was decided",
    "before": "the state before",
    "after": "the state after",
    "at": "the time",
    "account": "the moderator",
}


def _differing(row: Row[Any], entry: Mapping[str, Any]) -> Sequence[str]:
    """Name what a decision says otherwise than its entry. An account that is gone cannot be compared."""
    plain = {"choice": row.decision, "before": row.before, "after": row.after, "at": in_words(row.at)}
    if row.account_id is not None:
        plain["account"] = str(row.account_id)
    found = [name for name, value in plain.items() if entry.get(name) != value]
    kept = _personal(row)
    for name, shown in (("by", row.moderator_name), ("reason", row.reason)):
        # A value that is erased from the log is erased from the decision too.
        known = kept[name][1] if name in kept else ""
        if shown != known:
            found.append(name)
    if row.replaced is not None:
        salt, committed = kept.get("replaced", ("", ""))[0], entry["personal"].get("replaced", "")
        if not hash_chain.opens("replaced", salt or "", row.replaced, committed):
            found.append("replaced")
    return found


def _personal(row: Row[Any]) -> dict[str, list[str | None]]:
    """Return what is kept beside an entry; nothing where it cannot be read."""
    try:
        return msgspec.json.decode(row.personal or "{}", type=hash_chain.Personal)
    except msgspec.MsgspecError:
        return {}


def _rows(session: Session, site_id: UUID) -> Iterator[Row[Any]]:
    """Yield a site's entries by number, each with its decision, some at a time."""
    is_here = exists().where(Comment.id == LogLink.comment_id).label("comment_is_here")
    some: Select[*tuple[Any, ...]] = (
        select(
            LogLink.number,
            LogLink.entry,
            LogLink.mac,
            LogLink.personal,
            LogLink.decision_id,
            LogLink.comment_id,
            is_here,
            Decision.id,
            Decision.account_id,
            Decision.moderator_name,
            Decision.decision,
            Decision.before,
            Decision.after,
            Decision.reason,
            Decision.replaced,
            Decision.at,
        )
        .outerjoin(
            Decision, (Decision.id == LogLink.decision_id) & (Decision.comment_id == LogLink.comment_id)
        )
        .where(LogLink.site_id == site_id)
        .order_by(LogLink.number)
        .limit(PAGE_ROWS)
    )
    # Numbers below one are nobody's, and would else never be met.
    after = -(2**31)
    while rows := session.execute(some.where(LogLink.number > after)).all():
        yield from rows
        after = rows[-1].number
