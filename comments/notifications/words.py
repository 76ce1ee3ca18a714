"""The sentences of mails, and of the pages they lead to, in every language a site can have."""

from collections.abc import Mapping

Phrase = str | tuple[str, str]
"""A sentence, or one for a single thing and one for several."""

_ENGLISH: Mapping[str, Phrase] = {
    "sign_in_subject": "Your sign-in link for {host}",
    "sign_in": "Sign in to {host}",
    "sign_in_once": "This link works once, for the next 15 minutes.",
    "sign_in_button": "Sign in",
    "sign_in_asked": (
        "Asked for at {time} UTC. If that was not you, do nothing: nobody gets in without this mail."
    ),
    "sign_in_why": "You get this because you moderate there.",
}

_GERMAN: Mapping[str, Phrase] = {
    "sign_in_subject": "Dein Anmeldelink für {host}",
    "sign_in": "Bei {host} anmelden",
    "sign_in_once": "Dieser Link gilt einmal, in den nächsten 15 Minuten.",
    "sign_in_button": "Anmelden",
    "sign_in_asked": (
        "Angefordert um {time} UTC. Wenn du das nicht warst, tu nichts: ohne diese Mail kommt niemand hinein."
    ),
    "sign_in_why": "Du bekommst diese Mail, weil du dort moderierst.",
}

LANGUAGES: Mapping[str, Mapping[str, Phrase]] = {"en": _ENGLISH, "de": _GERMAN}


class Words:
    """Says the sentences of one language; English if there is none such."""

    def __init__(self, lang: str) -> None:
        self.lang = lang if lang in LANGUAGES else "en"
        self._phrases = LANGUAGES[self.lang]

    def __call__(self, key: str, **values: str | int) -> str:
        """Return a sentence; `n` chooses between one thing and several."""
        phrase = self._phrases[key]
        if isinstance(phrase, tuple):
            phrase = phrase[values.get("n") != 1]
        return phrase.format(**values)
