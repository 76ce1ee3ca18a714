"""Owners of sites, and the API tokens by which they change them."""

from sqlalchemy.orm import Session

from comments.identity.accounts.actions import add_moderator
from comments.identity.accounts.queries import moderator_by_email
from comments.identity.accounts.token_actions import make_api_token
from comments.sites.queries import site_by_name
from tests.support.site import SiteUnderTest


def owners_token(session: Session, site: SiteUnderTest, name: str) -> str:
    """Make somebody an owner of the site of that name, and return a token that may change it."""
    at, site_id, email = site.clock.now(), site_by_name(session, name).id, f"owner@{name}.example"
    add_moderator(session, site_id, email, role="owner", name="Olga", at=at)
    session.flush()
    owner = moderator_by_email(session, site_id, email)
    return make_api_token(session, site.service.keys, site_id, owner.account_id, at=at, scopes=["admin"])
