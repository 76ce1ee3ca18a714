"""Why something is not shown or not taken, in the words of the page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from comments import errors
from comments.errors import CommentsError, Invalid, TooMany, Unavailable
from comments.threads.errors import PageRefused, PostRefused, TooManyPosts, TooManyThreads
from comments.web.problems import status_of

if TYPE_CHECKING:
    from comments.web.api_docs.catalogue import WidgetCatalogue

FIELDS = {"body": "body", "author.name": "name", "author.email": "email", "consent": "consent"}
"""Where on the form a fault belongs that the service finds in a field of the API."""

LABELS = {"body": "comment", "name": "name", "email": "mail", "consent": "terms"}
"""The sentence that names a field, in the order of the form."""

_HEADINGS: dict[type[CommentsError], str] = {
    PageRefused: "not_for_page",
    errors.NotFound: "nothing_here",
    errors.Conflict: "changed",
    errors.TooMany: "moment",
    errors.Unavailable: "not_now",
    errors.NotAllowed: "not_allowed",
    errors.NotSignedIn: "once_more",
    errors.TooLarge: "too_long",
}

_SENTENCES = {
    "already-decided": "commentGone",
    "body-empty": "emptyText",
    "body-too-complex": "too_complex",
    "comment-unknown": "commentGone",
    "consent-missing": "consent_needed",
    "edit-window-over": "windowOver",
    "email-invalid": "badMail",
    "form-outdated": "send_again",
    "idempotency-key-reused": "sent_before",
    "idempotency-key-short": "sent_before",
    "name-invalid": "noName",
    "name-missing": "noName",
    "name-reserved": "reserved",
    "no-such-address": "no_such_page",
    "not-yours": "not_yours",
    "own-comment": "own_comment",
    "parent-not-public": "answered_gone",
    "thread-closed": "closed",
    "token-unknown": "long_away",
}
"""By code, as in the widget (embed/src/faults.ts and writing/problems.ts)."""

_IN_GENERAL: dict[type[CommentsError], str] = {PostRefused: "not_taken", Unavailable: "later"}
"""What is said where the service's own words would not be understood."""


@dataclass(frozen=True, slots=True)
class FormRefusal:
    """Why a form was not taken, in words; `faults` by field, in the order of the form."""

    heading: str
    detail: str
    faults: Mapping[str, str]
    status: int


def trouble_of(
    words: "WidgetCatalogue", refused: Sequence[CommentsError], heading: str
) -> FormRefusal | None:
    """Return what the form says of these refusals, None of none; `heading` is a sentence's name."""
    if not refused:
        return None
    found = {
        FIELDS[name]: reason_of(words, each) or fault
        for each in refused
        if isinstance(each, Invalid)
        for name, fault in each.errors.items()
        if name in FIELDS
    }
    faults = {name: found[name] for name in LABELS if name in found}
    first = refused[0]
    said = "" if isinstance(first, TooMany) else words.say(heading)
    return FormRefusal(said, reason_of(words, first), faults, status_of(first))


def heading_of(words: "WidgetCatalogue", error: CommentsError) -> str:
    """Return what is said above the reason of a failure."""
    found = (heading for family, heading in _HEADINGS.items() if isinstance(error, family))
    return words.say(next(found, "not_understood"))


def reason_of(words: "WidgetCatalogue", error: CommentsError) -> str:
    """Return what went wrong: a sentence of ours, else to who reads English the service's, which are English.

    Empty where there is neither.
    """
    if isinstance(error, TooManyPosts | TooManyThreads):
        return words.say("tooFast", n=error.retry_after)
    if isinstance(error, TooMany):
        return words.say("wait", n=error.retry_after)
    if "over" in error.facts:
        return words.say("tooLong", n=error.facts["over"])
    if error.code in _SENTENCES:
        return words.say(_SENTENCES[error.code])
    if words.locale.language == "en":
        return error.detail
    return next((words.say(said) for family, said in _IN_GENERAL.items() if isinstance(error, family)), "")
