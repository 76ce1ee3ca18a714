"""Discussions of any shape, written directly into the tables."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from comments.identity.models import Author
from comments.ids import new_id
from comments.threads.models import Comment, Thread, ThreadKey
from comments.threads.page_keys import key_hash, page_keys
from comments.threads.ranking import rank
from comments.threads.tree import TOP, Place, ancestors, place_below

START = datetime(2026, 1, 1, tzinfo=UTC)


def seed_thread(
    session: Session,
    site_id: UUID,
    url: str,
    parents: Sequence[int | None],
    *,
    seed: int = 0,
    step_seconds: int = 1,
) -> list[UUID]:
    """Store a thread with one public comment for each entry of `parents` (an earlier index, or None).

    Returns the comments' ids in order. Votes are random but the same for the same `seed`.
    """
    luck = random.Random(seed)
    thread_id, author_id = new_id(START), new_id(START)
    _store_frame(session, site_id, url, thread_id, author_id, len(parents))
    ids: list[UUID] = []
    places: list[Place] = []
    rows: list[dict[str, Any]] = []
    totals: dict[UUID, int] = {}
    for number, parent in enumerate(parents):
        at = START + timedelta(seconds=number * step_seconds)
        comment_id = new_id(at)
        place = TOP if parent is None else place_below(ids[parent], places[parent], comment_id, at)
        ids.append(comment_id)
        places.append(place)
        for ancestor in ancestors(place):
            totals[ancestor] = totals.get(ancestor, 0) + 1
        ups, downs = luck.choice([0, 0, 0, 1, 5]), luck.choice([0, 0, 1])
        parent_id = None if parent is None else ids[parent]
        rows.append(_row(site_id, thread_id, author_id, comment_id, parent_id, place, at, number, ups, downs))
    for row in rows:
        row["reply_total"] = totals.get(row["id"], 0)
    for start in range(0, len(rows), 2_000):
        session.execute(insert(Comment), rows[start : start + 2_000])
    return ids


def _store_frame(
    session: Session, site_id: UUID, url: str, thread_id: UUID, author_id: UUID, count: int
) -> None:
    session.execute(
        insert(Author).values(
            id=author_id,
            site_id=site_id,
            kind="imported",
            name="Seed",
            approved_count=0,
            trusted=False,
            created_at=START,
        )
    )
    session.execute(
        insert(Thread).values(
            id=thread_id,
            site_id=site_id,
            url=url,
            title="Seeded",
            title_confirmed=True,
            state="open",
            comment_count=count,
            version=1,
            created_at=START,
            updated_at=START,
        )
    )
    for kind, key in page_keys(url, None).pairs:
        session.execute(
            insert(ThreadKey).values(
                site_id=site_id,
                key_hash=key_hash(kind, key),
                kind=kind,
                key=key,
                thread_id=thread_id,
                created_at=START,
            )
        )


def _row(
    site_id: UUID,
    thread_id: UUID,
    author_id: UUID,
    comment_id: UUID,
    parent_id: UUID | None,
    place: Place,
    at: datetime,
    number: int,
    ups: int,
    downs: int,
) -> dict[str, Any]:
    return {
        "id": comment_id,
        "site_id": site_id,
        "thread_id": thread_id,
        "parent_id": parent_id,
        "root_id": place.root_id,
        "depth": place.depth,
        "path": place.path,
        "author_id": author_id,
        "author_name": "Seed",
        "author_kind": "imported",
        "source": f"Comment {number}",
        "source_format": "markdown",
        "html": f"<p>Comment {number}</p>",
        "renderer": 1,
        "state": "approved",
        "queue": "approved",
        "listed": True,
        "reasons": "[]",
        "version": 1,
        "rank": rank(ups, downs),
        "upvotes": ups,
        "downvotes": downs,
        "report_count": 0,
        "created_at": at,
    }
