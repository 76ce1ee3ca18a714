"""Merging discussions and moving comments read those discussions, and never all comments there are."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from comments.storage import Database
from comments.threads.actions.merge import merge_threads
from comments.threads.addresses.page_keys import page_keys
from comments.threads.models import Comment, Thread
from comments.threads.queries import comment_page, find_threads
from comments.threads.queries.moderated_threads import branch_of, moderated_threads
from tests.conftest import NOON
from tests.support.plans import analyse, plan_of, plans_of
from tests.threads.test_plans import URL, seed_big

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


def moving_plans(session: Session, site_id: UUID) -> dict[str, str]:
    pages = [page_keys(url, None) for url in ("https://blog.example/7", URL)]
    found = [find_threads.thread_by_keys(session, site_id, page) for page in pages]
    ids = [one.id for one in found if one is not None]
    small, big = moderated_threads(session, site_id, ids, None)
    first: Any = comment_page.comment_page(session, small.id, comment_page.Window()).tops[0]
    plans = plans_of(session, lambda asked: branch_of(asked, small.id, first))
    return plans | plans_of(session, lambda asked: merge_threads(asked, small, big, at=NOON))


def branch_plans(session: Session, site_id: UUID) -> dict[str, str]:
    page = find_threads.thread_by_keys(session, site_id, page_keys(URL, None))
    assert page is not None
    first: Any = comment_page.comment_page(session, page.id, comment_page.Window()).tops[0]
    return plans_of(session, lambda asked: branch_of(asked, page.id, first))


async def test_who_moves_a_comment_does_not_read_all_of_its_discussion(db: Database) -> None:
    site_id, _ = await db.write(seed_big)
    # As sites have it that never ran ANALYZE: SQLite guesses.
    plans = await db.read(branch_plans, site_id)

    assert len(plans) == 2
    for sql, plan in plans.items():
        assert db.dialect == "postgresql" or "ix_comments_version" not in plan, f"{sql}\n{plan}"


async def test_moving_comments_uses_an_index_for_each_half_of_a_thread(db: Database) -> None:
    site_id, _ = await db.write(seed_big)
    await db.write(analyse)
    plans = await db.write(moving_plans, site_id)

    for sql, plan in plans.items():
        assert "Seq Scan on comments" not in plan, f"{sql}\n{plan}"
        assert "SCAN comments" not in plan, f"{sql}\n{plan}"
    together = "\n".join(plans.values())
    assert "ix_comments_version" in together, together


async def test_deleting_a_thread_finds_its_comments_by_an_index(db: Database) -> None:
    """For each page of a site that is removed the databases themselves ask for its comments."""
    await db.write(seed_big)
    await db.write(analyse)

    def theirs(session: Session) -> str:
        small = session.scalars(select(Thread.id).where(Thread.url == "https://blog.example/7")).one()
        return plan_of(session, select(Comment.id).where(Comment.thread_id == small))

    assert "ix_comments_version" in await db.read(theirs)
