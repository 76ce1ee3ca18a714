"""What a search looks for in a comment, and the terms under which a comment is found. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from comments.moderation.search.query_language import ParsedQuery, QueryPart
from comments.rules import decoded
from comments.text.terms import NEIGHBOURS, Phrase, Term, phrase_of, terms_of, word_line, words_of

# What a term is about stands before it, in signs that no word has.
SITE, THREAD, AUTHOR, NAME, REASON, FLAG = "^", "#", "$", "@", "!", "~"

_MARKS = {"": "", "author": NAME, "reason": REASON}


@dataclass(frozen=True, slots=True)
class WordsToCompare:
    """Words of which terms do not tell whether they stand together: the comment has to be read."""

    operator: str
    phrase: Phrase
    without: bool


@dataclass(frozen=True, slots=True)
class Criteria:
    """What is wanted: all of some terms, none of some groups of them, and a time, `before` not included.

    `implied` are those of the terms that hardly anything lacks which has the others: a phrase's words, beside
    what says that they stand together. `impossible` is what no comment can have: words without a letter, a
    page nobody has written on.
    """

    all_of: tuple[Term, ...] = ()
    implied: frozenset[Term] = frozenset()
    none_of: tuple[tuple[Term, ...], ...] = ()
    readings: tuple[WordsToCompare, ...] = ()
    before: datetime | None = None
    after: datetime | None = None
    impossible: bool = False

    @property
    def only_thread(self) -> UUID | None:
        """The thread whose comments are all that is wanted, None if anything else is."""
        if len(self.all_of) != 1 or self != Criteria(all_of=self.all_of):
            return None
        (term,) = self.all_of
        return UUID(hex=term.text.removeprefix(THREAD)) if term.text.startswith(THREAD) else None

    def fits(self, found: "SearchableComment", created_at: datetime) -> bool:
        """Say whether a comment has all that is wanted."""
        if self.before is not None and created_at >= self.before:
            return False
        if self.after is not None and created_at < self.after:
            return False
        return self.has_terms(found.terms) and self.reads_well(found)

    def has_terms(self, terms: set[str]) -> bool:
        if not all(_has(terms, term) for term in self.all_of):
            return False
        return not any(all(_has(terms, term) for term in group) for group in self.none_of)

    def reads_well(self, found: "SearchableComment") -> bool:
        return all(
            any(one.phrase.stands_in(line) for line in found.lines(one.operator)) is not one.without
            for one in self.readings
        )


EVERYTHING = Criteria()


def criteria(asking: ParsedQuery, pages: Mapping[str, UUID | None]) -> Criteria:
    """Return what is asked, in terms. `pages` has the thread of each `page:`, None where nobody wrote."""
    wanted = Criteria(before=asking.before, after=asking.after)
    for part in asking.parts:
        if part.operator == "page":
            thread = pages[part.value]
            wanted = _with_terms(wanted, part, (Term(THREAD + thread.hex),) if thread else ())
        elif part.operator == "author" and (author := read_id(part.value)):
            wanted = _with_terms(wanted, part, (Term(AUTHOR + author.hex),))
        elif part.operator in _MARKS:
            wanted = _with_words(wanted, part)
    for flag in asking.flags:
        wanted = _with_terms(wanted, flag, (Term(FLAG + flag.value),))
    return wanted


def read_id(text: str) -> UUID | None:
    """Return the id that a text is, None if it is none."""
    try:
        return UUID(text)
    except ValueError:
        return None


@dataclass(frozen=True)
class SearchableComment:
    """A comment with all that can be searched. `texts` are its own and the edit that waits, if one does."""

    site_id: UUID
    thread_id: UUID
    author_id: UUID
    name: str
    texts: tuple[str, ...]
    reasons: tuple[str, ...]
    flags: tuple[str, ...]

    @cached_property
    def terms(self) -> set[str]:
        found = terms_of(self._name_words)
        names = {NAME + term for term in found}
        for words in self._text_words:
            found |= terms_of(words)
        reasons = {REASON + term for words in self._reason_words for term in terms_of(words)}
        ids = {
            site_term(self.site_id).text,
            THREAD + self.thread_id.hex,
            AUTHOR + self.author_id.hex,
        }
        return found | names | reasons | ids | {FLAG + flag for flag in self.flags}

    def lines(self, operator: str) -> list[str]:
        """Return what can be read under an operator; without one, the name and the texts."""
        if operator == "author":
            return [word_line(self._name_words)]
        if operator == "reason":
            return [word_line(words) for words in self._reason_words]
        return [word_line(words) for words in (self._name_words, *self._text_words)]

    @cached_property
    def _name_words(self) -> list[str]:
        return words_of(self.name)

    @cached_property
    def _text_words(self) -> list[list[str]]:
        return [words_of(text) for text in self.texts]

    @cached_property
    def _reason_words(self) -> list[list[str]]:
        return [words_of(reason) for reason in self.reasons]


def findable(row: Row[Any]) -> SearchableComment:
    """Return what can be searched of a row as `queries.texts` selects it."""
    edited = row.edited_at is not None or row.edit_source is not None
    flags = {
        "edited": edited,
        "reply": row.parent_id is not None,
        "imported": row.author_kind == "imported",
        "team": row.author_kind == "moderator",
        "featured": row.featured,
    }
    given = [*decoded(row.reasons), *decoded(row.edit_reasons or "[]")]
    texts = [_readable(row.source, row.source_format)]
    if row.edit_source is not None:
        texts.append(_readable(row.edit_source, row.edit_format))
    return SearchableComment(
        row.site_id,
        row.thread_id,
        row.author_id,
        row.author_name,
        tuple(texts),
        tuple(said for reason in given for said in (reason.rule, reason.words) if said),
        tuple(flag for flag, has in flags.items() if has),
    )


def site_term(site_id: UUID) -> Term:
    """Return the term that all comments of a site have."""
    return Term(SITE + site_id.hex[-16:])


def _with_words(wanted: Criteria, part: QueryPart) -> Criteria:
    phrase = phrase_of(part.value, begins=part.begins)
    if phrase is None:
        return _with_terms(wanted, part, ())
    mark = _MARKS[part.operator]
    terms = tuple(Term(mark + term.text, term.begins) for term in phrase.terms)
    if not phrase.needs_reading:
        return _with_terms(wanted, part, terms)
    reading = WordsToCompare(part.operator, phrase, part.without)
    wanted = replace(wanted, readings=(*wanted.readings, reading))
    # A comment may have all the words and yet not together: only who reads it can leave it out.
    if part.without:
        return wanted
    words = [term for term in terms if not term.begins and not term.text.startswith(mark + NEIGHBOURS)]
    if len(words) < len(terms):
        wanted = replace(wanted, implied=wanted.implied.union(words))
    return _with_terms(wanted, part, terms)


def _with_terms(wanted: Criteria, part: QueryPart, terms: tuple[Term, ...]) -> Criteria:
    """Ask for terms, or leave them out; nothing has none of them."""
    if part.without:
        return replace(wanted, none_of=(*wanted.none_of, terms)) if terms else wanted
    if not terms:
        return replace(wanted, impossible=True)
    return replace(wanted, all_of=tuple(dict.fromkeys((*wanted.all_of, *terms))))


def _has(terms: set[str], term: Term) -> bool:
    return any(one.startswith(term.text) for one in terms) if term.begins else term.text in terms


_TAG = re.compile(r"</?[a-zA-Z][^>\s]*|>")


def _readable(source: str, source_format: str) -> str:
    # What stands inside a tag can be searched, such as a link's address; its name is no word of the text.
    return source if source_format == "markdown" else _TAG.sub(" ", source)
