"""Learning from moderators' decisions in the background, after their commit."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from comments.classifier.actions import forget_all
from comments.classifier.features import features_of, signs_of_facts
from comments.moderation.decisions.judged_draft import draft_of, facts_of
from comments.moderation.training.actions import DECISIONS_MADE, CommentFeatures, teach
from comments.moderation.training.queries import decided, learned_until
from comments.outbox import Handler, Task
from comments.storage import Database

AT_ONCE = 50
LOOK_BACK = timedelta(minutes=1)
"""A decision may be stored this much later than the time that is written in it."""

FIRST_ID = UUID(int=0)
LIMIT = timedelta(minutes=10)


def handlers(db: Database) -> Mapping[str, Handler]:
    """Return who learns."""

    async def do(task: Task) -> None:
        if task.site_id is not None:
            await learn_site(db, task.site_id)

    return {DECISIONS_MADE: Handler(do, "learning", LIMIT)}


async def learn_site(db: Database, site_id: UUID) -> int:
    """Learn what was decided since the last time; return how many comments told something new."""
    until = await db.read(learned_until, site_id)
    after = (until - LOOK_BACK, FIRST_ID) if until else None
    learned = 0
    while True:
        found = await db.read(decided, site_id, after, limit=AT_ONCE)
        if found.read_to is None:
            return learned
        seen = await asyncio.to_thread(_recognised, found.comments)
        learned += await db.write(teach, site_id, seen, read_to=found.read_to)
        if found.next is None:
            return learned
        after = found.next


async def learn_anew(db: Database, site_id: UUID) -> int:
    """Forget what was learned and learn it again from the first decision on; return how many comments."""
    await db.write(forget_all, site_id)
    return await learn_site(db, site_id)


def _recognised(rows: Sequence[Row[Any]]) -> list[CommentFeatures]:
    return [
        CommentFeatures(
            row.id, features_of(draft_of(row)), signs_of_facts(facts_of(row), row.created_at.hour)
        )
        for row in rows
    ]
