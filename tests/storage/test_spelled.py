"""Statements that are spelled out once give what SQLAlchemy gives."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import bindparam, event, select
from sqlalchemy.orm import Session

from comments.storage import SpelledOut
from comments.threads.models import Comment
from tests.support.site import Guest, SiteUnderTest

pytestmark = pytest.mark.anyio

_COLUMNS = (Comment.id, Comment.created_at, Comment.path, Comment.listed, Comment.deleted_at)
_THESE = (
    select(*_COLUMNS)
    .where(Comment.id.in_(bindparam("ids", expanding=True)), Comment.created_at > bindparam("since"))
    .order_by(Comment.id)
    .limit(2)
)


async def test_it_is_what_sqlalchemy_finds_whatever_the_length_of_its_lists(site: SiteUnderTest) -> None:
    ann = Guest("Ann")
    ids = [UUID((await site.posted(f"Number {number}", guest=ann))["id"]) for number in range(3)]
    spelled, since = SpelledOut(_THESE), site.clock.now() - timedelta(days=1)

    def found(session: Session, wanted: list[UUID]) -> tuple[list[object], list[object]]:
        asked = {"ids": wanted, "since": since}
        return [*spelled.rows(session, asked)], [tuple(row) for row in session.execute(_THESE, asked)]

    for wanted in ([], ids[:1], ids, ids[1:], ids[:1]):
        ours, theirs = await site.service.db.read(found, wanted)
        assert ours == theirs
        assert len(ours) == min(2, len(wanted))


async def test_who_listens_hears_of_it(site: SiteUnderTest) -> None:
    spelled, asked = SpelledOut(_THESE), {"ids": [], "since": site.clock.now()}

    def heard(session: Session) -> list[str]:
        statements: list[str] = []
        connection = session.connection()

        def note(_: Any, __: Any, statement: str, *___: Any) -> None:
            statements.append(statement)

        event.listen(connection, "before_cursor_execute", note)
        try:
            spelled.rows(session, asked)
        finally:
            event.remove(connection, "before_cursor_execute", note)
        spelled.rows(session, asked)
        return statements

    assert len(await site.service.db.read(heard)) == 1
