"""Who acts: an author as actions need them, and what a request shows of itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from comments.identity.accounts.queries import Moderator
from comments.identity.accounts.sections import Sections


@dataclass(frozen=True, slots=True)
class KnownAuthor:
    """An author as the rules and the actions need them. `account_id` is set for a member of the team."""

    id: UUID
    kind: str
    name: str | None
    email: str | None
    website: str | None
    approved_name: str | None
    approved_count: int
    trusted: bool
    account_id: UUID | None
    token_used_at: datetime | None = None
    badge: str | None = None
    sections: Sections = None
    """Where a member of the team speaks for it."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a request shows of who asks: hashes of its token, and a new token's hash in case it needs one.

    `is_api_token` tells a moderator's token from a guest's. Without a token `token_hashes` is empty.
    `address_keys` are all that the address and its network may be kept as, for bans. `moderator` is set where
    the gate has found out already who of the team asks.
    """

    token_hashes: Sequence[bytes]
    is_api_token: bool
    new_token_hash: bytes
    address_key: bytes
    network_key: bytes | None = None
    address_keys: Sequence[bytes] = ()
    moderator: Moderator | None = None

    @property
    def is_team(self) -> bool:
        return self.moderator is not None or (self.is_api_token and bool(self.token_hashes))


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts; `is_new` says that they were given the new token just now."""

    author: KnownAuthor
    is_new: bool
