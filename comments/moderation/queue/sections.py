"""Walking along a part of a site: by its pages where it is small, else along the whole queue."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, func, literal_column, select
from sqlalchemy.orm import Session

from comments.identity.accounts.sections import Sections
from comments.moderation.queue.index_ranges import QUEUES, belongs
from comments.storage import Unindexed
from comments.threads.models import Comment, Thread
from comments.threads.scope import comments_within, threads_within

MOST_PAGES = 5_000
"""A part of so many pages is looked at page by page: a step into an index for each."""

MOST_SORTED = 2_000
"""So many comments of a part are put in order; of a larger one, a walk along the site soon finds some."""

_MEASURED = "comments.moderation.parts"

# In the words of the partial indexes: SQLite takes them for no others.
_HELD = Comment.queue != literal_column("'approved'")
_PUBLIC = Comment.state == literal_column("'approved'")


@dataclass(frozen=True, slots=True)
class ModeratedPart:
    """What somebody moderates of a site, and whether that has many pages, and many public comments.

    `sections` None is all of it, of which nothing is counted. It can be one `page` of the site, a thread.
    """

    site_id: UUID
    sections: Sections
    many_pages: bool = False
    many_comments: bool = False
    page: UUID | None = None

    @property
    def if_a_part(self) -> "ModeratedPart | None":
        """Itself, or None for a whole site: statements about one are the same for all sites."""
        return None if self.sections is None else self

    def segments(self, queue: str | None) -> list[tuple[ColumnElement[bool], ...]]:
        """Return the conditions of each range to walk along for a queue, in order; None is all queues."""
        return [
            self._by_page(name) if self.is_small(name) else self._along_queue(name)
            for name in ([queue] if queue else QUEUES)
        ]

    def counted(self, queue: str) -> tuple[ColumnElement[bool], ...]:
        """Return the conditions of a range in which the comments of a queue are counted."""
        return self._by_page(queue) if self.is_by_page(queue) else self._along_queue(queue)

    def is_by_page(self, queue: str) -> bool:
        """Whether a queue is counted page by page, in no order."""
        is_narrow = self.page is not None or self.sections is not None
        return is_narrow and queue != "reported" and not self.many_pages

    def is_small(self, queue: str | None) -> bool:
        """Whether a queue, None being all, is walked along page by page."""
        has_public = queue in {"approved", None}
        return self.is_by_page(queue or "") and not (has_public and self.many_comments)

    def _along_queue(self, queue: str) -> tuple[ColumnElement[bool], ...]:
        if self.sections is None:
            return belongs(self.site_id, queue)
        pages = select(Thread.id).where(Thread.site_id == self.site_id, threads_within(self.sections))
        return (*belongs(self.site_id, queue), Unindexed(Comment.thread_id).in_(pages))

    def _by_page(self, queue: str) -> tuple[ColumnElement[bool], ...]:
        # The pages are the site's: were it said of comments too, their own indexes by site would be taken.
        on_them = comments_within(self.sections, self.site_id)
        if self.page is not None:
            on_them &= Comment.thread_id == self.page
        if queue == "approved":
            # Read from the row, for the index by time has no queues; SQLite would skip through one that has.
            return on_them, Comment.queue.concat("") == queue, _PUBLIC
        return on_them, Comment.queue == queue, _HELD


def part_of(session: Session, site_id: UUID, sections: Sections) -> ModeratedPart:
    """Return what somebody moderates, measured; once in a session."""
    if sections is None:
        return ModeratedPart(site_id, None)
    known: dict[tuple[UUID, Sections], ModeratedPart] = session.info.setdefault(_MEASURED, {})
    if (site_id, sections) not in known:
        known[site_id, sections] = _measured(session, site_id, sections)
    return known[site_id, sections]


def _measured(session: Session, site_id: UUID, sections: Sections) -> ModeratedPart:
    some = (
        select(Thread.comment_count)
        .where(Thread.site_id == site_id, threads_within(sections))
        .limit(MOST_PAGES + 1)
        .subquery()
    )
    total = func.coalesce(func.sum(some.c.comment_count), 0)
    pages, comments = session.execute(select(func.count(), total).select_from(some)).one()
    return ModeratedPart(site_id, sections, pages > MOST_PAGES, comments > MOST_SORTED)
