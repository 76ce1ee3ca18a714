"""A stored comment as the rules saw it: its draft again, and the facts of that time. Pure."""

from typing import Any

from sqlalchemy import Row

from comments.rules import Draft, Facts, decoded, decoded_facts
from comments.text import render


def draft_of(row: Row[Any]) -> Draft:
    """Return a stored comment as rules read it."""
    shown = render(row.source, format=row.source_format)
    return Draft(shown.text, shown.links, row.author_name, row.author_website)


def facts_of(row: Row[Any]) -> Facts:
    """Return what was known when it was judged.

    Of what was imported, or stored before facts were, only what its reasons tell: whether it was a first
    comment, under a new name, like others, or one of very many.
    """
    if row.facts is not None:
        return decoded_facts(row.facts)
    reasons = {reason.rule: reason.n for reason in decoded(row.reasons)}
    return Facts(
        author_approved=0 if "first-comment" in reasons else 1,
        author_trusted=False,
        is_moderator=False,
        name_changed="new-name" in reasons,
        bursts=("site",) if "flood" in reasons else (),
        similar=(reasons["similar"] or 1) if "similar" in reasons else 0,
    )
