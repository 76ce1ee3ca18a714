"""What moderators set for one page's discussion."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, update
from sqlalchemy.orm import Session

from comments.storage import WITHOUT_SYNC
from comments.threads.counters import raise_version
from comments.threads.models import Thread

LONGEST_PAUSE_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class ThreadWish:
    """What is to be set; None stays as it is. `url` is where the page is now.

    `state` is `open`, `closed`, or `kept_open` for what its age is not to close.
    """

    state: str | None = None
    hold_all: bool | None = None
    slow_seconds: int | None = None
    url: str | None = None


def settle_thread(session: Session, thread: Row[Any], wish: ThreadWish, *, at: datetime) -> dict[str, Any]:
    """Set all but the URL for a thread whose row this write holds; return what is other than before."""
    wished = {
        "state": wish.state,
        "hold_all": wish.hold_all,
        "slow_seconds": wish.slow_seconds,
    }
    changed = {
        name: value for name, value in wished.items() if value is not None and value != getattr(thread, name)
    }
    if changed:
        write_thread(session, thread.id, changed)
    if "state" in changed:
        show_anew(session, thread.id, at)
    return changed


def show_anew(session: Session, thread_id: UUID, at: datetime, *, added: int = 0) -> int:
    """Raise the thread's version and have who has it open ask for it again; return the version.

    What changed is no comment, or too many of them, so it is not on record. Its count grows by `added`.
    """
    version = raise_version(session, thread_id, at, added=added)
    write_thread(session, thread_id, {"recorded_from": version})
    return version


def write_thread(session: Session, thread_id: UUID, values: dict[str, Any]) -> None:
    session.execute(
        update(Thread).where(Thread.id == thread_id).values(**values), execution_options=WITHOUT_SYNC
    )
