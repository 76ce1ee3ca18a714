"""Banning as moderators do it: the author of a comment, and what they wrote with them if that is wanted.

Each ban, and each that is lifted, is an entry of the log.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.orm import Session

from comments.identity.accounts.queries import Moderator
from comments.keys import Keyring
from comments.moderation.audit.hash_chain import NewEntry
from comments.moderation.audit.history import removals_between
from comments.moderation.audit.log import add_to_log, in_words
from comments.moderation.audit.thread_entries import ban_decision
from comments.moderation.bans.queries import a_comment_of, author_of_comment, some_written_by
from comments.moderation.decisions.decide import decide
from comments.moderation.decisions.requests import (
    MOST_AT_ONCE,
    CommentChoice,
    DecidedComment,
    DecisionConflict,
    DecisionOrder,
)
from comments.moderation.errors import AllHandled, DecisionUnknown
from comments.moderation.queue.index_ranges import Position
from comments.policy.actions import BanOrder, ban, held_ban, lift
from comments.policy.errors import BanOutside, BanRefused, BanUnknown
from comments.policy.models import Ban
from comments.policy.queries import standing_bans
from comments.policy.subjects import address_subject, domain_subject, network_subject
from comments.threads.errors import CommentUnknown


@dataclass(frozen=True, slots=True)
class BanWish:
    """Whom a moderator wants to ban: the author of a comment, or a `value` of that kind as one writes it.

    `outcome` is `refuse` or `silent`; `until` None is for good; `removes` takes down what they wrote.
    """

    moderator: Moderator
    kind: str
    comment_id: UUID | None = None
    value: str = ""
    outcome: str = "refuse"
    until: datetime | None = None
    reason: str = ""
    removes: bool = False


@dataclass(frozen=True, slots=True)
class BanMade:
    """The ban, and how many comments were removed with it, by orders from `removed_at` to `removed_until`.

    `is_new` says that whom it means was not banned already, on whatever terms.
    """

    ban: Ban
    removed: int
    removed_at: datetime | None
    removed_until: datetime | None
    is_new: bool


@dataclass(frozen=True, slots=True)
class LiftedBan:
    """A ban that is over, and the number of the log's entry that says so."""

    ban: Ban
    number: int


@dataclass(frozen=True, slots=True)
class BanToUndo:
    """A ban that a moderator wants to take back: which, made when, with what removed from when to when."""

    ban_id: UUID
    made_at: datetime
    removed_at: datetime | None = None
    removed_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class BanUndone:
    """What became of the ban, and the comments that were brought back.

    `fate` is `lifted`, `gone` where it was lifted or over already, `changed` where somebody has banned them
    anew since: that one stands. `at` names the first order that brought back; None if nothing was.
    """

    fate: Literal["lifted", "gone", "changed"]
    decided: Sequence[DecidedComment]
    conflicts: Sequence[DecisionConflict]
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Bannable:
    """Of whom a comment is, and what of them can be banned: each kind with its subject."""

    name: str
    domain: str
    subjects: Mapping[str, str]


def ban_somebody(session: Session, wish: BanWish, keys: Keyring, *, at: datetime) -> BanMade:
    """Ban somebody and, if wanted, remove all of theirs that is public or waits, in one transaction.

    Raises BanOutside, BanRefused, CommentUnknown.
    """
    moderator = wish.moderator
    check_whole_site(moderator)
    subject, label = (
        _of_comment(session, wish, wish.comment_id) if wish.comment_id else _as_written(wish, keys)
    )
    order = BanOrder(
        moderator.site_id,
        wish.kind,
        subject,
        label,
        moderator.name,
        moderator.account_id,
        wish.outcome,
        wish.until,
        wish.reason,
    )
    before = standing_bans(session, moderator.site_id, [subject], at)
    is_new = all(one.kind != wish.kind for one in before)
    made = ban(session, order, at=at)
    removed, first, last = _remove_all(session, wish, subject, keys, at) if wish.removes else (0, None, None)
    facts = {"until": in_words(wish.until) if wish.until else None, "after": wish.outcome}
    _log(session, keys, made, moderator, {"choice": "ban", **facts}, at, about=wish.comment_id)
    return BanMade(made, removed, first, last, is_new)


def lift_ban(
    session: Session, keys: Keyring, site_id: UUID, ban_id: UUID, *, by: Moderator | None, at: datetime
) -> LiftedBan:
    """End a ban; what was removed with it stays removed. `by` None is the command line.

    Raises BanOutside, BanUnknown.
    """
    if by is not None:
        check_whole_site(by)
    standing = held_ban(session, site_id, ban_id)
    until = standing.until if standing is not None else None
    lifted = lift(session, site_id, ban_id, at=at)
    facts = {"choice": "lift", "until": in_words(until) if until else None, "before": lifted.outcome}
    number = _log(session, keys, lifted, by, {**facts, "after": None}, at, about=_comment_of(session, lifted))
    return LiftedBan(lifted, number)


def undo_lift(
    session: Session, keys: Keyring, site_id: UUID, number: int, *, by: Moderator | None, at: datetime
) -> Ban:
    """Let a ban stand again, on its old terms, by the number of the log's entry that lifted it.

    Where they are banned again already, by a second press or by somebody else, that ban stands. Raises
    BanOutside, DecisionUnknown, BanUnknown once the ban is forgotten, or would be over by now.
    """
    if by is not None:
        check_whole_site(by)
    facts = ban_decision(session, site_id, number)
    if facts is None or facts["choice"] != "lift":
        raise DecisionUnknown("There is no such decision to take back.")
    found = held_ban(session, site_id, UUID(facts["ban"]))
    if found is not None and not found.is_over(at):
        return found
    until = datetime.fromisoformat(facts["until"]) if facts.get("until") else None
    if found is None or (until is not None and until <= at):
        raise BanUnknown("This ban is over, or was lifted more than an hour ago.")
    found.until = until
    facts_logged = {"choice": "ban", "until": facts.get("until"), "after": found.outcome, "undoes": number}
    _log(session, keys, found, by, facts_logged, at, about=_comment_of(session, found))
    return found


def _comment_of(session: Session, made: Ban) -> UUID | None:
    return a_comment_of(session, made.site_id, made.author_id) if made.author_id else None


def undo_ban(
    session: Session, keys: Keyring, moderator: Moderator, made: BanToUndo, *, at: datetime
) -> BanUndone:
    """Take back a ban of this moderator with what was removed by it, in one transaction.

    Comments about which somebody has decided since are conflicts, and stay. Raises BanOutside.
    """
    check_whole_site(moderator)
    site_id = moderator.site_id
    # Held first, as `ban_somebody` does; lifted last, as the log's head is held from then on.
    standing = held_ban(session, site_id, made.ban_id)
    decided, conflicts, first = _bring_back(session, keys, moderator, made, at)
    if standing is None or standing.is_over(at):
        return BanUndone("gone", decided, conflicts, first)
    if standing.created_at != made.made_at:
        return BanUndone("changed", decided, conflicts, first)
    lift_ban(session, keys, site_id, made.ban_id, by=moderator, at=at)
    return BanUndone("lifted", decided, conflicts, first)


def bannable(session: Session, moderator: Moderator, comment_id: UUID) -> Bannable:
    """Return what can be banned of a comment's author. Raises BanOutside, BanRefused, CommentUnknown."""
    check_whole_site(moderator)
    return _bannable(_author(session, moderator.site_id, comment_id))


def check_whole_site(moderator: Moderator) -> None:
    """Raise BanOutside for somebody who moderates a section alone."""
    if moderator.sections is not None:
        raise BanOutside("A ban is for the whole site, and you moderate a part of it.")


def _remove_all(
    session: Session, wish: BanWish, subject: str, keys: Keyring, at: datetime
) -> tuple[int, datetime | None, datetime | None]:
    """Return how many comments were removed, and the times of the first and the last order that did it."""
    removed, first, last, site_id = 0, None, None, wish.moderator.site_id
    after: Position | None = None
    while found := some_written_by(session, site_id, wish.kind, subject, MOST_AT_ONCE, after):
        wanted, after = [CommentChoice(row.id) for row in found], (found[-1].created_at, found[-1].id)
        outcome = decide(session, DecisionOrder(wish.moderator, "remove", wanted, wish.reason), keys, at=at)
        # Orders of their own: each can be taken back, which one of more than 500 comments could not be.
        removed, first, last = removed + len(outcome.decided), first or outcome.at, outcome.at
    return removed, first, last


def _bring_back(
    session: Session, keys: Keyring, moderator: Moderator, made: BanToUndo, at: datetime
) -> tuple[list[DecidedComment], list[DecisionConflict], datetime | None]:
    """Return what is as it was, what somebody has decided since, and the time of the first order."""
    decided: list[DecidedComment] = []
    conflicts: list[DecisionConflict] = []
    first: datetime | None = None
    if made.removed_at is None or made.removed_until is None:
        return decided, conflicts, first
    removals = removals_between(
        session, moderator.site_id, moderator.account_id, made.removed_at, made.removed_until
    )
    for begin in range(0, len(removals), MOST_AT_ONCE):
        some = removals[begin : begin + MOST_AT_ONCE]
        wanted = [CommentChoice(comment_id, undoes=decision_id) for decision_id, comment_id in some]
        try:
            outcome = decide(session, DecisionOrder(moderator, "restore", wanted), keys, at=at)
        except AllHandled as handled:
            conflicts.extend(handled.conflicts)
            continue
        decided.extend(outcome.decided)
        conflicts.extend(outcome.conflicts)
        first = first or outcome.at
    return decided, conflicts, first


def _log(
    session: Session,
    keys: Keyring,
    made: Ban,
    by: Moderator | None,
    facts: Mapping[str, Any],
    at: datetime,
    *,
    about: UUID | None,
) -> int:
    """Add to the log what became of a ban, and return the entry's number.

    Who is meant, and why, is told only with a comment of theirs.

    Erasing an author goes by their comments, and would miss a name that hangs on none.
    """
    facts_logged = {
        "account": str(by.account_id) if by else None,
        "at": in_words(at),
        "ban": str(made.id),
        "banned": made.kind,
        **facts,
    }
    why = {"reason": made.reason} if facts["choice"] == "ban" else {}
    personal = {"author": made.label, **why} if about else {}
    new = NewEntry("ban", facts_logged, personal=personal, comment_id=about)
    return add_to_log(session, keys, made.site_id, [new], at=at)


def _author(session: Session, site_id: UUID, comment_id: UUID) -> Row[Any]:
    found = author_of_comment(session, site_id, comment_id)
    if found is None:
        raise CommentUnknown("There is no such comment.")
    if found.account_id is not None:
        raise _refused("comment_id", "is of the site's own team")
    return found


def _bannable(found: Row[Any]) -> Bannable:
    domain = (found.email or "").rpartition("@")[2]
    subjects = {
        "author": str(found.author_id),
        "address": found.address_key.hex() if found.address_key else "",
        "network": found.network_key.hex() if found.network_key else "",
        "domain": domain,
    }
    return Bannable(found.author_name, domain, {kind: one for kind, one in subjects.items() if one})


def _of_comment(session: Session, wish: BanWish, comment_id: UUID) -> tuple[str, str]:
    """Return the subject of a ban on a comment's author, and what moderators know it by."""
    found = _bannable(_author(session, wish.moderator.site_id, comment_id))
    subject = found.subjects.get(wish.kind, "")
    if not subject:
        raise _refused("kind", f"{wish.kind}: nothing of it is known of this comment any more")
    labels = {"author": found.name, "domain": found.domain}
    return subject, labels.get(wish.kind, f"{wish.kind} of {found.name}")


def _as_written(wish: BanWish, keys: Keyring) -> tuple[str, str]:
    """Return the subject that a moderator has written themselves; addresses are nowhere kept as written."""
    if wish.kind == "domain":
        domain = domain_subject(wish.value)
        return domain, domain
    if wish.kind == "address":
        return address_subject(keys, wish.value), "an address"
    if wish.kind == "network":
        return network_subject(keys, wish.value), "a network"
    raise _refused("comment_id", "names a comment of the author to ban")


def _refused(field: str, problem: str) -> BanRefused:
    return BanRefused(f"This cannot be banned: {field} {problem}.", errors={field: problem})
