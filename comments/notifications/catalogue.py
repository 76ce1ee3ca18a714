"""The sentences of mails, and of the pages they lead to: one file a language, read with the first in it."""

import tomllib
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from comments.notifications.mail_content import isolated
from comments.sites.languages import LANGUAGES

if TYPE_CHECKING:
    from comments.web.api_docs.catalogue import WidgetCatalogue as Sentences

FOLDER = Path(__file__).with_name("languages")


class Catalogue:
    """Says the sentences of one language; English if there is none such."""

    def __init__(self, lang: str) -> None:
        self.lang = lang if lang in LANGUAGES else "en"
        self._sentences = _sentences(self.lang)

    def __call__(self, key: str, **values: str | int) -> str:
        """Return a sentence; `n` chooses among its plurals. Names of the other direction stay in place."""
        kept = {
            name: isolated(value, self.direction) if isinstance(value, str) else value
            for name, value in values.items()
        }
        return self._sentences.say(key, **kept)

    def __contains__(self, key: str) -> bool:
        return key in self._sentences.phrases

    @property
    def direction(self) -> str:
        """`rtl` or `ltr`."""
        return self._sentences.direction

    def number(self, value: int) -> str:
        return self._sentences.number(value)

    def time(self, at: datetime) -> str:
        """Return the time of day, in UTC."""
        return self._sentences.time(at)


@cache
def _sentences(name: str) -> "Sentences":
    # Late: with it comes Babel, and who has sent no mail yet needs none of it.
    from babel import Locale

    from comments.web.api_docs.catalogue import WidgetCatalogue as Sentences

    phrases = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    return Sentences(Locale.parse(name, sep="-"), phrases)
