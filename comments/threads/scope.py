"""What of a site somebody may see and decide about: all of it, or the pages of some sections."""

from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, true

from comments.identity.accounts.sections import Sections
from comments.threads.models import Comment, Thread


def threads_within(sections: Sections) -> ColumnElement[bool]:
    """Return the condition that a thread is in one of the sections."""
    if sections is None:
        return true()
    # Ranges of the index: every section ends in "/", which "0" follows.
    return or_(
        *((Thread.page_path >= section) & (Thread.page_path < f"{section[:-1]}0") for section in sections)
    )


def comments_within(sections: Sections, site_id: UUID | None = None) -> ColumnElement[bool]:
    """Return the condition that a comment is on a page of one of the sections. It still needs its site's.

    With the `site_id` the pages are found once, and not for each comment that is looked at.
    """
    if sections is None:
        return true()
    if site_id is not None:
        return Comment.thread_id.in_(
            select(Thread.id).where(Thread.site_id == site_id, threads_within(sections))
        )
    threads = select(Thread.id).where(Thread.site_id == Comment.site_id, threads_within(sections))
    return Comment.thread_id.in_(threads.correlate(Comment))
