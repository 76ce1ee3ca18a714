"""Rules of docs/how-to/translate.md for the service's own files of sentences; each returns what breaks it."""

import re
import tomllib
from collections.abc import Collection
from pathlib import Path

from babel import Locale

Sentences = dict[str, str | dict[str, str]]


def sentences_of(folder: Path, language: str) -> Sentences:
    return tomllib.loads((folder / f"{language}.toml").read_text(encoding="utf-8"))


def unlike_english(found: Sentences, english: Sentences) -> list[str]:
    """Every sentence of the English file in its order, with the same braces, a plural where that has one."""
    if list(found) != list(english):
        return [f"{set(found) ^ set(english)} or their order"]
    return [
        key
        for key, said in found.items()
        if isinstance(said, str) != isinstance(english[key], str) or _braces(said) != _braces(english[key])
    ]


def wrong_plurals(language: str, found: Sentences) -> list[str]:
    """Every plural that the language knows; a number is left out only of a form that stands for one alone."""
    rule = Locale.parse(language, sep="-").plural_form
    counts = [rule(n) for n in range(1_001)]
    wrong = []
    for key, said in found.items():
        if isinstance(said, str):
            continue
        if set(said) != {*rule.tags, "other"}:
            wrong.append(f"{key}: {sorted(said)}")
        unsure = [category for category in said if counts.count(category) != 1]
        wrong += [f"{key}: {said[one]}" for one in unsure if not _braces(said[one]) & {"{n}", "{count}"}]
    return wrong


def careless(found: Sentences, english: Sentences, same: Collection[str] = ()) -> list[str]:
    """Nothing left in English but what is rightly the same, and the language's own signs."""
    wrong = []
    for key, said in found.items():
        left = {text.casefold() for text in _forms(english[key])}
        for text in _forms(said):
            is_english = key not in same and text.casefold() in left
            if is_english or text != text.strip() or re.search(r"[!！¡'\"]|\.\.\.| {2}|\d+-", text):
                wrong.append(f"{key}: {text}")
    return wrong


def _forms(said: str | dict[str, str]) -> list[str]:
    return [said] if isinstance(said, str) else list(said.values())


def _braces(said: str | dict[str, str]) -> set[str]:
    return set(re.findall(r"\{\w*\}", " ".join(_forms(said))))
