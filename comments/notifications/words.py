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
    "link": "[link]",
    "more_than": "more than {n}",
    "minutes": ("{n} minute", "{n} minutes"),
    "hours": ("{n} hour", "{n} hours"),
    "days": ("{n} day", "{n} days"),
    "waits": ("{count} comment waits", "{count} comments wait"),
    "waits_on": ("{count} comment waits on {site}", "{count} comments wait on {site}"),
    "oldest": "The oldest for {since}.",
    "spam": (
        "{count} more was stopped as spam; it is not listed.",
        "{count} more were stopped as spam; they are not listed.",
    ),
    "approved_before": "{n} approved",
    "new": "nothing approved yet",
    "waits_for": "Waits: {reasons}",
    "on_page": "On: {page}",
    "more": "and {count} more.",
    "open_queue": "Open the queue",
    "digest_why": "At most one digest an hour, only when something waits.",
    "digest_choose": "Change how often, or stop",
    "log_end": "The log of decisions ends with {end}.",
    "digest_page": "Mail about what waits on {site}",
    "digest_hourly": "At most once an hour",
    "digest_daily": "At most once a day",
    "digest_never": "Never",
    "reply_subject": "{name} replied to you: {page}",
    "reply": "{name} replied to you",
    "you_wrote": "You wrote on “{page}”:",
    "answered": "{name} answered:",
    "answered_as_author": "{name}, the author of the page, answered:",
    "answered_as_moderator": "{name}, a moderator, answered:",
    "read_and_answer": "Read and answer",
    "reply_why": "You asked for mail about replies on this page.",
    "message_subject": "About your comment: {page}",
    "message": "A moderator wrote to you",
    "message_says": "A moderator of {site} writes:",
    "message_why": "You gave this address with your comment. The moderator does not see it.",
    "stop_link": "Stop these mails",
    "no_answers": "Nobody reads answers to this address.",
    "confirm_subject": "Mail about replies on {site}?",
    "confirm": "Do you want mail about replies?",
    "confirm_asked": (
        "This address was given with a comment on “{page}”, with the wish for a mail when somebody replies. "
        "If that was you, say so on the page behind this button."
    ),
    "confirm_button": "Yes, mail me about replies",
    "confirm_not": "If it was not you, do nothing: no other mail comes.",
    "confirm_why": "Never want to be asked again? That page has a button for it.",
    "confirm_page": "Mail about replies on {site}",
    "confirm_page_text": (
        "{site} mails you when somebody replies to your comment. Each mail has a link to stop it."
    ),
    "refuse_button": "Never ask me again",
    "confirmed": "Done. You get a mail when somebody replies.",
    "refused": "Done. Your address is erased, and you are never asked again.",
    "stop_page": "Mail about replies on {site}",
    "stop_page_text": "You get mail when somebody replies to your comments on “{page}”.",
    "stop_thread": "Stop for this discussion",
    "stop_site": "Stop all mail from {site}",
    "stopped": "Done. You get no more of these mails, and your address is erased with them.",
    "save": "Save",
    "saved": "Saved.",
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
    "link": "[Link]",
    "more_than": "mehr als {n}",
    "minutes": ("{n} Minute", "{n} Minuten"),
    "hours": ("{n} Stunde", "{n} Stunden"),
    "days": ("{n} Tag", "{n} Tagen"),
    "waits": ("{count} Kommentar wartet", "{count} Kommentare warten"),
    "waits_on": ("{count} Kommentar wartet auf {site}", "{count} Kommentare warten auf {site}"),
    "oldest": "Der älteste seit {since}.",
    "spam": (
        "{count} weiterer wurde als Spam aufgehalten; er steht nicht hier.",
        "{count} weitere wurden als Spam aufgehalten; sie stehen nicht hier.",
    ),
    "approved_before": "{n} freigegeben",
    "new": "noch nichts freigegeben",
    "waits_for": "Wartet: {reasons}",
    "on_page": "Auf: {page}",
    "more": "und {count} weitere.",
    "open_queue": "Warteschlange öffnen",
    "digest_why": "Höchstens eine solche Mail in der Stunde, nur wenn etwas wartet.",
    "digest_choose": "Seltener, oder gar nicht",
    "log_end": "Das Protokoll der Entscheidungen endet mit {end}.",
    "digest_page": "Mail über das, was auf {site} wartet",
    "digest_hourly": "Höchstens stündlich",
    "digest_daily": "Höchstens täglich",
    "digest_never": "Nie",
    "reply_subject": "{name} hat dir geantwortet: {page}",
    "reply": "{name} hat dir geantwortet",
    "you_wrote": "Du hast auf „{page}“ geschrieben:",
    "answered": "{name} hat geantwortet:",
    "answered_as_author": "{name}, von der Seite selbst, hat geantwortet:",
    "answered_as_moderator": "{name}, aus der Moderation, hat geantwortet:",
    "read_and_answer": "Lesen und antworten",
    "reply_why": "Du wolltest Mail über Antworten auf dieser Seite.",
    "message_subject": "Zu deinem Kommentar: {page}",
    "message": "Die Moderation schreibt dir",
    "message_says": "Die Moderation von {site} schreibt:",
    "message_why": "Du hast diese Adresse bei deinem Kommentar angegeben. Die Moderation sieht sie nicht.",
    "stop_link": "Diese Mails beenden",
    "no_answers": "Antworten an diese Adresse liest niemand.",
    "confirm_subject": "Mail über Antworten auf {site}?",
    "confirm": "Möchtest du Mail über Antworten?",
    "confirm_asked": (
        "Diese Adresse wurde bei einem Kommentar auf „{page}“ angegeben, mit dem Wunsch nach einer Mail, "
        "wenn jemand antwortet. Wenn du das warst, sag es auf der Seite hinter diesem Knopf."
    ),
    "confirm_button": "Ja, schreibt mir bei Antworten",
    "confirm_not": "Wenn du es nicht warst, tu nichts: es kommt keine weitere Mail.",
    "confirm_why": "Nie wieder gefragt werden? Auf der Seite ist ein Knopf dafür.",
    "confirm_page": "Mail über Antworten auf {site}",
    "confirm_page_text": (
        "{site} schreibt dir, wenn jemand auf deinen Kommentar antwortet. In jeder Mail ist ein Link, sie zu "
        "beenden."
    ),
    "refuse_button": "Nie wieder fragen",
    "confirmed": "Erledigt. Du bekommst eine Mail, wenn jemand antwortet.",
    "refused": "Erledigt. Deine Adresse ist gelöscht, und du wirst nie wieder gefragt.",
    "stop_page": "Mail über Antworten auf {site}",
    "stop_page_text": "Du bekommst Mail, wenn jemand auf deine Kommentare auf „{page}“ antwortet.",
    "stop_thread": "Für diese Diskussion beenden",
    "stop_site": "Alle Mail von {site} beenden",
    "stopped": "Erledigt. Du bekommst keine dieser Mails mehr, und deine Adresse ist mit ihnen gelöscht.",
    "save": "Speichern",
    "saved": "Gespeichert.",
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
