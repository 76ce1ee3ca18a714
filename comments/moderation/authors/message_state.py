"""Notes about a comment and messages to its author: what stands of them, and what was taken back. Pure."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from comments.moderation.decisions import replaced
from comments.moderation.decisions.requests import WITHDRAWALS, PastDecision

SAID_AGAIN_WITHIN = timedelta(minutes=1)
"""The same words of the same moderator about a comment within that time are one note or message."""


def withdrawn(history: Sequence[PastDecision]) -> Mapping[UUID, PastDecision]:
    """Return by which decision each note or message was taken back, by its id."""
    taken_back = [past for past in history if past.choice in WITHDRAWALS.values()]
    of = [replaced.decode(past.replaced).withdraws for past in taken_back]
    return {UUID(said): past for said, past in zip(of, taken_back, strict=True) if said is not None}


def said(history: Sequence[PastDecision]) -> list[PastDecision]:
    """Return the notes and messages that nobody has taken back, oldest first."""
    gone = withdrawn(history)
    return [past for past in history if past.choice in WITHDRAWALS and past.id not in gone]


def notes(history: Sequence[PastDecision]) -> list[PastDecision]:
    """Return what moderators read beside a comment; of a note that was erased with its author nothing."""
    return [past for past in said(history) if past.choice == "note" and past.reason]
