"""What a write announces to the rest of this process, once it is stored."""

import logging
from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy.orm import Session

logger = logging.getLogger(__name__)

T = TypeVar("T")

Subscriber = Callable[[Sequence[object]], None]

BROADCAST_KINDS: dict[str, type] = {}
"""The kinds of changes that other processes are told of, by their names; see `broadcast`."""

LONGEST_MESSAGE = 7_900
"""Bytes that other processes can be told at once: PostgreSQL takes less than 8,000."""

_KEY = "comments.announced"


def broadcast(kind: type[T]) -> type[T]:
    """Have other processes hear of changes of this kind: frozen dataclasses, small and without secrets."""
    BROADCAST_KINDS[kind.__name__] = kind
    return kind


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
        self._subscribers: list[Subscriber] = []

    def add(self, subscriber: Subscriber) -> None:
        self._subscribers.append(subscriber)

    def tell(self, changes: Sequence[object]) -> None:
        if not changes:
            return
        for subscriber in self._subscribers:
            try:
                subscriber(changes)
            except Exception:
                logger.exception("a subscriber failed; the write it heard of is stored")
