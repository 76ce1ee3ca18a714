"""From what a moderator asks for on the wire to what the queries look for."""

from dataclasses import replace

from sqlalchemy.orm import Session

from comments.identity.accounts.queries import Moderator
from comments.moderation import schemas
from comments.moderation.errors import SearchUnclear
from comments.moderation.queue.comments import thread_wanted
from comments.moderation.queue.duplicate_groups import group_named
from comments.moderation.queue.filters import QueueFilter
from comments.moderation.search.query_language import ParsedQuery, QueryPart, parse
from comments.moderation.search.terms import criteria


def asking_of(query: schemas.QueueQuery) -> ParsedQuery:
    """Return all that a query searches for, in one."""
    asked = parse(query.q)
    author = [QueryPart("author", query.author, begins=True)] if query.author else []
    page = [QueryPart("page", query.page)] if query.page else []
    return replace(asked, parts=(*asked.parts, *author, *page))


def wish_of(session: Session, moderator: Moderator, query: schemas.QueueQuery) -> QueueFilter:
    """Return what is wanted in the queries' terms. Raises SearchUnclear, Invalid for an impossible URL."""
    asking = asking_of(query)
    if asking.faults:
        raise SearchUnclear(asking.faults[0], errors={"q": " ".join(asking.faults)})
    queue = asking.queue or query.state
    pages = {part.value: thread_wanted(session, moderator.site_id, part.value) for part in asking.of("page")}
    wanted = criteria(asking, pages)
    return QueueFilter(
        None if queue == "all" else queue,
        wanted,
        moderator.sections,
        newest_first=query.sort != "oldest",
        most_reported=query.sort == "reports",
        grouped=query.grouped,
        alike=group_named(query.alike) if query.alike else None,
    )
