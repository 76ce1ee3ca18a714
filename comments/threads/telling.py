"""What the threads put into the outbox for others: that something waits for moderators."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from comments.events import enqueue

SOMETHING_WAITS = "digest"
"""The kind of task that tells a site's moderators what waits."""

GATHERED_FOR = timedelta(minutes=5)
"""How long what waits is gathered before moderators are told: a burst is one mail."""


def tell_moderators(session: Session, site_id: UUID, at: datetime) -> None:
    """Have the site's moderators told that something waits, unless that is about to be done already.

    One insert, which does nothing where a task of this site waits. Last in its transaction: who comes at the
    same moment waits for its end.
    """
    enqueue(session, SOMETHING_WAITS, site_id, {}, due=at + GATHERED_FOR, key=str(site_id))
