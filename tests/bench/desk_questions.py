"""What the desk's bench asks: every queue, and the twenty searches."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from urllib.parse import urlencode
from uuid import UUID

from msgspec import convert, structs

from comments.keys import Keyring
from comments.moderation import schemas
from comments.moderation.routes import queue_place
from tests.bench.desk_rows import BEGAN, DAYS, NAME, SECTION, SITE_ID, number_id

Kind = Literal["queue", "search", "other"]
MIDDLE = (BEGAN + timedelta(days=DAYS / 2), UUID(int=0))

SEARCHES = {
    "river": "a word in every second text",
    "ombudsman": "a word in one text of a hundred",
    "zeppelin": "a word in one text of a hundred thousand",
    "river garden": "two frequent words",
    "river zeppelin": "a frequent and a rare word",
    '"river garden"': "a phrase of frequent words",
    '"garden river"': "frequent words that stand together in one text of a hundred thousand",
    '"quiet river"': "a phrase of a frequent and a seldom word",
    "ga*": "the beginning of many words",
    "author:Ana": "a name of every tenth author",
    f"author:{number_id(2, 0)}": "one author, of every twentieth comment",
    "page:/page-0 harpsichord": "a seldom word on a page with a fifth of all comments",
    "page:/page-77": "a page",
    "is:waiting reason:links": "what waits for one reason",
    "is:reported river": "what is reported, with a frequent word",
    "before:2024-03-01 harpsichord": "a seldom word, long ago",
    "after:2025-06-01 before:2025-06-08 author:Ana -river page:/page-0": "all of it together",
    "river -garden -window is:edited": "without two frequent words",
    "一丁丂": "Chinese: three characters",
    "river zeppelin harpsichord": "nothing found",
}
"""What is typed, and what is in it."""

_QUEUES = ("pending", "reported", "spam", "approved", "removed", "deleted", "all")
_NARROWED = {
    "pending, of a page": ("pending", "page:/page-0"),
    "approved, of a page": ("approved", "page:/page-0"),
    "spam, of an author": ("spam", f"author:{number_id(2, 0)}"),
    "pending, for a reason": ("pending", 'reason:"first comment"'),
    "removed, of a name": ("removed", "author:Mia"),
}


@dataclass(frozen=True, slots=True)
class Question:
    """A page that a moderator opens; of a `section`, by one of that part of the site."""

    title: str
    kind: Kind
    path: Callable[[Keyring], str]
    section: bool = False


def questions() -> list[Question]:
    """Return everything that is asked, in the order of the table."""
    found = [_page(f"{queue}, first page", "queue", state=queue) for queue in _QUEUES]
    found += [_page(f"{queue}, in the middle", "queue", deep=True, state=queue) for queue in _QUEUES]
    found += [
        _page(f"{queue}, in the middle, oldest first", "queue", deep=True, state=queue, sort="oldest")
        for queue in _QUEUES
    ]
    found += [_page(title, "queue", state=state, q=q) for title, (state, q) in _NARROWED.items()]
    found += [
        _page(f"{queue}, of the section {SECTION}", "queue", section=True, state=queue)
        for queue in ("pending", "approved", "all")
    ]
    found += [_page(f"`{typed}`: {what}", "search", state="all", q=typed) for typed, what in SEARCHES.items()]
    found += [
        Question("news, each second", "other", lambda keys: _news("pending")),
        Question(
            "news, of all queues, in a section",
            "other",
            lambda keys: _news("all"),
            section=True,
        ),
        Question("the log", "other", lambda keys: f"/moderate/{NAME}/log"),
    ]
    return found


def _news(state: str) -> str:
    """Return what the desk's script asks: of the last hour."""
    at = BEGAN + timedelta(days=DAYS, hours=-1)
    return f"/moderate/{NAME}/news?{urlencode({'state': state, 'after': f'{at.isoformat()} {UUID(int=0)}'})}"


def _page(title: str, kind: Kind, *, deep: bool = False, section: bool = False, **asked: str) -> Question:
    def path(keys: Keyring) -> str:
        query = convert(asked, schemas.QueueQuery)
        if deep:
            query = structs.replace(
                query, cursor=schemas.cursor_at(keys, queue_place(SITE_ID, query), MIDDLE)
            )
        given = {**asked, **({"cursor": query.cursor} if query.cursor else {})}
        return f"/moderate/{NAME}?{urlencode(given)}"

    return Question(title, kind, path, section)
