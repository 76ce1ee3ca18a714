"""The shapes of events."""

from uuid import UUID

import msgspec

from comments.threads.views.schemas import CommentShown, ThreadShown


class NumbersShown(msgspec.Struct):
    """A comment of which nothing but numbers changed: its votes, or `total`, the public replies below it."""

    id: UUID
    score: int
    upvotes: int
    downvotes: int
    total: int


class GoneShown(msgspec.Struct):
    """A comment that is no longer public and has no place: `deleted` by its author, else `removed`."""

    id: UUID
    state: str


class PageChanged(msgspec.Struct):
    """`event: change`: what changed on the page with this number since the stream's last id.

    `comments` are new, edited or empty places now, flat and as they are shown; `gone` have no place any more.
    """

    page: int
    thread: ThreadShown
    comments: list[CommentShown]
    scores: list[NumbersShown]
    gone: list[GoneShown]


class Reset(msgspec.Struct):
    """`event: reset`: more changed than is told one by one; ask for the page again."""

    page: int
    thread: ThreadShown
