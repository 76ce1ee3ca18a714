"""What tests of policy ask of the database."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from comments.policy.actions import BanOrder, ban
from comments.policy.models import Ban
from comments.sites.queries import site_by_name
from comments.threads.models import Comment
from tests.support.site import SiteUnderTest


async def stored(site: SiteUnderTest, comment: dict[str, Any]) -> Comment:
    return await site.service.db.read(lambda session: session.get_one(Comment, UUID(comment["id"])))


async def banned(site: SiteUnderTest, kind: str, subject: str, **more: Any) -> Ban:
    found = await site.service.db.read(site_by_name, site.name)
    order = BanOrder(found.id, kind, subject, label=kind, made_by="Mia", **more)
    return await site.service.db.write(ban, order, at=site.clock.now())


async def all_bans(site: SiteUnderTest) -> list[Ban]:
    return await site.service.db.read(lambda session: list(session.scalars(select(Ban))))
