"""Deleting one's own comment."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from comments.identity.actors import Credentials
from comments.sites.webhooks import DELETED
from comments.storage import WITHOUT_SYNC
from comments.threads.actions.own_comments import (
    OwnComment,
    check_window,
    own_comment,
    own_row,
    publish,
    set_state,
    tell_hooks,
)
from comments.threads.errors import AlreadyDecided
from comments.threads.models import Revision
from comments.threads.site_card import SiteCard


def delete_comment(
    session: Session, site: SiteCard, comment_id: UUID, shown: Credentials, *, at: datetime
) -> OwnComment:
    """Delete one's own comment; a parent of public replies becomes an empty place. Twice is once."""
    author, row = own_row(session, site.id, comment_id, shown, at)
    if row.state == "deleted":
        return own_comment(session, row.id)
    if row.state == "removed":
        raise AlreadyDecided("A moderator has removed this comment.")
    if row.state == "approved" and author.account_id is None:
        check_window(site, row.created_at, at, "deleted")
    set_state(session, row, "deleted", queue="deleted", deleted_at=at, deleted_from=row.state)
    session.execute(delete(Revision).where(Revision.comment_id == row.id), execution_options=WITHOUT_SYNC)
    publish(session, row, -1 if row.state == "approved" else 0, at)
    tell_hooks(session, site, DELETED, row.id, at)
    return own_comment(session, row.id)
