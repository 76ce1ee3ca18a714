"""What a write announces to the rest of this process, once it is stored."""

import logging
from collections.abc import Callable, Sequence

from sqlalchemy.orm import Session

logger = logging.getLogger(__name__)

Subscriber = Callable[[Sequence[object]], None]

_KEY = "comments.announced"


def announce(session: Session, change: object) -> None:
    """Remember `change` with the session; subscribers hear of it if, and only if, it is committed."""
    session.info.setdefault(_KEY, []).append(change)


def announced(session: Session) -> list[object]:
    """Return what was announced in the session, oldest first."""
    changes: list[object] = session.info.get(_KEY, [])
    return changes


class Subscribers:
    """Who wants to hear of commits; a subscriber that fails is logged and takes nobody along."""

    def __init__(self) -> None:
        self._heard: list[Subscriber] = []

    def add(self, heard: Subscriber) -> None:
        self._heard.append(heard)

    def tell(self, changes: Sequence[object]) -> None:
        if not changes:
            return
        for heard in self._heard:
            try:
                heard(changes)
            except Exception:
                logger.exception("a subscriber failed; the write it heard of is stored")
