"""What the desk's script asks for each second: what others decided, what came in, how many wait."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from comments.identity.accounts.queries import Moderator
from comments.moderation import messages
from comments.moderation.decisions.requests import DecisionConflict
from comments.moderation.pages.frame import moment, read_id, visit_of
from comments.moderation.queue.changes import ChangedComment, arrived_since, decided_since
from comments.moderation.queue.duplicate_groups import name_of
from comments.moderation.queue.index_ranges import Position
from comments.moderation.queue.page_context import QueueContext, queue_context
from comments.moderation.queue.view import view_of
from comments.moderation.schemas import State
from comments.web.answers import JSON, EncodedBody, asked
from comments.web.html.templating import page
from comments.web.routing import read_query
from comments.web.service import service


class NewsQuery(msgspec.Struct):
    """`since` is the log's number that the page knows, `after` the newest comment: its time and id."""

    state: State = "pending"
    since: int = 0
    after: str = ""


class CommentNow(msgspec.Struct):
    """A comment as it is after somebody's decision; `words` are what stands in its place.

    `alike` names the group of nearly the same texts that it is of, "" if of none. With `only_said` it is as
    it was, and there is a note more or less, or a message.
    """

    id: str
    version: int
    queue: str
    alike: str
    words: str
    only_said: bool


class NewsAnswer(msgspec.Struct):
    """`since` and `after` are for the next question. What `arrived` is newer than the last one's `after`."""

    since: int
    after: str
    decided: list[CommentNow]
    arrived: list[str]
    heading: str
    sizes: dict[str, str]


@page
async def show_news(request: Request) -> Response:
    """Tell what has changed since; 304 if nothing has."""
    svc, visit, query = service(request), await visit_of(request), read_query(request, NewsQuery)
    notice = await svc.db.read(_news, visit.moderator, query, read_place(query.after))
    now, (decided, arrived, stands) = svc.clock.now(), notice
    sizes = messages.all_sizes(stands.sizes)
    answer = NewsAnswer(
        stands.number,
        write_place(stands.newest),
        [_comment_now(one, now) for one in decided],
        [str(comment_id) for comment_id in arrived],
        messages.heading(query.state, sizes[query.state]),
        {name: messages.size(count) for name, count in sizes.items()},
    )
    body = EncodedBody(msgspec.json.encode(answer), JSON, [(b"cache-control", b"no-store")])
    return body.answer(*asked(request.scope))


def write_place(position: Position | None) -> str:
    """Return how the page names its newest comment; "" for none."""
    return f"{position[0].isoformat()} {position[1]}" if position else ""


def read_place(text: str) -> Position | None:
    """Return the position that the page names. Raises FormMalformed."""
    at, _, comment_id = text.partition(" ")
    return (moment(at), read_id(comment_id)) if text else None


def _news(
    session: Session, moderator: Moderator, query: NewsQuery, after: Position | None
) -> tuple[Sequence[ChangedComment], Sequence[UUID], QueueContext]:
    """Read what is new, and where it stands now; where nothing has happened that is all there is to ask."""
    view = view_of(moderator, query.state)
    stands = queue_context(session, moderator, view.queue)
    arrived = arrived_since(session, view, after) if stands.newest != after else []
    if stands.number <= query.since:
        return [], arrived, stands
    decided, told_to = decided_since(session, view, query.since)
    return decided, arrived, replace(stands, number=told_to or stands.number)


def _comment_now(one: ChangedComment, now: datetime) -> CommentNow:
    said = messages.handled(DecisionConflict(one.comment_id, one.by, one.state, one.at), now)
    alike = "" if one.group is None else name_of(one.group)
    return CommentNow(str(one.comment_id), one.version, one.queue, alike, said, one.only_said)
