"""Erasing the name of somebody who moderated a site, and does not any more."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from comments.identity.accounts.queries import account_by_email
from comments.identity.errors import AccountUnknown
from comments.identity.models import Account, Invitation, Membership
from comments.keys import Keyring
from comments.moderation.audit.hash_chain import NewEntry
from comments.moderation.audit.log import add_to_log, erase_moderator_from_log, in_words, of_moderator
from comments.policy.models import Ban
from comments.privacy.actions import OPERATOR
from comments.privacy.errors import ReaderOfTeam, ReaderUnknown
from comments.storage import changed_rows


def erase_moderator(
    session: Session, keys: Keyring, site_id: UUID, who: str, *, at: datetime
) -> dict[str, int]:
    """Erase the name of a former moderator from decisions, their log and bans; return how much that was.

    `who` is the name that stands there; or the address of somebody who still moderates another site, for an
    account that moderates nowhere is gone. The chain of the log holds. What they wrote is a reader's
    (`ask_erasure`). Raises ReaderOfTeam, ReaderUnknown.
    """
    account = _account(session, who)
    if account is not None and session.get(Membership, (account.id, site_id)) is not None:
        raise ReaderOfTeam("This is one of the site's team. Take them out of the team first.")
    known_as: UUID | str = who.strip() if account is None else account.id
    bans = update(Ban).where(*of_moderator(Ban, site_id, known_as)).values(made_by="")
    done = {
        "decisions": erase_moderator_from_log(session, site_id, known_as),
        "bans": changed_rows(session, bans),
        "invitations": 0,
    }
    if account is not None:
        theirs = (Invitation.site_id == site_id, Invitation.email == account.email)
        done["invitations"] = changed_rows(session, delete(Invitation).where(*theirs))
    if not any(done.values()):
        raise ReaderUnknown("Nobody who has left the site's team is known by this.")
    facts = {"account": OPERATOR, "scope": "moderator", "erased": done, "at": in_words(at)}
    add_to_log(session, keys, site_id, [NewEntry("erasure", facts)], at=at)
    return done


def _account(session: Session, who: str) -> Account | None:
    if "@" not in who:
        return None
    try:
        return account_by_email(session, who)
    except AccountUnknown:
        return None
