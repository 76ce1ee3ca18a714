"""A site's lists of words, phrases and hosts: what has one of them waits, is spam, or is refused."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from urllib.parse import unquote

from comments.rules.draft import Draft, Facts, Outcome, Policy, Verdict
from comments.rules.finding import Finder
from comments.rules.reading import host_names, hosts_in, is_unspaced, readable, words_in

MOST_REASONS = 3
"""So many entries of one list are named; a comment that has more needs no longer explanation."""


def words(draft: Draft, facts: Facts, policy: Policy) -> Iterator[Verdict]:
    """Look for the lists' entries in the text, the name, the website, and where links lead.

    A word is found as a whole word, a phrase wherever its words follow each other, a host in every address at
    or below it. There are no patterns to write: nobody's mistake in one can let everything through.
    """
    lists = {
        Outcome.HOLD: policy.hold_words,
        Outcome.SPAM: policy.spam_words,
        Outcome.REFUSE: policy.refuse_words,
    }
    if not any(lists.values()):
        return
    shown = _Shown(draft)
    for outcome, entries in lists.items():
        for entry in _word_list(entries).found_in(shown)[:MOST_REASONS]:
            yield Verdict(outcome, "words", f"Word: {entry}")


class _Shown:
    """All that a comment shows or leads to, read in the ways that entries are looked for."""

    def __init__(self, draft: Draft) -> None:
        addresses = [unquote(link) for link in (*draft.links, draft.website or "")]
        fields = [readable(field) for field in (draft.text, draft.name, *addresses)]
        self.words = "\n".join(words_in(field) for field in fields)
        self.text = "\n".join(fields)
        self.hosts = frozenset(hosts_in(self.text))


class _WordList:
    """One list, made ready for looking. `_entries` leads from what is looked for to the entry as written."""

    def __init__(self, entries: Sequence[str]) -> None:
        self._hosts: dict[str, str] = {}
        self._words: dict[str, str] = {}
        self._signs: dict[str, str] = {}
        for entry in entries:
            names = host_names(entry)
            pattern = _pattern(entry)
            if names:
                self._hosts.update(dict.fromkeys(names, entry))
            elif pattern.strip():
                self._words[pattern] = entry
            elif entry.strip():
                self._signs[readable(entry)] = entry
        self._order = {entry: place for place, entry in enumerate(entries)}
        self._find_words = Finder(self._words)
        self._find_signs = Finder(self._signs)

    def found_in(self, shown: _Shown) -> list[str]:
        """Return the entries that are there, in the list's order."""
        found = {self._hosts[host] for host in shown.hosts & self._hosts.keys()}
        found |= {self._words[word] for word in self._find_words.found_in(shown.words)}
        if self._signs:
            found |= {self._signs[sign] for sign in self._find_signs.found_in(shown.text)}
        return sorted(found, key=self._order.__getitem__)


@lru_cache(maxsize=64)
def _word_list(entries: tuple[str, ...]) -> _WordList:
    return _WordList(entries)


def _pattern(entry: str) -> str:
    """Return what stands in `words_in` of a text that has the entry."""
    words = words_in(readable(entry)).partition("\n")[0]
    return words.strip() if is_unspaced(entry) else words
