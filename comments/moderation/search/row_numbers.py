"""Numbers of comments that rise with their time: SQLite's index of terms goes by numbers."""

from collections.abc import Iterable, Set
from datetime import datetime, timedelta
from uuid import UUID

from comments.storage.types import EPOCH, MICROSECOND

SAME_MOMENT = 2_048
"""So many comments of one microsecond have numbers of their own, which 63 bits leave room for until 2112."""

MOST_LATER = timedelta(milliseconds=1)
"""A number can be so much later than its comment's time: there is room for two million of one moment."""


def first_number(at: datetime) -> int:
    """Return the least number that a comment of that time can have."""
    return (at - EPOCH) // MICROSECOND * SAME_MOMENT


def moment_of(number: int) -> datetime:
    """Return the time of the comment with that number."""
    return EPOCH + number // SAME_MOMENT * MICROSECOND


def wished_number(at: datetime, comment_id: UUID) -> int:
    """Return the number that a comment has unless it is taken; then it has one that is near."""
    return first_number(at) + comment_id.int % SAME_MOMENT


def free_numbers(wished: Iterable[int], taken: Set[int]) -> list[int]:
    """Return a number for each wish, none of which is taken or given twice."""
    found: dict[int, None] = {}
    for wish in wished:
        number, step = wish, 0
        # In longer and longer steps: an import without dates gives thousands of comments one moment.
        while number in taken or number in found:
            step += 1
            number += step
        found[number] = None
    return list(found)
