"""A site's lists of words, phrases and hosts: what has one of them waits, is spam, or is refused."""

from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import unquote

from comments.rules.draft import Draft, Facts, Outcome, Policy, Verdict
from comments.rules.matching.patterns import Finder
from comments.rules.matching.text import host_names, hosts_in, is_unspaced, readable, wildcard_in, words_in
from comments.rules.matching.wildcards import Wildcards

MOST_REASONS = 3
"""So many entries are named, the strongest lists' first; a comment with more needs no longer explanation."""


def words(draft: Draft, facts: Facts, policy: Policy) -> Verdict | None:
    """Look for the lists' entries in the text, the name, the website, and where links lead.

    A word is found as a whole word, a phrase wherever its words follow each other, a host in every address at
    or below it; `*` stands for any part of a word. The strongest list that has something says what becomes of
    the comment.
    """
    lists = {
        Outcome.REFUSE: policy.refuse_words,
        Outcome.SILENT: policy.silent_words,
        Outcome.SPAM: policy.spam_words,
        Outcome.HOLD: policy.hold_words,
    }
    if not any(lists.values()):
        return None
    shown = _CommentReadings(draft)
    found = {outcome: _word_list(entries).found_in(shown) for outcome, entries in lists.items() if entries}
    strongest = next((outcome for outcome, entries in found.items() if entries), None)
    if strongest is None:
        return None
    named = list(dict.fromkeys(entry for entries in found.values() for entry in entries))
    label = "Word" if len(named) == 1 else "Words"
    return Verdict(strongest, "words", f"{label}: {', '.join(named[:MOST_REASONS])}")


class _CommentReadings:
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
        self._wild: dict[str, str] = {}
        for entry in entries:
            names = host_names(entry)
            wild = _bounded(wildcard_in(entry), entry) if "*" in entry else ""
            pattern = _bounded(words_in(readable(entry)).partition("\n")[0], entry)
            if names:
                self._hosts.update(dict.fromkeys(names, entry))
            elif wild:
                self._wild[wild] = entry
            elif pattern.strip():
                self._words[pattern] = entry
            elif entry.strip():
                self._signs[readable(entry)] = entry
        self._order = {entry: place for place, entry in enumerate(entries)}
        self._find_words = Finder(self._words)
        self._find_wild = Wildcards(self._wild)
        self._find_signs = Finder(self._signs)

    def found_in(self, shown: _CommentReadings) -> list[str]:
        """Return the entries that are there, in the list's order."""
        found = {self._hosts[host] for host in shown.hosts & self._hosts.keys()}
        found |= {self._words[word] for word in self._find_words.found_in(shown.words)}
        if self._wild:
            found |= {self._wild[word] for word in self._find_wild.found_in(shown.words)}
        if self._signs:
            found |= {self._signs[sign] for sign in self._find_signs.found_in(shown.text)}
        return sorted(found, key=self._order.__getitem__)


@lru_cache(maxsize=64)
def _word_list(entries: tuple[str, ...]) -> _WordList:
    return _WordList(entries)


def _bounded(pattern: str, entry: str) -> str:
    """Return the pattern; where no blanks stand between words it may begin and end inside one."""
    return pattern.strip() if is_unspaced(entry) else pattern
