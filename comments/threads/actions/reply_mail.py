"""Mail about replies: asked for with a comment, confirmed by who reads the address, and left again."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import ColumnElement, Table, bindparam, delete, exists, insert, select, update
from sqlalchemy.orm import Session

from comments.identity.actors import KnownAuthor
from comments.identity.models import Author
from comments.keys import Keyring
from comments.storage import WITHOUT_SYNC, insert_ignoring
from comments.threads.models import Comment, Watch

MOST_UNANSWERED = 3
"""How many questions an address is sent on a site before one of them is answered, or a week old."""

_MOST_LOOKED_AT = 100

_WATCHES = cast(Table, Watch.__table__)
_ADD_WATCH = insert(_WATCHES)
_KNOWN = (
    select(_WATCHES.c.state, _WATCHES.c.author_id)
    .where(_WATCHES.c.site_id == bindparam("site_id"), _WATCHES.c.email_key == bindparam("email_key"))
    .order_by(_WATCHES.c.asked_at.desc())
    .limit(_MOST_LOOKED_AT)
)

KeyOfAddress = Callable[[str], bytes]
"""Returns the keyed hash by which an address is found again."""


@dataclass(frozen=True, slots=True)
class WatchWish:
    """Mail about replies to a comment: whether its address is `confirmed`, or is to be `asked`."""

    email: str
    email_key: bytes
    state: str


def key_of_address(keys: Keyring, email: str) -> bytes:
    """Return the keyed hash by which an e-mail address is found again, in whatever case it is written."""
    return keys.mac("watch", email.casefold().encode())


def watch_wish(
    session: Session,
    site_id: UUID,
    key_of: KeyOfAddress | None,
    email: str | None,
    author: KnownAuthor,
) -> WatchWish | None:
    """Return what an author's wish for mail comes to; None where it is not asked for, or there is to be none.

    It is `confirmed` if the same author has confirmed this address here before, else `asked`. Nothing is
    stored for an address that wants no such question, or has too many unanswered.
    """
    if key_of is None or email is None or author.account_id is not None:
        return None
    key = key_of(email)
    known = session.execute(_KNOWN, {"site_id": site_id, "email_key": key}).all()
    states = [row.state for row in known]
    if "refused" in states:
        return None
    is_confirmed = any(row.state == "confirmed" and row.author_id == author.id for row in known)
    if not is_confirmed and states.count("asked") >= MOST_UNANSWERED:
        return None
    return WatchWish(email, key, "confirmed" if is_confirmed else "asked")


def store_watch(
    session: Session, site_id: UUID, comment_id: UUID, author: KnownAuthor, wish: WatchWish, at: datetime
) -> None:
    """Note that an author waits for replies to this comment."""
    row = {"comment_id": comment_id, "site_id": site_id, "author_id": author.id, "asked_at": at}
    session.execute(
        _ADD_WATCH, {**row, "email": wish.email, "email_key": wish.email_key, "state": wish.state}
    )


def confirm_watch(session: Session, comment_id: UUID) -> None:
    """Begin with the mails: whoever reads the address has said so."""
    mine = (Watch.comment_id == comment_id) & (Watch.state == "asked")
    session.execute(update(Watch).where(mine).values(state="confirmed"), execution_options=WITHOUT_SYNC)


def leave_thread(session: Session, comment_id: UUID) -> None:
    """Erase an address from all its watches in the discussion of this comment."""
    found = session.get(Watch, comment_id)
    if found is not None:
        thread_id = session.scalar(select(Comment.thread_id).where(Comment.id == comment_id))
        here = exists().where(Comment.id == Watch.comment_id, Comment.thread_id == thread_id)
        session.execute(delete(Watch).where(_same_address(found), here), execution_options=WITHOUT_SYNC)


def leave_site(session: Session, comment_id: UUID) -> None:
    """Erase an address from all its watches on the site of this comment."""
    found = session.get(Watch, comment_id)
    if found is not None:
        session.execute(delete(Watch).where(_same_address(found)), execution_options=WITHOUT_SYNC)


def refuse_watch(session: Session, comment_id: UUID) -> None:
    """Erase an address, and keep its keyed hash alone, so that it is never asked again on this site."""
    found = session.get(Watch, comment_id)
    if found is not None:
        others = _same_address(found) & (Watch.comment_id != comment_id)
        session.execute(delete(Watch).where(others), execution_options=WITHOUT_SYNC)
        found.state, found.email = "refused", None


def refuse_mail(session: Session, comment_id: UUID, key: bytes, *, is_current: bool, at: datetime) -> None:
    """Erase an address from all its watches on a site, and keep its keyed hash: nothing more is mailed there.

    The comment is one that a moderator wrote there about. Its author loses the address if that `is_current`.
    """
    comment = session.get(Comment, comment_id)
    if comment is None:
        return
    same = (Watch.site_id == comment.site_id) & (Watch.email_key == key)
    # One row a comment: another address that its author had before hears of no replies to it any more.
    session.execute(
        delete(Watch).where(same | (Watch.comment_id == comment_id)), execution_options=WITHOUT_SYNC
    )
    whose = {"comment_id": comment_id, "site_id": comment.site_id, "author_id": comment.author_id}
    refused = {"email": None, "email_key": key, "state": "refused", "asked_at": at}
    # Pressed twice at once, the other press may have been quicker.
    insert_ignoring(session, Watch, [{**whose, **refused}])
    if is_current:
        session.execute(
            update(Author).where(Author.id == comment.author_id).values(email=None),
            execution_options=WITHOUT_SYNC,
        )


def _same_address(found: Watch) -> ColumnElement[bool]:
    return (Watch.site_id == found.site_id) & (Watch.email_key == found.email_key)
