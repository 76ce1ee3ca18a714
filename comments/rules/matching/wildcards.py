"""Finding entries with a `*` in them: one step for each character of the text, whatever the entries are."""

from collections.abc import Iterable

ANY = "*"


class Wildcards:
    """Says which of its patterns stand in a text; a `*` stands for any letters of one word, none too.

    All patterns are followed at once, each place in them being one bit of a number: no pattern is ever tried
    again from another place, so there is nothing that a pattern or a text can make slow.

    Source: Baeza-Yates and Gonnet, "A new approach to text searching", Communications of the ACM 35 (1992),
    74–82; gaps as in Navarro and Raffinot, "Flexible pattern matching in strings", 2002, chapter 4.
    """

    def __init__(self, patterns: Iterable[str]) -> None:
        self._reached_by: dict[str, int] = {}
        self._starts = self._stays = self._ends = 0
        self._pattern_at: dict[int, str] = {}
        bit = 1
        for pattern in dict.fromkeys(patterns):
            bit = self._add(pattern, bit)

    def found_in(self, text: Iterable[str]) -> set[str]:
        """Return the patterns that stand in a text, whose words have single blanks between them."""
        reached_by, starts, stays, ends = self._reached_by, self._starts, self._stays, self._ends
        active = hits = 0
        for char in text:
            kept = 0 if char in " \n" else active & stays
            active = (active << 1 | starts) & reached_by.get(char, 0) | kept
            hits |= active & ends
        return {pattern for bit, pattern in self._pattern_at.items() if hits & bit}

    def _add(self, pattern: str, bit: int) -> int:
        """Give each character of a pattern a bit, beginning with this one; return the next that is free."""
        letters = pattern.strip(ANY)
        if not letters:
            return bit
        self._starts |= bit
        for char in letters:
            if char == ANY:
                # The place before the gap stays reached as long as its word goes on.
                self._stays |= bit >> 1
            else:
                self._reached_by[char] = self._reached_by.get(char, 0) | bit
                bit <<= 1
        self._ends |= bit >> 1
        self._pattern_at[bit >> 1] = pattern
        return bit
