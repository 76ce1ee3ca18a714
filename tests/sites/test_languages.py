"""Which language of ours a site asks for."""

import json

import pytest

from comments.sites.errors import SettingRefused
from comments.sites.languages import LANGUAGES, nearest_language
from comments.sites.settings import changed_settings
from comments.web.api_docs.catalogue import words_for

NEAREST = {
    "de-AT": "de",
    "DE_ch": "de",
    "en-GB": "en",
    "pt": "pt-br",
    "pt-PT": "pt-br",
    "pt-BR": "pt-br",
    "zh": "zh",
    "zh-CN": "zh",
    "zh-Hans-TW": "zh",
    "zh-TW": "zh-hant",
    "zh-HK": "zh-hant",
    "zh-Hant": "zh-hant",
    "zh-Hant-HK": "zh-hant",
    "sr-Latn": None,
    "da": None,
    "": None,
    "german": None,
    "de-": None,
    "de-<b>": None,
}


def test_a_tag_is_taken_for_the_nearest_language() -> None:
    assert {tag: nearest_language(tag) for tag in NEAREST} == NEAREST
    assert {tag: nearest_language(tag) for tag in LANGUAGES} == {tag: tag for tag in LANGUAGES}


@pytest.mark.parametrize("tag", ["de-AT", "DE_ch", "pt", "pt-PT", "zh", "zh-CN", "zh-TW", "zh-HK", "zh-Hant"])
def test_it_is_the_one_that_fragments_choose(tag: str) -> None:
    assert words_for(tag).phrases == words_for(NEAREST[tag] or "").phrases


def test_a_site_has_one_of_ours_and_nothing_else() -> None:
    stored = {tag: json.loads(changed_settings("{}", {"language": tag}))["language"] for tag in LANGUAGES}
    assert stored == {tag: tag for tag in LANGUAGES}
    assert json.loads(changed_settings("{}", {"language": "de-AT"})) == {"language": "de"}
    with pytest.raises(SettingRefused, match="'da' is not one of en, ar, cs"):
        changed_settings("{}", {"language": "da"})
