"""Finding many patterns in a text at once, in time that neither the text nor the patterns can stretch."""

from collections import deque
from collections.abc import Iterable


class Finder:
    """Says which of its patterns stand anywhere in a text.

    One look at each character, whatever the patterns: trying a thousand of them one after another is quick on
    ordinary texts and takes seconds on texts made to be slow.

    Source: Aho and Corasick, "Efficient string matching", Communications of the ACM 18 (1975), 333–340.
    """

    def __init__(self, patterns: Iterable[str]) -> None:
        self._steps: list[dict[str, int]] = [{}]
        self._ends: list[tuple[str, ...]] = [()]
        self._fallback = [0]
        for pattern in dict.fromkeys(patterns):
            self._add(pattern)
        self._link()

    def found_in(self, text: str) -> set[str]:
        """Return the patterns that stand in the text."""
        steps, fallback, ends = self._steps, self._fallback, self._ends
        reached = set()
        node = 0
        for char in text:
            while node and char not in steps[node]:
                node = fallback[node]
            node = steps[node].get(char, 0)
            if ends[node]:
                reached.add(node)
        return {pattern for node in reached for pattern in ends[node]}

    def _add(self, pattern: str) -> None:
        node = 0
        for char in pattern:
            following = self._steps[node].get(char)
            if following is None:
                following = len(self._steps)
                self._steps[node][char] = following
                self._steps.append({})
                self._ends.append(())
                self._fallback.append(0)
            node = following
        if node:
            self._ends[node] = (pattern,)

    def _link(self) -> None:
        """Lead each node to the longest other one that ends what it has read, the shallow ones first."""
        waiting = deque(self._steps[0].values())
        while waiting:
            node = waiting.popleft()
            for char, following in self._steps[node].items():
                back = self._fallback[node]
                while back and char not in self._steps[back]:
                    back = self._fallback[back]
                self._fallback[following] = self._steps[back].get(char, 0)
                waiting.append(following)
            self._ends[node] += self._ends[self._fallback[node]]
