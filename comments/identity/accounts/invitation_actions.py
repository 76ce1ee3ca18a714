"""Invitations to a site's team: made by an owner, good once and for a week, kept as hashes."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from comments.identity.accounts.actions import DEFAULT_ROLE, add_moderator, checked_part
from comments.identity.accounts.address_actions import hold_signed_in
from comments.identity.accounts.sections import decoded_sections, encoded_sections
from comments.identity.accounts.team_queries import invitations_of, open_invitation
from comments.identity.emails import folded_email
from comments.identity.errors import InvitationForOther, InvitationUnknown, InvitationUsedUp
from comments.identity.models import Account, Invitation
from comments.identity.sessions.actions import NewSession, begin_session
from comments.identity.sessions.queries import handle
from comments.keys import Keyring, new_token

INVITATION_LIFETIME = timedelta(days=7)


def invite(
    session: Session,
    keys: Keyring,
    site_id: UUID,
    email: str,
    *,
    at: datetime,
    role: str = DEFAULT_ROLE,
    sections: Iterable[str] = (),
) -> str:
    """Return the secret of an invitation; an older one for the same address ends.

    Raises EmailRefused, RoleRefused, SectionRefused.
    """
    address, limits = folded_email(email), checked_part(role, tuple(sections))
    mine = (Invitation.site_id == site_id, Invitation.email == address)
    session.execute(delete(Invitation).where(*mine))
    secret = new_token("i")
    session.add(
        Invitation(
            token_hash=keys.token_hash(secret),
            site_id=site_id,
            email=address,
            role=role,
            sections=encoded_sections(limits),
            created_at=at,
            expires_at=at + INVITATION_LIFETIME,
        )
    )
    return secret


def invitation_address(base_url: str, secret: str) -> str:
    """Return the address that opens an invitation."""
    return f"{base_url}/invitation/{secret}"


def end_invitation(session: Session, keys: Keyring, site_id: UUID, named: str, *, at: datetime) -> None:
    """Take an invitation back, by its handle. Raises InvitationUnknown."""
    for one in invitations_of(session, site_id, at):
        if handle(keys, one.token_hash) == named:
            session.delete(one)
            return
    raise InvitationUnknown("There is no such invitation here any more.")


def accept(
    session: Session,
    keys: Keyring,
    secret: str,
    *,
    at: datetime,
    name: str | None,
    signed_in_as: UUID | None,
    old_cookie: str | None,
    device: str,
) -> NewSession:
    """Use an invitation up, and begin a session. Raises InvitationUsedUp, InvitationForOther, LastOwner,
    NameRefused.

    The link alone opens no account that there is: the owner who made it has seen it, and that account may
    moderate elsewhere.
    """
    found = open_invitation(session, keys.token_hashes(secret), at)
    if found is None:
        raise InvitationUsedUp(InvitationUsedUp.DETAIL)
    known = session.scalar(select(Account).where(Account.email == found.email))
    if known is not None:
        if known.id != signed_in_as or old_cookie is None:
            raise InvitationForOther(
                "Somebody has this address already. Sign in as them first, then come back."
            )
        hold_signed_in(session, keys, known.id, old_cookie)
    # One statement takes it: of two presses on the button at once, one is let in.
    used = session.scalar(
        delete(Invitation).where(Invitation.token_hash == found.token_hash).returning(Invitation.email)
    )
    if used is None:
        raise InvitationUsedUp(InvitationUsedUp.DETAIL)
    sections = decoded_sections(found.sections) or ("/",)
    named = name if known is None else None
    where = () if found.role == "owner" else sections
    account = add_moderator(
        session,
        found.site_id,
        found.email,
        role=found.role,
        name=named,
        sections=where,
        invited=True,
        at=at,
    )
    return begin_session(session, keys, account, at=at, old_cookie=old_cookie, device=device)
