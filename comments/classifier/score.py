"""How much a text is like what was called spam, from counts of what was seen in each class. Pure.

Each sign says with which share of what had it it was spam; a few occurrences prove little and count as much.
The clearest signs are combined as if each had been drawn by chance, for and against: texts that have both,
and texts that have neither, come out in the middle. Words, and pieces of words, are each combined on their
own, for they tell the same twice.

Sources: Robinson, "A statistical approach to the spam problem", Linux Journal 107 (2003); Fisher,
"Statistical methods for research workers", 4th edition (1932), section 21.1.
"""

import math
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from comments.classifier.features import BUCKETS, FeatureSet, bucket_of, signs_of_facts
from comments.rules import Facts, Guess

FEWEST_OF_EACH = 50
"""Before so many of each class were learned nothing is said."""

CLEAREST = 40
"""So many signs are combined: long texts have hundreds that say little."""

UNKNOWN_COUNTS = 0.45
"""How many occurrences it takes to outweigh that a sign was never seen."""

SAYS_SOMETHING = 0.1
"""Signs closer than this to the middle are passed over."""

MOST_REASONS = 4


class Model:
    """How often each sign was seen in what was kept and in what was called spam, on one site.

    `version` is that of the newest count it knows.
    """

    def __init__(self) -> None:
        self.good = self.bad = self.version = 0
        self._good = array("i", bytes(array("i").itemsize * BUCKETS))
        self._bad = array("i", bytes(array("i").itemsize * BUCKETS))

    @property
    def works(self) -> bool:
        return min(self.good, self.bad) >= FEWEST_OF_EACH

    def put(self, bucket: int, good: int, bad: int) -> None:
        """Set what is counted under one hash."""
        self._good[bucket], self._bad[bucket] = good, bad

    def counts(self, bucket: int) -> tuple[int, int]:
        """Return how often what has this hash was seen in what was kept, and in spam."""
        return self._good[bucket], self._bad[bucket]

    def add(self, buckets: Iterable[int], *, is_spam: bool, times: int = 1) -> None:
        """Count one text; with `times` of -1 it is as if it had never been counted."""
        counts = self._bad if is_spam else self._good
        for bucket in buckets:
            counts[bucket] += times
        if is_spam:
            self.bad += times
        else:
            self.good += times

    def guess(self, features: FeatureSet, of_facts: Sequence[str] = ()) -> Guess | None:
        """Return how much a text is like spam here; None as long as too little was learned."""
        if not self.works:
            return None
        words = self._clearest((*features.words, *of_facts))
        pieces = self._clearest(features.pieces)
        views = [words, pieces] if pieces else [words]
        share = sum(map(_combined, views)) / len(views)
        because = [
            features.in_words(sign) for chance, sign in (*words, *pieces) if chance > 0.5 + SAYS_SOMETHING
        ]
        return Guess(share, tuple(dict.fromkeys(because))[:MOST_REASONS])

    def _clearest(self, features: Iterable[str]) -> list[tuple[float, str]]:
        chances = ((self._chance(bucket_of(sign)), sign) for sign in features)
        said = [one for one in chances if abs(one[0] - 0.5) >= SAYS_SOMETHING]
        return sorted(said, key=lambda one: -abs(one[0] - 0.5))[:CLEAREST]

    def _chance(self, bucket: int) -> float:
        good, bad = self._good[bucket], self._bad[bucket]
        if not good and not bad:
            return 0.5
        of_good, of_bad = good / self.good, bad / self.bad
        seen = good + bad
        return (UNKNOWN_COUNTS * 0.5 + seen * of_bad / (of_good + of_bad)) / (UNKNOWN_COUNTS + seen)


@dataclass(frozen=True, slots=True)
class CommentScore:
    """What a comment shows, beside what its site has learned."""

    model: Model
    features: FeatureSet

    def guess(self, facts: Facts, at: datetime) -> Guess | None:
        """Return how much it is like spam, with what is known of its author and of this moment."""
        return self.model.guess(self.features, signs_of_facts(facts, at.hour))


def _combined(chances: Sequence[tuple[float, str]]) -> float:
    against = _by_chance(-2 * sum(math.log(1 - chance) for chance, _ in chances), len(chances))
    in_favour = _by_chance(-2 * sum(math.log(chance) for chance, _ in chances), len(chances))
    return (1 + in_favour - against) / 2


def _by_chance(chi_squared: float, pairs: int) -> float:
    """Return how likely it is to get as much or more by chance, with twice `pairs` degrees of freedom."""
    half = chi_squared / 2
    if half > 700:
        return 0.0
    term = total = math.exp(-half)
    for number in range(1, pairs):
        term *= half / number
        total += term
    return min(total, 1.0)
