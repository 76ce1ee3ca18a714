"""The shape of one author on the wire, for moderators."""

from datetime import datetime
from uuid import UUID

import msgspec

from comments.moderation.authors.profile import Profile
from comments.moderation.schemas import DecisionLogged, decision_logged


class AuthorBan(msgspec.Struct):
    """A ban that stands; `until` is null for good. What they write is refused, or taken silently."""

    outcome: str
    reason: str
    made_by: str
    since: datetime
    until: datetime | None


class AuthorKnown(msgspec.Struct):
    """An author with how their comments fared, as `author` of a comment has it, and the bans that stand.

    `reachable`: they gave a mail address, which nobody is shown. `decisions` are the last 50 about their 200
    newest comments, notes and messages too, the newest first.
    """

    id: UUID
    name: str
    kind: str
    website: str | None
    since: datetime
    approved_count: int
    trusted: bool
    reachable: bool
    approved: int
    pending: int
    removed: int
    spam: int
    bans: list[AuthorBan]
    decisions: list[DecisionLogged]


def author_known(found: Profile) -> AuthorKnown:
    return AuthorKnown(
        id=found.id,
        name=found.name,
        kind=found.kind,
        website=found.website,
        since=found.since,
        approved_count=found.approved_count,
        trusted=found.trusted,
        reachable=found.reachable,
        **found.standing.counts,
        bans=[
            AuthorBan(row.outcome, row.reason, row.made_by, row.created_at, row.until) for row in found.bans
        ],
        decisions=[decision_logged(entry) for entry in found.decisions],
    )
