"""What a post asks before it writes, all of it once: who writes, where, and what is known of the text."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple, cast
from uuid import UUID

from sqlalchemy import Row, Table, and_, bindparam, exists, literal_column, or_, select, true
from sqlalchemy.orm import Session

from comments.identity.actors import KnownAuthor
from comments.identity.guests.queries import BY_TOKEN, TOKEN_IS_KNOWN, TOKEN_LIFE
from comments.outbox.queries import is_waiting
from comments.policy.queries import PolicyFindings, bans_from, standing_on
from comments.threads.models import Comment, Thread, ThreadKey, Watch
from comments.threads.outbox_jobs import SOMETHING_WAITS

REPEAT_WITHIN = timedelta(minutes=1)
KEY_GOOD_FOR = timedelta(hours=24)


class ThreadFound(NamedTuple):
    """The page's thread."""

    id: UUID
    url: str
    state: str
    created_at: datetime
    hold_all: bool
    slow_seconds: int
    version: int


class ParentFound(NamedTuple):
    """The comment that is answered; `is_watched` says that somebody waits for answers to it."""

    id: UUID
    state: str
    thread_id: UUID
    root_id: UUID | None
    depth: int
    path: bytes
    author_id: UUID
    author_name: str
    is_watched: bool = False


class EarlierPost(NamedTuple):
    """A comment that may come from the same order: with its key, or with its text at its place."""

    id: UUID
    post_key: bytes | None
    digest: bytes | None
    address_key: bytes | None
    author_id: UUID
    author_name: str
    author_kind: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class PostQuestion:
    """What is asked about a post. `subjects` may be banned."""

    site_id: UUID
    hashes: Sequence[bytes]
    token_hashes: Sequence[bytes]
    address_key: bytes
    parent_id: UUID | None
    post_key: bytes | None
    digest: bytes
    subjects: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class PostRows:
    """What is known before a post is written, all of one moment.

    `token_is_known` says of a token without an `author` that it has ended, or is another site's.
    """

    author: KnownAuthor | None
    token_is_known: bool
    thread: ThreadFound | None
    parent: ParentFound | None
    digest_is_due: bool
    """That something waits: a task for that is there already."""
    earlier: Sequence[EarlierPost]
    findings: PolicyFindings


# All is made once, and on the tables: a post runs this, and putting it together takes longer than running it.
_THREADS, _KEYS = cast(Table, Thread.__table__), cast(Table, ThreadKey.__table__)
_COMMENTS, _WATCHES = cast(Table, Comment.__table__), cast(Table, Watch.__table__)
_HERE: Any = bindparam("site_id")

_AUTHOR = BY_TOKEN.subquery("author")
_THREAD = (
    select(*(_THREADS.c[name] for name in ThreadFound._fields))
    .join(_KEYS, _KEYS.c.thread_id == _THREADS.c.id)
    .where(_KEYS.c.site_id == _HERE, _KEYS.c.key_hash.in_(bindparam("hashes", expanding=True)))
    # The identifier's, else the URL's.
    .order_by((_KEYS.c.key_hash == bindparam("first_hash")).desc())
    .limit(1)
    .subquery("thread")
)
_PARENT, _EARLIER = _COMMENTS.alias("parent"), _COMMENTS.alias("earlier")
_IS_PARENT = and_(_PARENT.c.id == bindparam("parent_id"), _PARENT.c.site_id == _HERE)
_IS_WATCHED = exists().where(_WATCHES.c.comment_id == _PARENT.c.id, _WATCHES.c.state == "confirmed")
# The site stands in both: taken out of them, SQLite walks the whole site for each post.
_SAME_KEY = and_(
    _EARLIER.c.site_id == _HERE,
    _EARLIER.c.post_key == bindparam("post_key"),
    _EARLIER.c.created_at > bindparam("key_since"),
)
_SAME_TEXT = and_(
    _EARLIER.c.site_id == _HERE,
    _EARLIER.c.digest == bindparam("digest"),
    _EARLIER.c.created_at > bindparam("text_since"),
    # Whose else it is says nothing: a flood of one text must not make each of its posts read all others.
    or_(
        _EARLIER.c.author_id == _AUTHOR.c.id,
        _EARLIER.c.address_key == bindparam("address_key"),
        _EARLIER.c.author_kind == "moderator",
    ),
)

_PARTS: tuple[list[Any], ...] = (
    [*_AUTHOR.c],
    [*_THREAD.c],
    [*(_PARENT.c[name] for name in ParentFound._fields[:-1]), _IS_WATCHED],
    [_EARLIER.c[name] for name in EarlierPost._fields],
)
_ENDS = [sum(map(len, _PARTS[: count + 1])) for count in range(len(_PARTS))]
_OF_AUTHOR, _OF_THREAD, _OF_PARENT, _OF_EARLIER = map(slice, (0, *_ENDS), _ENDS)

_POST = select(
    *(column.label(f"c{number}") for number, column in enumerate(c for part in _PARTS for c in part)),
    TOKEN_IS_KNOWN.label("token_is_known"),
    is_waiting(SOMETHING_WAITS, bindparam("digest_key")).label("digest_is_due"),
    standing_on(_AUTHOR.c.id).label("bans"),
).select_from(
    select(literal_column("1").label("one"))
    .subquery("asked")
    .outerjoin(_AUTHOR, true())
    .outerjoin(_THREAD, true())
    .outerjoin(_PARENT, _IS_PARENT)
    .outerjoin(_EARLIER, or_(_SAME_KEY, _SAME_TEXT))
)


def found_for_post(session: Session, asked: PostQuestion, at: datetime) -> PostRows:
    """Return all that is known of a post before it is written."""
    return _found(session.execute(_POST, _asked(asked, at)).all())


def _found(rows: Sequence[Row[*tuple[Any, ...]]]) -> PostRows:
    first = rows[0]
    token_is_known, digest_is_due, bans = first[_ENDS[-1] :]
    author, thread, parent = first[_OF_AUTHOR], first[_OF_THREAD], first[_OF_PARENT]
    # What has several rows stands beside each of the other's.
    earlier = {row[_OF_EARLIER.start]: EarlierPost(*row[_OF_EARLIER]) for row in rows}
    return PostRows(
        KnownAuthor(*author) if author[0] is not None else None,
        bool(token_is_known),
        ThreadFound(*thread) if thread[0] is not None else None,
        ParentFound(*parent) if parent[0] is not None else None,
        bool(digest_is_due),
        sorted((one for key, one in earlier.items() if key is not None), key=lambda one: one.created_at),
        PolicyFindings(bans_from(bans), ()),
    )


def _asked(asked: PostQuestion, at: datetime) -> dict[str, Any]:
    return {
        "site_id": asked.site_id,
        "hashes": asked.hashes,
        "first_hash": asked.hashes[0],
        "token_hashes": asked.token_hashes,
        "used_since": at - TOKEN_LIFE,
        "digest_key": str(asked.site_id),
        "address_key": asked.address_key,
        "parent_id": asked.parent_id,
        "post_key": asked.post_key,
        "key_since": at - KEY_GOOD_FOR,
        "digest": asked.digest,
        "text_since": at - REPEAT_WITHIN,
        "subjects": asked.subjects,
        "at": at,
    }
