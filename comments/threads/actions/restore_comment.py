"""Bringing back one's own comment that one has deleted."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from comments.identity.actors import Credentials
from comments.sites.webhooks import RESTORED
from comments.threads.actions.own_comments import (
    OwnComment,
    own_comment,
    own_row,
    publish,
    set_state,
    tell_hooks,
)
from comments.threads.errors import AlreadyDecided, EditWindowOver
from comments.threads.queues import queue_of
from comments.threads.site_card import SiteCard


def restore_comment(
    session: Session, site: SiteCard, comment_id: UUID, shown: Credentials, *, at: datetime
) -> OwnComment:
    """Bring one's own deleted comment back to the state it had, within the edit window. Twice is once."""
    _, row = own_row(session, site.id, comment_id, shown, at)
    if row.state in {"approved", "pending", "spam"}:
        return own_comment(session, row.id)
    if row.state != "deleted" or row.deleted_from is None:
        raise AlreadyDecided("A moderator has removed this comment.")
    if row.deleted_at + site.settings.edit_window < at:
        raise EditWindowOver("This comment was deleted too long ago to bring it back.")
    state = row.deleted_from
    queue = queue_of(state, silent=row.silent)
    set_state(session, row, state, queue=queue, deleted_at=None, deleted_from=None)
    publish(session, row, 1 if state == "approved" else 0, at)
    tell_hooks(session, site, RESTORED, row.id, at)
    return own_comment(session, row.id)
