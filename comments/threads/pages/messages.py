"""What our own pages of a discussion say: the widget's sentences, and a few of their own by language."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.requests import Request

from comments.errors import CommentsError
from comments.sites.languages import nearest_language
from comments.threads.api.routes import site_of
from comments.threads.site_card import SiteCard
from comments.threads.views.schemas import WaitsFor

if TYPE_CHECKING:
    from comments.web.api_docs.catalogue import Phrase, WidgetCatalogue

FOLDER = Path(__file__).parents[1] / "languages"

_TAG = re.compile(r"[A-Za-z0-9-]{1,35}")
_WHY = {
    "first-comment": "waitsFirst",
    "links": "waitsLinks",
    "hold-all": "waitsRead",
    "flood": "waits_flood",
    "new-name": "waits_new_name",
}
"""By rule; of several the first is said: what one expects least to change by writing otherwise."""


def language_asked(request: Request) -> str:
    """Return the BCP 47 tag in the address, empty if there is none."""
    given = request.query_params.get("lang", "")
    return given if _TAG.fullmatch(given) else ""


def words_of(request: Request, site: SiteCard) -> "WidgetCatalogue":
    """Return the words of a page: in the language asked for if there is such, else in the site's."""
    return _words(language_asked(request), site.settings.language)


async def words_here(request: Request) -> "WidgetCatalogue":
    """Return the words of a page of which it is not known whether its site exists."""
    try:
        return words_of(request, await site_of(request))
    except CommentsError:
        return _words(language_asked(request))


def waits(words: "WidgetCatalogue", waits_for: Sequence[WaitsFor]) -> str:
    """Say that a comment waits and why; what helps only moderators, such as a word on a list, is not told."""
    by_rule = {one.rule: one for one in waits_for}
    said = next((rule for rule in _WHY if rule in by_rule), None)
    return words.say(_WHY[said], n=by_rule[said].n or 1) if said else words.say("waits")


def _words(*tags: str) -> "WidgetCatalogue":
    # Late: with it comes Babel, and a service whose discussions are read in the widget needs none of it.
    from comments.web.api_docs.catalogue import WidgetCatalogue, words_for

    found = words_for(*tags)
    return WidgetCatalogue(found.locale, {**found.phrases, **_own(nearest_language(found.tag) or "en")})


@cache
def _own(language: str) -> Mapping[str, "Phrase"]:
    return tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
