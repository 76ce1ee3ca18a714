"""A service that is killed while it imports what an owner has sent it, and started again."""

import asyncio
import json
import urllib.request
from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from comments.importers.jobs.actions import CLAIMED_FOR
from comments.importers.jobs.models import ImportJob
from comments.importers.pipeline.build_drafts import BATCH_COMMENTS, BATCH_WHILE_OTHERS_WAIT
from comments.storage import Database
from comments.threads.models import Comment
from tests.importers.blog import wrong_counters
from tests.importers.exports import disqus, post, thread
from tests.support.live import Installation, LiveService

pytestmark = pytest.mark.anyio

POSTS = 2 * BATCH_COMMENTS + 200
# A third of them answers one that may have come with another batch.
PARENTS = {number: number // 2 for number in range(3, POSTS + 1, 3)}
FILE = disqus(thread(1), *(post(n, parent=PARENTS.get(n)) for n in range(1, POSTS + 1)))


def owned(installation: Installation) -> str:
    """Make the site, and return a token of its owner's."""
    installation.run("site", "add", "blog", "--origin", "https://blog.example")
    installation.run("moderator", "add", "olga@blog.example", "--site", "blog", "--role", "owner")
    scope = ("--site", "blog", "--scope", "admin")
    return installation.run("moderator", "token", "olga@blog.example", *scope).split()[-1]


def asked(service: LiveService, token: str, rest: str, content: bytes | None = None) -> dict[str, Any]:
    headers = {"authorization": f"Bearer {token}", "content-type": "application/octet-stream"}
    address = f"{service.base_url}/api/v1/sites/blog/imports{rest}"
    request = urllib.request.Request(address, data=content, headers=headers)  # noqa: S310
    with urllib.request.urlopen(request) as answer:  # noqa: S310  # a service of our own
        return cast(dict[str, Any], json.load(answer)["import"])


async def until(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110  # what is waited for happens in another process
            await asyncio.sleep(0.05)


async def test_an_import_goes_on_by_itself_after_its_service_was_killed(
    installation: Installation, db: Database
) -> None:
    token = await asyncio.to_thread(owned, installation)
    with installation.serving() as service:
        job = asked(service, token, "?format=disqus", FILE.encode())["id"]
        await until(lambda: asked(service, token, f"/{job}")["state"] == "tried")
        asked(service, token, f"/{job}/start", b"")
        while await db.read(stored) == 0:  # noqa: ASYNC110  # likewise
            await asyncio.sleep(0.005)
        service.kill()
    before = await db.read(stored)
    assert BATCH_WHILE_OTHERS_WAIT <= before < POSTS

    await db.write(pass_time, UUID(job))
    with installation.serving() as service:
        await until(lambda: asked(service, token, f"/{job}")["state"] == "done")
        report = asked(service, token, f"/{job}")["report"]

    assert (report["read"], report["imported"], report["skipped"]) == (POSTS, POSTS, {})
    whom = await db.read(answered)
    assert whom == {str(n): str(PARENTS[n]) if n in PARENTS else None for n in range(1, POSTS + 1)}
    assert await db.read(stored) == POSTS, "some came twice"
    assert await db.read(wrong_counters) == []
    assert list((installation.data_folder / "imports").glob("*")) == []


def stored(session: Session) -> int:
    return cast(int, session.scalar(select(func.count()).select_from(Comment)))


def answered(session: Session) -> dict[str, str | None]:
    """Return by their old ids whom comments answer."""
    rows = session.execute(select(Comment.id, Comment.source_id, Comment.parent_id)).all()
    names = {one.id: one.source_id for one in rows}
    return {one.source_id: names.get(one.parent_id) for one in rows}


def pass_time(session: Session, job: UUID) -> None:
    """Let the time be over in which the one that was killed might still give a sign of life."""
    found = session.get_one(ImportJob, job)
    assert found.claimed_until is not None, "the killed one had no time to give it back"
    found.claimed_until -= CLAIMED_FOR + timedelta(seconds=1)
