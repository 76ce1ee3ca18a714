"""An export as it is sent to who asks: one at a time in a process, and its turn always ends."""

import gzip
from pathlib import Path

import pytest

from comments.clock import FixedClock
from comments.exporters.streaming import ExportUnderWay, exported_pieces
from comments.sites.actions import add_site
from comments.storage import Database

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
