"""The plan of every hot query, on a big and analysed table: one range of the index that was made for it."""

from functools import partial
from typing import get_args
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from comments.feeds.queries import newest_of_site, newest_of_thread
from comments.policy.queries import sharing_a_mark
from comments.sites.actions import add_site
from comments.storage import Database
from comments.threads.addresses.page_keys import page_keys
from comments.threads.queries import comment_page, find_threads, own_comments
from comments.threads.queries.changes import changes_since
from comments.threads.queries.comment_page import Sort, Window
from comments.threads.queries.post_context import PostQuestion, found_for_post
from tests.conftest import NOON
from tests.support.plans import analyse, plans_of
from tests.support.seeding import seed_thread

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

URL = "https://blog.example/big"
ROOTS = 4_000


def seed_big(session: Session) -> tuple[UUID, list[UUID]]:
    site = add_site(session, "blog", ["https://blog.example"], at=NOON)
    session.flush()
    roots: list[int | None] = [None] * ROOTS
    replies: list[int | None] = [n % 50 for n in range(ROOTS)]
    ids = seed_thread(session, site.id, URL, roots + replies)
    for n in range(200):
        seed_thread(session, site.id, f"https://blog.example/{n}", [None, 0, 1])
    return site.id, ids


async def test_hot_queries_use_their_index(db: Database) -> None:
    site_id, ids = await db.write(seed_big)
    await db.write(analyse)
    held_by_indexes(await db.read(hot_plans, site_id, ids), db.dialect)

    # A SQLite file has statistics only if somebody has typed this into it.
    await db.write(lambda session: session.execute(text("ANALYZE")))
    held_by_indexes(await db.read(hot_plans, site_id, ids), db.dialect)


def held_by_indexes(plans: dict[str, str], dialect: str) -> None:
    for sql, plan in plans.items():
        # Threads are too few here for an index to pay on PostgreSQL.
        assert "Seq Scan on comments" not in plan, f"{sql}\n{plan}"
        assert "SCAN comments" not in plan, f"{sql}\n{plan}"
        assert "SCAN threads" not in plan, f"{sql}\n{plan}"
        # A page's replies, what one author has waiting, and one text are few, and sorted; a thread never is.
        assert (
            "AS candidate" in sql
            or "ix_comments_waiting" in plan
            or "AS earlier" in sql
            # There is none here, and PostgreSQL walks along tables that are empty.
            or "Seq Scan on text_prints" in plan
            or ("TEMP B-TREE" not in plan and "Sort" not in plan)
        ), f"{sql}\n{plan}"
    together = "\n".join(plans.values())
    for index in (
        "ix_comments_top_by_time",
        "ix_comments_top_by_rank",
        "ix_comments_by_time",
        "ix_comments_queue",
        "ix_comments_branch",
        "ix_comments_waiting",
        "ix_comments_digest",
        "uq_comments_post_key",
        "ix_comments_version",
        # PostgreSQL walks along tables that are empty.
        *(("ix_text_prints_mark", "bans_author_id") if dialect == "sqlite" else ()),
    ):
        assert index in together, together


def hot_plans(session: Session, site_id: UUID, ids: list[UUID]) -> dict[str, str]:
    keys = page_keys(URL, None)
    thread = find_threads.thread_by_keys(session, site_id, keys)
    assert thread is not None
    plans: dict[str, str] = {}
    for sort in get_args(Sort):
        middle = comment_page.comment_page(session, thread.id, Window(sort)).next
        for window in (Window(sort), Window(sort, after=middle), Window(sort, before=middle)):
            plans |= plans_of(session, partial(comment_page.comment_page, thread_id=thread.id, window=window))
    root = comment_page.shown_comment(session, site_id, ids[0])
    assert root is not None
    plans |= plans_of(session, lambda s: comment_page.replies_page(s, root, after=None, limit=25))
    plans |= plans_of(session, lambda s: find_threads.thread_by_keys(s, site_id, keys))
    plans |= plans_of(session, lambda s: find_threads.threads_by_key_hashes(s, site_id, keys.hashes))
    plans |= plans_of(session, lambda s: find_threads.threads_changed_since(s, NOON))
    plans |= plans_of(session, lambda s: newest_of_thread(s, thread.id))
    plans |= plans_of(session, lambda s: newest_of_site(s, site_id))
    plans |= plans_of(session, lambda s: find_threads.key_hashes_of(s, [thread.id]))
    for version in (0, thread.version - 1):
        plans |= plans_of(session, partial(changes_since, thread_id=thread.id, version=version, limit=201))
    plans |= plans_of(session, lambda s: own_comments.waiting_comments(s, uuid4(), thread.id))
    for post_key, parent_id in ((None, None), (b"key", ids[0])):
        asked = PostQuestion(site_id, keys.hashes, [b"token"], b"", parent_id, post_key, b"", ["subject"])
        plans |= plans_of(session, partial(found_for_post, asked=asked, at=NOON))
    plans |= plans_of(session, lambda s: sharing_a_mark(s, site_id, [1, 2, 3], NOON))
    return plans
