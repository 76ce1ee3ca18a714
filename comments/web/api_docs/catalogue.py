"""The widget's sentences in every language it speaks, for HTML of ours that looks like it."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

import msgspec
from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time
from babel.numbers import format_decimal
from markupsafe import Markup, escape

from comments.web.html.assets import packaged

Phrase = str | dict[str, str]
"""A sentence, or one for each plural category of the language, of which `other` is a must (Unicode CLDR)."""

_DIGITS = {
    "arab": str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"),
    "arabext": str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"),
}
_BRACES = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class WidgetCatalogue:
    """Says the widget's sentences in one language. Times are UTC: whose page it will be on is not known."""

    locale: Locale
    phrases: Mapping[str, Phrase]

    def say(self, key: str, **values: str | int) -> str:
        """Return a sentence; `n` chooses among its plurals."""
        pattern = self._pattern(key, values.get("n", 0))
        return _BRACES.sub(lambda found: self._said(values.get(found[1], "")), pattern)

    def marked(self, key: str, **values: Markup) -> Markup:
        """Return a sentence with elements in the place of braces, such as a name in a `<bdi>`."""
        pieces = _BRACES.split(self._pattern(key, 0))
        texts, names = pieces[::2], [*pieces[1::2], ""]
        nodes = [values.get(name, Markup("")) for name in names]
        return Markup("").join(escape(text) + node for text, node in zip(texts, nodes, strict=True))

    @property
    def tag(self) -> str:
        """The BCP 47 tag of what is said."""
        return str(self.locale).replace("_", "-")

    @property
    def direction(self) -> str:
        """`rtl` or `ltr`."""
        return self.locale.text_direction

    def number(self, value: int) -> str:
        return self._in_digits(format_decimal(value, locale=self.locale, numbering_system="default"))

    def date(self, at: datetime, now: datetime) -> str:
        """Return day and month, with the year if that is another one than `now`'s: as the widget does."""
        at = at.astimezone(UTC)
        if at.year == now.astimezone(UTC).year:
            return self._in_digits(format_skeleton("MMMMd", at, locale=self.locale))
        return self._in_digits(format_date(at, "long", locale=self.locale))

    def moment(self, at: datetime) -> str:
        """Return date and time in full."""
        return f"{self.day_and_time(at)} UTC"

    def day_and_time(self, at: datetime) -> str:
        """Return date and time, for where it is said elsewhere that they are UTC."""
        day = format_date(at.astimezone(UTC), "long", locale=self.locale)
        # How the language sets the two beside each other; its "long" way has a word for it in some.
        beside = str(self.locale.datetime_formats["medium"])
        return beside.replace("{1}", self._in_digits(day)).replace("{0}", self.time(at))

    def time(self, at: datetime) -> str:
        """Return the time of day in hours and minutes."""
        return self._in_digits(format_time(at.astimezone(UTC), "short", locale=self.locale))

    def _in_digits(self, text: str) -> str:
        """Put the language's figures in the place of ours: Babel writes its separators, and our digits."""
        return text.translate(_DIGITS.get(self.locale.default_numbering_system, {}))

    def _said(self, value: str | int) -> str:
        return value if isinstance(value, str) else self.number(value)

    def _pattern(self, key: str, n: str | int) -> str:
        phrase = self.phrases[key]
        if isinstance(phrase, str):
            return phrase
        return phrase.get(self.locale.plural_form(int(n)), phrase["other"])


def words_for(*tags: str) -> WidgetCatalogue:
    """Return the words for the first of these BCP 47 tags that the widget speaks, else English."""
    languages = _languages()
    for tag in tags:
        locale = _locale(tag)
        name = _language_file(locale, languages) if locale else ""
        if locale and name:
            return WidgetCatalogue(locale, _phrases(name))
    return WidgetCatalogue(Locale("en"), _phrases("en"))


def _language_file(locale: Locale, names: Collection[str]) -> str:
    """Choose as the widget does (`languageFile` in embed/src/i18n/languages.ts): `zh-HK` is `zh-hant`.

    Empty if it does not speak the language.
    """
    language = locale.language
    wanted = [f"{language}-{part}".lower() for part in (locale.territory, locale.script) if part]
    exact = [name for name in (*wanted, language) if name in names]
    nearest = sorted(name for name in names if name.startswith(f"{language}-"))
    return [*exact, *nearest, ""][0]


def widget_styles() -> str:
    """Return the style sheet that the widget reads with, minified."""
    path = _folder() / "read.css"
    return _text(path, path.stat().st_mtime)


def _languages() -> Mapping[str, msgspec.Raw]:
    path = _folder() / "words.json"
    return _words(path, path.stat().st_mtime)


def _phrases(name: str) -> Mapping[str, Phrase]:
    path = _folder() / "words.json"
    return _decoded(path, path.stat().st_mtime, name)


def _folder() -> Path:
    return packaged("embed/dist") / "server"


@lru_cache(maxsize=1)
def _text(path: Path, _modified: float) -> str:
    return path.read_text()


@lru_cache(maxsize=1)
def _words(path: Path, _modified: float) -> dict[str, msgspec.Raw]:
    # Most services speak one or two of them, so the others stay as they were read.
    return msgspec.json.decode(path.read_bytes(), type=dict[str, msgspec.Raw])


@lru_cache(maxsize=32)
def _decoded(path: Path, modified: float, name: str) -> dict[str, Phrase]:
    return msgspec.json.decode(_words(path, modified)[name], type=dict[str, Phrase])


def _locale(tag: str) -> Locale | None:
    """Return what the tag asks for, None for nonsense."""
    try:
        return Locale.parse(tag.replace("_", "-"), sep="-")
    except (UnknownLocaleError, ValueError):
        return None
