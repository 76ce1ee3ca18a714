"""API tokens: whose they are, and what they may do."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from comments.identity.accounts.queries import Moderator, moderator_of
from comments.identity.errors import TokenUnknown
from comments.identity.models import (
    ApiToken,
)
from comments.sites.queries import site_by_name


@dataclass(frozen=True, slots=True)
class ShownToken:
    """An API token that a request shows: whose it is, what it may do, when that was last noted."""

    moderator: Moderator
    scopes: frozenset[str]
    used_at: datetime | None


def shown_token(session: Session, site: str, token_hashes: Sequence[bytes]) -> ShownToken:
    """Return the API token for the site of this name. Raises SiteUnknown, TokenUnknown."""
    found = _shown_token(session, site_by_name(session, site).id, token_hashes)
    if found is None:
        raise TokenUnknown("This token is not good here. Make a new one, or ask the site's owner.")
    return found


def _shown_token(session: Session, site_id: UUID, token_hashes: Sequence[bytes]) -> ShownToken | None:
    here = (ApiToken.token_hash.in_(token_hashes), ApiToken.site_id == site_id)
    row = session.execute(select(ApiToken.account_id, ApiToken.scopes, ApiToken.used_at).where(*here))
    token = row.one_or_none()
    moderator = None if token is None else moderator_of(session, site_id, token.account_id)
    if token is None or moderator is None:
        return None
    return ShownToken(moderator, decoded_scopes(token.scopes), token.used_at)


def decoded_scopes(stored: str | None) -> frozenset[str]:
    return frozenset(json.loads(stored)) if stored is not None else frozenset({"read", "moderate"})


def tokens_of(
    session: Session, *, site_id: UUID | None = None, account_id: UUID | None = None
) -> Sequence[ApiToken]:
    """Return the API tokens of a site or of an account, the newest first."""
    mine = ApiToken.site_id == site_id if site_id is not None else ApiToken.account_id == account_id
    return session.scalars(select(ApiToken).where(mine).order_by(ApiToken.created_at.desc())).all()


def clean_label(written: str) -> str:
    """Return a name that somebody gave a thing of theirs, in one line of at most 60 characters."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in written).split())[:60]


def moderator_by_token(session: Session, site_id: UUID, token_hashes: Sequence[bytes]) -> Moderator | None:
    """Return whose API token for this site has one of these hashes (`Keyring.token_hashes`)."""
    found = _shown_token(session, site_id, token_hashes)
    return None if found is None else found.moderator
