"""What the tests of the plain forms have in common."""

from typing import Any
from urllib.parse import urlencode

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.support.plain import Page, PlainBrowser
from tests.support.site import PAGE, SiteUnderTest

HERE = f"/d/blog?{urlencode({'url': PAGE['url']})}"
WRITE = f"/d/blog/write?{urlencode({'url': PAGE['url']})}"


async def post(reader: PlainBrowser, text: str = "Hello", name: str = "Jonas") -> Page:
    """Open the form, fill it in and post it."""
    await reader.open(WRITE)
    return await reader.press("Post", body=text, name=name)


async def rows(site: SiteUnderTest, model: type[Any]) -> int:
    """Return how many rows a table has."""

    def count(session: Session) -> int:
        return session.execute(select(func.count()).select_from(model)).scalar_one()

    return await site.service.db.read(count)
