"""A site that has learned from decisions, for tests."""

from datetime import timedelta
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from comments.background.outbox_handlers import delivery
from comments.classifier.queries import ModelQuality, quality
from comments.classifier.score import FEWEST_OF_EACH
from comments.ids import new_id
from comments.sites.queries import site_by_name
from comments.threads.models import Comment
from tests.policy.asking import stored
from tests.support.site import Guest, SiteUnderTest

GOOD = "The night train was late again and the guard gave us tea while we waited near Katowice"
SPAM = "Cheap replica watches shipped worldwide, order your discount bargain today"
NEW_SPAM = "Replica watches, worldwide shipped discount, order a cheap bargain"


async def learn(site: SiteUnderTest) -> None:
    """Do what the outbox has; of decisions in one moment the later are due a moment later."""
    site.clock.advance(timedelta(seconds=1))
    await delivery(site.service).deliver_due()


async def quality_of(site: SiteUnderTest) -> ModelQuality:
    found = await site.service.db.read(site_by_name, site.name)
    return await site.service.db.read(quality, found.id)


async def decided_about(site: SiteUnderTest, body: str, decision: str, times: int) -> list[str]:
    """Have so many comments of a text decided about, each by an author of their own."""
    first = await site.posted(f"{body} 0", guest=Guest(name=f"Guest {decision}"))
    ids = [first["id"]]
    row = await stored(site, first)
    columns = {one.key: getattr(row, one.key) for one in Comment.__table__.columns}
    more = []
    for number in range(1, times):
        site.clock.advance(timedelta(seconds=1))
        more.append(_copy(columns, f"{body} {number}", site))
    if more:
        await site.service.db.write(Session.execute, insert(Comment), more)
    ids += [str(one["id"]) for one in more]
    assert (await site.decide(decision, *ids)).status_code == 200
    return ids


def _copy(columns: dict[str, Any], source: str, site: SiteUnderTest) -> dict[str, Any]:
    unique = {"id": new_id(site.clock.now()), "post_key": None, "digest": None}
    return {**columns, **unique, "source": source, "created_at": site.clock.now()}


async def taught(site: SiteUnderTest) -> None:
    """Let the site know as much as it needs to say anything."""
    await decided_about(site, GOOD, "approve", FEWEST_OF_EACH)
    await decided_about(site, SPAM, "spam", FEWEST_OF_EACH)
    await learn(site)
