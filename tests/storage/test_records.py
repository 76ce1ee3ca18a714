"""Rows as structs have what SQLAlchemy finds in them, past SQLAlchemy or not."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from comments.storage import Instant, Records
from comments.threads.models import Comment
from tests.support.plans import plans_of
from tests.support.site import Guest, SiteUnderTest

pytestmark = pytest.mark.anyio


class _Found(msgspec.Struct, array_like=True):
    id: UUID
    parent_id: UUID | None
    path: bytes
    author_name: str
    author_badge: str | None
    depth: int
    listed: bool
    featured: bool
    created_at: Instant
    deleted_at: Instant | None


_COLUMNS: tuple[Any, ...] = tuple(getattr(Comment, name) for name in _Found.__struct_fields__)
_THESE = (
    select(*_COLUMNS)
    .where(Comment.id.in_(bindparam("ids", expanding=True)), Comment.created_at > bindparam("since"))
    .order_by(Comment.id)
)


async def test_they_are_what_sqlalchemy_finds_whoever_asks_and_listens(site: SiteUnderTest) -> None:
    ann, null = Guest("Ann"), Guest("null")
    above = await site.approved("Above", guest=ann)
    below = await site.posted("Below", guest=null, parent_id=above["id"])
    records, since = Records(_THESE, _Found), site.clock.now() - timedelta(days=1)
    asked = {"ids": [UUID(above["id"]), UUID(below["id"])], "since": since}

    def found(session: Session) -> tuple[list[_Found], list[tuple[Any, ...]]]:
        return records.all(session, asked), [tuple(row) for row in session.execute(_THESE, asked)]

    def heard(session: Session) -> tuple[list[_Found], int]:
        here: list[_Found] = []
        plans = plans_of(session, lambda listened: here.extend(records.all(listened, asked)))
        return here, len(plans)

    read, expected = await site.service.db.read(found)
    written, _ = await site.service.db.write(found)
    listened, statements = await site.service.db.read(heard)

    assert [msgspec.structs.astuple(one) for one in read] == expected
    assert [(one.listed, one.author_name, one.deleted_at) for one in read] == [
        (True, "Ann", None),
        (False, "null", None),
    ]
    assert str(read[0].created_at.tzinfo) == "UTC"
    assert (written, listened, statements) == (read, read, 1)


def test_a_struct_with_other_fields_is_refused() -> None:
    with pytest.raises(TypeError, match="_Found has other fields"):
        Records(select(Comment.id), _Found)
