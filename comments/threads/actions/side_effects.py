"""What a post changes beside its own row."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from comments.threads.counters import count_below, count_posts
from comments.threads.events import ThreadChanged
from comments.threads.order.tree import Place, ancestors
from comments.threads.outbox_jobs import tell_moderators
from comments.threads.queries.post_context import Found


@dataclass(slots=True)
class Around:
    """What posts of one page change around them: it is written once, after all of them."""

    change: ThreadChanged | None = None
    at: datetime | None = None
    public: int = 0
    below: Counter[UUID] = field(default_factory=Counter)
    waiting: tuple[UUID, datetime] | None = None
    """The site whose moderators are to be told, and since when something waits."""

    def counted(self, found: Found) -> Found:
        """Return what was found, as if these posts had been written before it was asked."""
        if found.thread is None or self.change is None:
            return found
        return replace(found, thread=found.thread._replace(version=self.change.version))

    def count(self, change: ThreadChanged, place: Place, at: datetime) -> None:
        """Take in a new public comment at `place`, with the version that its page has by it."""
        self.change, self.at, self.public = change, at, self.public + 1
        self.below.update(ancestors(place))

    def store(self, session: Session) -> None:
        """Write it. The page's row is held: nobody else has raised its version."""
        if self.change is not None and self.at is not None:
            count_posts(session, self.change, self.public, self.at)
            count_below(session, self.below)
        if self.waiting is not None:
            tell_moderators(session, *self.waiting)
