"""The shapes of what is asked of threads: queries and bodies, with their limits."""

from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from comments.threads.queries.comment_page import Sort

Limit = Annotated[int, Meta(ge=1, le=100)]
Url = Annotated[str, Meta(max_length=2_000)]
Cursor = Annotated[str, Meta(max_length=1_000)]
Lang = Annotated[str, Meta(max_length=35, pattern="^[A-Za-z0-9-]*$")]

LONGEST_NOTE = 1_000
"""Of what a reader tells the moderators with a report."""


class ThreadQuery(msgspec.Struct):
    """Which page, and which part of its discussion."""

    url: Url | None = None
    identifier: str | None = None
    sort: Sort | None = None
    cursor: Cursor | None = None
    limit: Limit = 25
    around: UUID | None = None


class DiscussionQuery(ThreadQuery):
    """The same as a page of its own; `lang` is a BCP 47 tag, without it the site's language is spoken."""

    lang: Lang | None = None


class FragmentQuery(msgspec.Struct):
    """Which page, and how it is drawn: `lang` is a BCP 47 tag; without `theme` it follows the page."""

    url: Url | None = None
    identifier: str | None = None
    sort: Sort | None = None
    lang: Lang | None = None
    theme: Literal["light", "dark"] | None = None


class WriteQuery(msgspec.Struct):
    """Which page is written on, and which of its comments is answered."""

    url: Url | None = None
    identifier: str | None = None
    reply_to: UUID | None = None


class RepliesQuery(msgspec.Struct):
    cursor: Cursor | None = None
    limit: Limit = 25


class BranchQuery(RepliesQuery):
    """The same as a page of its own, in a language."""

    lang: Lang | None = None


class CountsQuery(msgspec.Struct):
    url: list[str] = []
    identifier: list[str] = []


class MeQuery(msgspec.Struct):
    """`ids` are comment ids with commas between them, at most 200."""

    url: Url | None = None
    identifier: str | None = None
    ids: str = ""


class Page(msgspec.Struct):
    """The page that is commented on. A title given by a guest is provisional until a comment is approved."""

    url: Url | None = None
    identifier: str | None = None
    title: str | None = None


class AuthorGiven(msgspec.Struct):
    """What a guest says of themselves. The e-mail is never shown.

    `notify` asks for mail about replies to this comment: once it is public, whoever reads the address is
    asked to confirm that.
    """

    name: str | None = None
    email: str | None = None
    website: str | None = None
    notify: bool = False


class PostBody(msgspec.Struct):
    """A new comment: Markdown, at most 10,000 code points.

    `form_token` and `altcha` are what `POST challenge` gave, and the base64 of the solved challenge's JSON,
    `{"algorithm", "challenge", "number", "salt", "signature"}`. Without them, or with others, it waits.
    `consent` says that its author agrees to the site's terms, where the thread's `terms` ask for that.
    """

    page: Page
    body: str
    parent_id: UUID | None = None
    author: AuthorGiven | None = None
    form_token: str | None = None
    altcha: str | None = None
    consent: bool = False


class ChallengeBody(msgspec.Struct):
    """The page that a comment is for."""

    page: Page


class EditBody(msgspec.Struct):
    body: str


class PreviewBody(msgspec.Struct):
    body: str


class VoteBody(msgspec.Struct):
    value: Literal[1, 0, -1]


class ReportBody(msgspec.Struct):
    """Why a moderator should look at it."""

    reason: Literal["spam", "abuse", "off-topic", "personal-data", "illegal", "other"]
    note: Annotated[str, Meta(max_length=LONGEST_NOTE)] = ""
