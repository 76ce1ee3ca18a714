"""Erasing a reader: asked for in one transaction, done in small ones, and it can be stopped after each."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from comments.identity.models import Author, GuestToken, Membership
from comments.ids import new_id
from comments.keys import Keyring
from comments.moderation.audit.hash_chain import NewEntry
from comments.moderation.audit.log import add_to_log, in_words
from comments.moderation.models import LogHead
from comments.outbox import enqueue
from comments.policy.models import Ban
from comments.privacy.errors import ErasureUnknown, ReaderOfTeam, ReaderUnknown
from comments.privacy.models import Erasure
from comments.privacy.reactions_actions import erase_reports, erase_votes, erase_watches
from comments.privacy.receipts import reader_mark, sealed
from comments.privacy.texts_actions import ANONYMOUS, erase_comments, some_comments
from comments.sites.models import Site
from comments.storage import WITHOUT_SYNC, changed_rows

ERASE = "erase"
"""The kind of task that goes on with an erasure until it is done. Its payload: the `erasure`."""

SCOPES = ("everything", "name")
OPERATOR = "operator"
REPLAY = "replay"


@dataclass(frozen=True, slots=True)
class ErasureWish:
    """Whom to erase from a site, and how: `everything`, or `name` and the texts stay."""

    site_id: UUID
    author_id: UUID
    scope: str
    asked_by: str


def ask_erasure(session: Session, wish: ErasureWish, keys: Keyring, *, at: datetime) -> Erasure:
    """Begin to erase a reader: their tokens end now, the rest goes in steps; asked again it is the same one.

    Raises ReaderUnknown, ReaderOfTeam.
    """
    mine = (Author.id == wish.author_id, Author.site_id == wish.site_id)
    reader = session.scalar(select(Author).where(*mine).with_for_update())
    if reader is None:
        raise ReaderUnknown("Nobody like this is known on the site; perhaps they are erased already.")
    in_team = select(Membership.account_id).where(
        Membership.account_id == reader.account_id, Membership.site_id == wish.site_id
    )
    if session.execute(in_team).first() is not None:
        raise ReaderOfTeam("This is one of the site's team. Take them out of the team first.")
    running = session.scalar(
        select(Erasure).where(Erasure.author_id == wish.author_id, Erasure.site_id == wish.site_id)
    )
    if running is not None:
        return running
    erasure = Erasure(
        id=new_id(at),
        site_id=wish.site_id,
        author_id=wish.author_id,
        reader=reader_mark(keys, wish.site_id, wish.author_id),
        scope=wish.scope,
        state="running",
        counts="{}",
        asked_by=wish.asked_by,
        asked_at=at,
    )
    session.add(erasure)
    # First of all, so that nothing new comes from them while the rest goes.
    ended = session.execute(
        delete(GuestToken).where(GuestToken.author_id == wish.author_id).returning(GuestToken.author_id),
        execution_options=WITHOUT_SYNC,
    ).all()
    erasure.counts = json.dumps({"tokens": len(ended)} if ended else {})
    enqueue(session, ERASE, wish.site_id, {"erasure": erasure.id}, due=at, key=str(erasure.id))
    return erasure


def take_step(
    session: Session, erasure_id: UUID, keys: Keyring, backups: Sequence[dict[str, Any]], *, at: datetime
) -> bool:
    """Erase some more, some hundred rows at most; return whether there is more to do.

    `backups` are the copies that the receipt names. Raises ErasureUnknown.
    """
    erasure = session.scalar(select(Erasure).where(Erasure.id == erasure_id).with_for_update())
    if erasure is None:
        raise ErasureUnknown("There is no such erasure here.")
    if erasure.author_id is None:
        return False
    site_id, author_id = erasure.site_id, erasure.author_id
    done: Counter[str] = Counter()
    found = some_comments(session, site_id, author_id)
    if found:
        erase_comments(session, keys, erasure, found, done, at)
    else:
        erase_votes(session, site_id, author_id, done, at)
        erase_reports(session, author_id, done)
        erase_watches(session, author_id, done)
        if not done.total():
            # Whoever still writes with a token from before holds the author's row until their commit.
            session.execute(select(Author.id).where(Author.id == author_id).with_for_update())
            if not some_comments(session, site_id, author_id):
                _finish(session, erasure, author_id, keys, backups, at)
                return False
    erasure.counts = json.dumps(Counter(json.loads(erasure.counts)) + done, sort_keys=True)
    return True


def _finish(
    session: Session,
    erasure: Erasure,
    author_id: UUID,
    keys: Keyring,
    backups: Sequence[dict[str, Any]],
    at: datetime,
) -> None:
    """Remove the author, log that it was done, and sign the receipt."""
    done = Counter(json.loads(erasure.counts))
    name = session.execute(select(Author.name).where(Author.id == author_id)).scalar_one_or_none()
    done["bans"] += changed_rows(session, delete(Ban).where(Ban.author_id == author_id))
    if name:
        forget_label(session, erasure.site_id, name)
    done["readers"] += changed_rows(session, delete(Author).where(Author.id == author_id))
    erasure.author_id, erasure.state, erasure.done_at = None, "done", at
    counts = {kind: number for kind, number in sorted(done.items()) if number}
    erasure.counts = json.dumps(counts)
    facts = {"erasure": str(erasure.id), "account": erasure.asked_by, "scope": erasure.scope}
    # Sets nothing but the head after it: it is the last row that a transaction holds.
    session.flush()
    add_to_log(
        session,
        keys,
        erasure.site_id,
        [NewEntry("erasure", {**facts, "erased": counts, "at": in_words(at)})],
        at=at,
    )
    head: tuple[Any, ...] = (LogHead.number, LogHead.mac, Site.name)
    end = session.execute(
        select(*head).join(Site, Site.id == LogHead.site_id).where(LogHead.site_id == erasure.site_id)
    ).one()
    receipt = {
        "erasure": str(erasure.id),
        "site": end.name,
        "reader": erasure.reader.hex(),
        "scope": erasure.scope,
        "erased": counts,
        "asked_by": erasure.asked_by,
        "asked_at": in_words(erasure.asked_at),
        "done_at": in_words(at),
        "log": {"number": end.number, "mac": end.mac.hex()},
        "backups": list(backups),
    }
    erasure.receipt = json.dumps(sealed(keys, receipt), ensure_ascii=False)


def forget_label(session: Session, site_id: UUID, name: str) -> None:
    """Let bans on addresses and networks stand without the name that moderators knew them by."""
    for kind in ("address", "network"):
        named = (Ban.site_id == site_id) & (Ban.kind == kind) & (Ban.label == f"{kind} of {name}")
        changed_rows(session, update(Ban).where(named).values(label=f"{kind} of {ANONYMOUS}", reason=""))
