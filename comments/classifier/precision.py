"""How right it is to take some comments for unwanted: precision and recall. Pure."""

from dataclasses import dataclass


@dataclass(slots=True)
class Tally:
    """How many comments were taken for unwanted, and how many were.

    `caught` and `missed` count those that were unwanted, `wronged` and `left` the others.
    """

    caught: int = 0
    missed: int = 0
    wronged: int = 0
    left: int = 0

    def add(self, *, is_unwanted: bool, is_taken: bool) -> None:
        """Count one comment."""
        if is_unwanted:
            self.caught += is_taken
            self.missed += not is_taken
        else:
            self.wronged += is_taken
            self.left += not is_taken

    @property
    def precision(self) -> float | None:
        """Which part of what was taken for unwanted was it; None where nothing was taken for it."""
        taken = self.caught + self.wronged
        return self.caught / taken if taken else None

    @property
    def recall(self) -> float | None:
        """Which part of the unwanted was taken for it; None where there was none."""
        unwanted = self.caught + self.missed
        return self.caught / unwanted if unwanted else None
