"""What changes a site's outside checks."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from comments.ids import new_id
from comments.keys import Keyring
from comments.sites.actions import note_change
from comments.sites.checks import AKISMET, KEY_PURPOSE, CheckOrder, checked_order
from comments.sites.errors import CheckRefused
from comments.sites.models import OutsideCheck
from comments.sites.queries import check_of


def set_check(
    session: Session, site_id: UUID, order: CheckOrder, keys: Keyring, *, at: datetime
) -> OutsideCheck:
    """Have somebody outside asked about a site's comments from now on, or otherwise. Raises CheckRefused."""
    order = checked_order(order)
    note_change(session, site_id)
    mine = (OutsideCheck.site_id == site_id) & (OutsideCheck.kind == order.kind)
    check = session.scalar(select(OutsideCheck).where(mine))
    if check is None:
        check = OutsideCheck(id=new_id(at), site_id=site_id, kind=order.kind, created_at=at)
        session.add(check)
    # Who asked for another address and kept the key could read it there.
    if check.key is not None and check.url != order.url and not order.key:
        detail = "Another service is to be asked: give the key for it anew."
        raise CheckRefused(detail, errors={"key": "is needed anew where another service is asked"})
    check.url, check.sends_email = order.url, order.sends_email
    if order.key:
        check.key = keys.seal(KEY_PURPOSE, order.key)
    if order.kind == AKISMET and check.key is None:
        detail = "Akismet gives each site's owner a key: it is asked for with every comment."
        raise CheckRefused(detail, errors={"key": "is missing"})
    return check


def remove_check(session: Session, site_id: UUID, kind: str) -> None:
    """Ask it no more; what waits for its answer waits for a moderator. Raises CheckUnknown."""
    session.delete(check_of(session, site_id, kind))
    note_change(session, site_id)
