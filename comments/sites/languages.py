"""The languages that a site's mails can be in: the widget's, each under the name of its files. Pure."""

import re
from collections.abc import Mapping

LANGUAGES: Mapping[str, str] = {
    "en": "English",
    "ar": "العربية",
    "cs": "Čeština",
    "de": "Deutsch",
    "es": "Español",
    "fa": "فارسی",
    "fr": "Français",
    "he": "עברית",
    "it": "Italiano",
    "ja": "日本語",
    "ko": "한국어",
    "nl": "Nederlands",
    "pl": "Polski",
    "pt-br": "Português (Brasil)",
    "ru": "Русский",
    "sv": "Svenska",
    "tr": "Türkçe",
    "uk": "Українська",
    "zh": "简体中文",
    "zh-hant": "繁體中文",
}
"""Each with its own name for itself."""

_TAG = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})*")
_TRADITIONAL = {"hk", "mo", "tw"}
"""Where Chinese is written in the traditional way."""


def nearest_language(tag: str) -> str | None:
    """Return the language of ours for a BCP 47 tag, or None, chosen as the widget does.

    `de-AT` is `de`, `zh-TW` is `zh-hant`, and any Portuguese is `pt-br`, the nearest that there is.
    """
    folded = tag.replace("_", "-").lower()
    if not _TAG.fullmatch(folded):
        return None
    language, *parts = folded.split("-")
    if language == "zh" and _TRADITIONAL.intersection(parts) and "hans" not in parts:
        parts.append("hant")
    wanted = [*(f"{language}-{part}" for part in parts), language]
    near = [name for name in LANGUAGES if name.startswith(f"{language}-")]
    return next((name for name in [*wanted, *near] if name in LANGUAGES), None)
