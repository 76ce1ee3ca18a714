"""Which writes may share a transaction."""

from collections.abc import Collection, Hashable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shared:
    """Writes of one `group` may share a transaction if no two of them have one of `marks` in common."""

    group: Hashable
    marks: Collection[Hashable]


class Apart(Exception):
    """Raised by an action that was given several items: those at `places` are to be run by themselves."""

    def __init__(self, places: Collection[int]) -> None:
        super().__init__(places)
        self.places = places
