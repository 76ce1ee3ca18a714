"""What changes who moderates, and who is signed in. Tokens are returned once and stored as hashes only."""

import unicodedata
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from comments.identity.accounts.address_actions import end_unproved_ways
from comments.identity.accounts.sections import Sections, encoded_sections, read_sections
from comments.identity.emails import folded_email
from comments.identity.errors import LastOwner, NameRefused, RoleRefused
from comments.identity.models import Account, ApiToken, Membership
from comments.ids import new_id

ROLE_NAMES = {"owner": "Owner", "moderator": "Moderator"}
"""Every role, with the name of somebody who gave none: never a piece of the address, which is private."""

DEFAULT_ROLE = "moderator"
LONGEST_NAME = 80


def add_moderator(
    session: Session,
    site_id: UUID,
    email: str,
    *,
    at: datetime,
    role: str | None = None,
    name: str | None = None,
    sections: Iterable[str] = (),
    invited: bool = False,
) -> Account:
    """Make somebody a moderator (or another `role`) of a site; who is one already keeps what is not given.

    `sections` are paths such as `/news/` that their part is limited to; `/` is the whole site. The operator
    vouches for the address: where nothing has proved it, what was set up under it ends, and it counts as
    proved. Somebody who was `invited` asks for themselves, and proves nothing by it.
    Raises EmailRefused, LastOwner, NameRefused, RoleRefused, SectionRefused.
    """
    sections = tuple(sections)
    limits = checked_part(role, sections)
    address = folded_email(email)
    account = session.scalar(select(Account).where(Account.email == address))
    if account is not None and not invited:
        end_unproved_ways(session, account)
    if account is None:
        name_of_role = ROLE_NAMES[role or DEFAULT_ROLE]
        account = Account(id=new_id(at), email=address, name=name_of_role, created_at=at)
        session.add(account)
        # The membership's foreign key needs the account's row.
        session.flush()
    if name is not None:
        account.name = clean_name(name)
    if not invited:
        account.email_proved_at = account.email_proved_at or at
    membership = session.get(Membership, (account.id, site_id))
    if membership is None:
        membership = Membership(
            account_id=account.id, site_id=site_id, role=role or DEFAULT_ROLE, created_at=at
        )
        session.add(membership)
    elif role is not None:
        if role != "owner":
            keep_an_owner(session, site_id, without=account.id)
        membership.role = role
    if sections:
        membership.sections = encoded_sections(limits)
    if membership.role == "owner":
        checked_part("owner", sections)
        membership.sections = None
    return account


def checked_part(role: str | None, sections: tuple[str, ...]) -> Sections:
    """Return the sections that were written. Raises RoleRefused, SectionRefused."""
    if role is not None and role not in ROLE_NAMES:
        raise RoleRefused(f"{role!r} is not a role.", errors={"role": f"is one of {', '.join(ROLE_NAMES)}"})
    limits = read_sections(sections) if sections else None
    if role == "owner" and limits is not None:
        raise RoleRefused("An owner has the whole site.", errors={"role": "moderator, for a section"})
    return limits


def keep_an_owner(session: Session, site_id: UUID, *, without: UUID) -> None:
    """Raise LastOwner if the site would have no owner without this account.

    The owners' rows are held, in one order: of two who remove each other at once, one stays.
    """
    owners = select(Membership).where(Membership.site_id == site_id, Membership.role == "owner")
    held = session.scalars(owners.order_by(Membership.account_id).with_for_update()).all()
    if [one.account_id for one in held] == [without]:
        raise LastOwner("A site keeps an owner. Make somebody else one first.")


def end_part(session: Session, site_id: UUID, account_id: UUID) -> None:
    """Take an account's part in a site away. Who moderates nowhere any more is forgotten, and signed out."""
    session.execute(delete(ApiToken).where(ApiToken.account_id == account_id, ApiToken.site_id == site_id))
    session.execute(
        delete(Membership).where(Membership.account_id == account_id, Membership.site_id == site_id)
    )
    forget_idle_account(session, account_id)


def forget_idle_account(session: Session, account_id: UUID) -> None:
    """Delete an account without any site; its sessions, links and tokens go with it."""
    has_a_site = exists().where(Membership.account_id == Account.id)
    session.execute(delete(Account).where(Account.id == account_id, ~has_a_site))


def clean_name(written: str) -> str:
    name = " ".join(written.split())
    if not name or len(name) > LONGEST_NAME or any(unicodedata.category(char)[0] == "C" for char in name):
        problem = f"has 1 to {LONGEST_NAME} visible characters"
        raise NameRefused(f"A name {problem}.", errors={"name": problem})
    return name
