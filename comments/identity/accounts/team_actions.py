"""What an owner changes in the team of a site: somebody's role and sections, and whether they are in it."""

from uuid import UUID

from sqlalchemy.orm import Session

from comments.identity.accounts.actions import checked_part, end_part, keep_an_owner
from comments.identity.accounts.sections import encoded_sections
from comments.identity.errors import AccountUnknown
from comments.identity.models import Membership


def change_member(
    session: Session, site_id: UUID, account_id: UUID, *, role: str, sections: tuple[str, ...]
) -> None:
    """Give a member another role, or other sections; none is the whole site.

    Raises AccountUnknown, LastOwner, RoleRefused, SectionRefused.
    """
    limits = checked_part(role, sections)
    part = _part(session, site_id, account_id, stays_owner=role == "owner")
    part.role, part.sections = role, encoded_sections(limits)


def remove_member(session: Session, site_id: UUID, account_id: UUID) -> None:
    """Take a member's part away, with their API tokens for the site. Raises AccountUnknown, LastOwner."""
    _part(session, site_id, account_id, stays_owner=False)
    end_part(session, site_id, account_id)


def _part(session: Session, site_id: UUID, account_id: UUID, *, stays_owner: bool) -> Membership:
    """Return a member's part. Raises AccountUnknown, and LastOwner if no owner would be left."""
    if not stays_owner:
        keep_an_owner(session, site_id, without=account_id)
    part = session.get(Membership, (account_id, site_id))
    if part is None:
        raise AccountUnknown("They are not in this team any more.")
    return part
