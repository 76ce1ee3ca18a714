"""What an owner changes in the team of a site: somebody's role and sections, and whether they are in it."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from comments.identity.actions import checked_part, end_part
from comments.identity.errors import AccountUnknown, LastOwner
from comments.identity.models import Membership
from comments.identity.sections import encoded_sections


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
    """Return a member's part. Raises AccountUnknown, and LastOwner if no owner would be left.

    The owners' rows are held, in one order: of two who remove each other at once, one stays.
    """
    owners = select(Membership).where(Membership.site_id == site_id, Membership.role == "owner")
    held = session.scalars(owners.order_by(Membership.account_id).with_for_update()).all()
    part = session.get(Membership, (account_id, site_id))
    if part is None:
        raise AccountUnknown("They are not in this team any more.")
    if not stays_owner and [one.account_id for one in held] == [account_id]:
        raise LastOwner("A site keeps an owner. Make somebody else one first.")
    return part
