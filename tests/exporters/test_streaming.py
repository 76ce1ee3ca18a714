"""An export as it is sent to who asks: one at a time in a process, and its turn always ends."""

import gzip
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from comments.clock import FixedClock
from comments.exporters.native import write_site
from comments.exporters.stream import ExportUnderWay, exported_pieces
from comments.sites.actions import add_site
from comments.storage import Database
from tests.support.plans import plans_of

pytestmark = pytest.mark.anyio


async def test_one_export_at_a_time_and_one_that_is_left_ends(
    db: Database, clock: FixedClock, tmp_path: Path
) -> None:
    await db.write(add_site, "blog", ["https://blog.example"], at=clock.now())
    left = await exported_pieces(db, "blog", tmp_path)
    with pytest.raises(ExportUnderWay):
        await exported_pieces(db, "blog", tmp_path)
    await anext(left)
    await left.aclose()

    read = [piece async for piece in await exported_pieces(db, "blog", tmp_path)]
    assert b'{"end":' in gzip.decompress(b"".join(read))


async def test_each_page_of_an_export_begins_where_the_last_one_ended(
    db: Database, clock: FixedClock
) -> None:
    """SQLite gathered and sorted all that a site has, for each 500 of them."""
    await db.write(add_site, "blog", ["https://blog.example"], at=clock.now())

    def theirs(session: Session) -> dict[str, str]:
        return plans_of(session, lambda asked: write_site(asked, "blog", lambda line: None))

    plans = await db.read(theirs)

    pages = {sql: plan for sql, plan in plans.items() if "LIMIT" in sql}
    assert len(pages) == 3
    for sql, plan in pages.items():
        assert db.dialect == "postgresql" or "TEMP B-TREE" not in plan, f"{sql}\n{plan}"
