"""What a task is to the one who does it, and what they may say of it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Task:
    """A task that was taken up; `attempts` counts this one too."""

    id: UUID
    kind: str
    site_id: UUID | None
    key: str | None
    payload: dict[str, Any]
    attempts: int
    claimed_by: UUID


@dataclass(frozen=True, slots=True)
class Handler:
    """How tasks of one kind are done: outside any transaction, and perhaps more than once.

    `do` returns when the task is done, and raises if it is not: `Later`, `Undeliverable`, or anything else,
    after which it is tried again. Kinds that share a `lane` share its places, so that what is slow holds up
    only its like.
    """

    do: Callable[[Task], Awaitable[None]]
    lane: str
    limit: timedelta = timedelta(seconds=30)


class Later(Exception):
    """Not yet: the task waits until then, and this was no attempt."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"not before {until.isoformat()}")
        self.until = until


class Undeliverable(Exception):
    """It can never be done, for the reason in words: trying again would be in vain."""
