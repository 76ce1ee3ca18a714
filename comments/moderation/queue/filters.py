"""What a moderator wants to see."""

from dataclasses import dataclass, replace
from datetime import datetime

from comments.identity.accounts.sections import Sections
from comments.moderation.search.terms import EVERYTHING, Criteria


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """Which comments are wanted: `queue` None is all of them."""

    queue: str | None = "pending"
    criteria: Criteria = EVERYTHING
    sections: Sections = None
    """What the asker may see at all."""
    newest_first: bool = True
    most_reported: bool = False
    """Whether what most readers reported comes first: of the queue of reports, and of no search."""
    grouped: bool = False
    """Whether nearly the same texts are one row, in the queues that are worked through."""
    alike: int | None = None
    """Only what is of this group (`Comment.similar_group`); nothing else is searched for then."""

    @property
    def is_search(self) -> bool:
        """Whether it may take longer than a walk along an index; a section may be rare in a queue."""
        return self.alike is None and (self.criteria != EVERYTHING or self.sections is not None)

    @property
    def is_whole_queue(self) -> bool:
        """Whether nothing is searched for, apart from what the asker may see."""
        return self.alike is None and self.criteria == EVERYTHING

    def before(self, at: datetime) -> "QueueFilter":
        """Return the same wish of what was written before then."""
        before = at if self.criteria.before is None else min(at, self.criteria.before)
        return replace(self, criteria=replace(self.criteria, before=before))
