"""What outside checks say: the few answers that count as one, and everything else, which does not. Pure."""

from dataclasses import dataclass
from typing import Literal

import msgspec

from comments.outside.calling import Answer

LONGEST_REASON = 200
"""In code points."""

Outcome = Literal["approve", "hold", "spam"]


class NoAnswer(Exception):
    """What came back says nothing about the comment, for the reason in words."""


@dataclass(frozen=True, slots=True)
class CheckAdvice:
    """What a check says of a comment, and why; its `reason` is for moderators."""

    outcome: Outcome
    reason: str


class CheckReply(msgspec.Struct):
    outcome: Outcome
    reason: str = ""


def said_by_endpoint(answer: Answer) -> CheckAdvice:
    """Read `{"outcome": "approve", "reason": "…"}`. Raises NoAnswer."""
    body = _body(answer)
    try:
        verdict = msgspec.json.decode(body, type=CheckReply)
    except msgspec.MsgspecError:
        raise NoAnswer(f"It answered what is no outcome: {answer.text or 'nothing'}") from None
    return CheckAdvice(verdict.outcome, _plain(verdict.reason))


def said_by_akismet(answer: Answer) -> CheckAdvice:
    """Read `true`, which is spam, or `false`. Raises NoAnswer."""
    body = _body(answer).strip()
    if body == b"true":
        is_blatant = answer.headers.get("x-akismet-pro-tip") == "discard"
        return CheckAdvice("spam", "blatant spam" if is_blatant else "spam")
    if body == b"false":
        return CheckAdvice("approve", "no spam")
    raise NoAnswer(_complaint(answer))


def check_key_is_valid(answer: Answer) -> None:
    """Raise NoAnswer unless Akismet says that it knows the key."""
    if _body(answer).strip() != b"valid":
        raise NoAnswer(_complaint(answer))


def check_taken(answer: Answer) -> None:
    """Raise NoAnswer unless Akismet has taken what it was told."""
    if b"Thanks" not in _body(answer):
        raise NoAnswer(_complaint(answer))


def _body(answer: Answer) -> bytes:
    if not answer.is_good:
        raise NoAnswer(f"It answered {answer.status}. {answer.text}".strip())
    if answer.body is None:
        raise NoAnswer("Its answer is too long.")
    return answer.body


def _complaint(answer: Answer) -> str:
    """Return what is wrong, in Akismet's own words where it has some."""
    said = answer.headers.get("x-akismet-alert-msg") or answer.headers.get("x-akismet-debug-help")
    return f"It answered {answer.text or 'nothing'}. {_plain(said or '')}".strip()


def _plain(words: str) -> str:
    shown = "".join(char if char.isprintable() else " " for char in words)
    return " ".join(shown.split())[:LONGEST_REASON]
