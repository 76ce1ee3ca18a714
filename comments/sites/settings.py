"""What an owner can set for a site: the settings, how they are stored, and how they are given as words."""

import difflib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from functools import lru_cache
from typing import Any

import msgspec

from comments.sites.errors import SettingRefused
from comments.sites.languages import LANGUAGES, nearest_language
from comments.sites.urls.addresses import AddressFault, parse_web_address

SORTS = ("best", "newest", "oldest")
LEARNED = ("hold", "spam", "off")
LONGEST_TITLE = 80
LONGEST_EDIT_WINDOW = timedelta(days=30)
LONGEST_NOTE = 300
LONGEST_TERMS = 200
LONGEST_ADDRESS = 500
LONGEST_WORD = 100
MOST_WORDS = 1_000
MOST_WILDCARDS = 200
YES_AND_NO = {
    "on": True,
    "yes": True,
    "true": True,
    "1": True,
    "off": False,
    "no": False,
    "false": False,
    "0": False,
}


@dataclass(frozen=True, slots=True)
class SiteSettings:
    """The settings of one site; a site that says nothing has these."""

    edit_window_seconds: int = 900
    """How long a public comment can be edited by its author."""
    first_comments_held: int = 1
    """How many comments of a newcomer a moderator approves before the next appears by itself."""
    links_before_hold: int = 0
    """A guest's comment with more links than this waits."""
    reports_before_hold: int = 3
    """A public comment waits again, once, when so many readers have reported it; 0 is never."""
    hold_all: bool = False
    """Every guest's comment waits."""
    hold_words: tuple[str, ...] = ()
    spam_words: tuple[str, ...] = ()
    refuse_words: tuple[str, ...] = ()
    silent_words: tuple[str, ...] = ()
    similar_days: int = 7
    """For so many days a text is known again, and one that is nearly the same waits; 0 compares nothing."""
    close_after_days: int = 0
    """A page takes no new comments so many days after its first one; 0 never closes."""
    hold_after_days: int = 0
    """So many days after its first comment a page's new ones wait; 0 never."""
    hold_new_threads: bool = False
    """A comment that is the first on its page waits, unless its author is trusted."""
    proof_of_work: bool = True
    """A comment of somebody who has none approved waits without a proof of work, which the widget sends."""
    learned: str = "hold"
    """What becomes of what is like the spam of this site: `hold`, `spam` if that is clear, `off`."""
    sort: str = "best"
    """The order a discussion is shown in at first."""
    closed: bool = False
    """No page takes new comments; what is there stays."""
    title: str = ""
    """How the site is called in mails; its host if it is empty."""
    language: str = "en"
    """The language of its mails, of the pages they lead to, and of its discussions' own, one of LANGUAGES."""
    mail_note: str = ""
    """A line of the site's own at the end of digests and of notices of replies."""
    terms: str = ""
    """A line under the box that readers write in; empty is none."""
    terms_url: str = ""
    """Where that line leads; empty is nowhere."""
    terms_consent: bool = False
    """A guest's comment is refused unless its author has agreed to the line of terms."""
    deleted_text_days: int = 30
    """For so many days a text stays that its author deleted, and longer while they can bring it back."""
    spam_days: int = 0
    """So many days after it was written or last decided about, spam is erased; 0 keeps it."""
    removed_days: int = 0
    """The same for what moderators removed."""
    address_days: int = 30
    """For so many days comments, votes and reports have the keyed hash of the address they came from."""
    answer_days: int = 30
    """For so many days the answers of webhooks and outside checks are kept."""

    @property
    def asks_consent(self) -> bool:
        """Whether a guest has to agree to something: there must be something to agree to."""
        return self.terms_consent and bool(self.terms)

    @property
    def edit_window(self) -> timedelta:
        return timedelta(seconds=self.edit_window_seconds)


@lru_cache(maxsize=256)
def parsed_settings(stored: str) -> SiteSettings:
    """Read a site's stored settings; what this release does not know is passed over."""
    return msgspec.json.decode(stored, type=SiteSettings)


def changed_settings(stored: str, changes: Mapping[str, str]) -> str:
    """Return the stored settings with changes given as words, such as `{"hold_all": "yes"}`.

    Raises SettingRefused naming every setting that is unknown or cannot have its value.
    """
    values: dict[str, Any] = json.loads(stored)
    errors: dict[str, str] = {}
    for name, words in changes.items():
        try:
            values[name] = _read(name, words.strip())
        except ValueError as fault:
            errors[name] = str(fault)
    if errors:
        raise _refused(errors)
    return json.dumps(values, ensure_ascii=False)


def words_of(given: Mapping[str, Any]) -> dict[str, str]:
    """Return settings that were given as JSON as `changed_settings` takes them: `true`, `3`, `["a", "b"]`.

    Words are taken as they are. Raises SettingRefused for what no setting can be.
    """
    errors = {
        name: "is neither words, a number, yes or no, nor a list of words"
        for name, value in given.items()
        if not _can_be_words(value)
    }
    if errors:
        raise _refused(errors)
    return {
        name: "\n".join(value)
        if isinstance(value, list)
        else value
        if isinstance(value, str)
        else _in_words(value)
        for name, value in given.items()
    }


def settings_in_words(settings: SiteSettings) -> dict[str, str]:
    """Return every setting as `changed_settings` would take it back."""
    return {field.name: _in_words(getattr(settings, field.name)) for field in fields(settings)}


def _can_be_words(value: Any) -> bool:
    if isinstance(value, list):
        return all(isinstance(word, str) for word in value)
    return isinstance(value, str | int)


def _refused(errors: Mapping[str, str]) -> SettingRefused:
    return SettingRefused("\n".join(f"{name}: {fault}" for name, fault in errors.items()), errors=errors)


def _in_words(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ",".join(value) if isinstance(value, tuple) else str(value)


def _read(name: str, words: str) -> Any:
    if name not in READERS:
        close = difflib.get_close_matches(name, READERS, n=1)
        raise ValueError(
            f"there is no such setting; did you mean {close[0]}?"
            if close
            else f"there is no such setting; there are {', '.join(READERS)}"
        )
    return READERS[name](words)


def _number(least: int, most: int) -> Callable[[str], int]:
    def read(words: str) -> int:
        if not (words.isascii() and words.isdecimal() and len(words) < 10 and least <= int(words) <= most):
            raise ValueError(f"{words!r} is not a whole number from {least} to {most}")
        return int(words)

    return read


def _yes_or_no(words: str) -> bool:
    if words.casefold() not in YES_AND_NO:
        raise ValueError(f"{words!r} is neither yes nor no")
    return YES_AND_NO[words.casefold()]


def _sort(words: str) -> str:
    if words not in SORTS:
        raise ValueError(f"{words!r} is not one of {', '.join(SORTS)}")
    return words


def _language(words: str) -> str:
    language = nearest_language(words)
    if language is None:
        raise ValueError(f"{words!r} is not one of {', '.join(LANGUAGES)}")
    return language


def _learned(words: str) -> str:
    if words not in LEARNED:
        raise ValueError(f"{words!r} is not one of {', '.join(LEARNED)}")
    return words


def _line(most: int) -> Callable[[str], str]:
    def read(words: str) -> str:
        if len(words) > most or not all(map(str.isprintable, words)):
            raise ValueError(f"has one line of at most {most} visible characters")
        return words

    return read


def _address(words: str) -> str:
    if not words:
        return ""
    try:
        parse_web_address(words)
    except AddressFault as fault:
        raise ValueError(str(fault)) from None
    if len(words) > LONGEST_ADDRESS or not all(map(str.isprintable, words)) or " " in words:
        raise ValueError(f"is an address of at most {LONGEST_ADDRESS} characters, without blanks")
    return words


def _words(words: str) -> list[str]:
    """Read a list with commas or lines between its words; what is wrong with one is said with its line."""
    lines = [[word.strip() for word in line.split(",")] for line in words.splitlines()]
    for number, line in enumerate(lines, 1):
        too_long = next((word for word in line if len(word) > LONGEST_WORD), "")
        if too_long:
            too_many = f"{len(too_long)} characters; {LONGEST_WORD} are the most"
            raise ValueError(f"line {number}, “{too_long[:30]}…”, has {too_many}")
    found = list(dict.fromkeys(word for line in lines for word in line if word))
    if len(found) > MOST_WORDS:
        raise ValueError(f"{len(found)} words are too many; {MOST_WORDS} are the most")
    if sum("*" in word for word in found) > MOST_WILDCARDS:
        raise ValueError(f"more than {MOST_WILDCARDS} words have a *")
    return found


READERS: Mapping[str, Callable[[str], Any]] = {
    "edit_window_seconds": _number(0, int(LONGEST_EDIT_WINDOW.total_seconds())),
    "first_comments_held": _number(0, 100),
    "links_before_hold": _number(0, 1_000),
    "reports_before_hold": _number(0, 1_000),
    "hold_all": _yes_or_no,
    "hold_words": _words,
    "spam_words": _words,
    "silent_words": _words,
    "refuse_words": _words,
    "similar_days": _number(0, 30),
    "close_after_days": _number(0, 36_500),
    "hold_after_days": _number(0, 36_500),
    "hold_new_threads": _yes_or_no,
    "proof_of_work": _yes_or_no,
    "learned": _learned,
    "sort": _sort,
    "closed": _yes_or_no,
    "title": _line(LONGEST_TITLE),
    "language": _language,
    "mail_note": _line(LONGEST_NOTE),
    "terms": _line(LONGEST_TERMS),
    "terms_url": _address,
    "terms_consent": _yes_or_no,
    "deleted_text_days": _number(1, 365),
    "spam_days": _number(0, 36_500),
    "removed_days": _number(0, 36_500),
    "address_days": _number(1, 30),
    "answer_days": _number(1, 30),
}
