"""Who listens while discussions are brought in from elsewhere."""

from pathlib import Path

from comments.importers.pipeline.run import ImportOrder, run_import
from tests.importers import exports
from tests.live.test_following import Followed, caught_up, whole
from tests.support.site import PAGE, SiteUnderTest
from tests.support.streams import listening


async def brought_in(site: SiteUnderTest, folder: Path, *posts: str) -> None:
    path = folder / "export.xml"
    path.write_text(exports.disqus(exports.thread(1), *posts))
    order = ImportOrder(path, "blog", helpers=0)
    await run_import(site.service.db, order, keys=site.service.keys, clock=site.clock)


async def test_who_listens_hears_of_what_an_import_brings(site: SiteUnderTest, tmp_path: Path) -> None:
    first = [exports.post(1, deleted=True), exports.post(2, parent=1), exports.post(3, spam=True)]
    follower = Followed()
    async with listening(site, PAGE["url"]) as reader:
        await reader.event()
        await brought_in(site, tmp_path, *first)
        now = await whole(site)
        await caught_up(reader, follower, now.version)
        assert follower.comments == now.comments
        assert [one["html"] for one in now.comments.values()] == [None, "<p>Post 2</p>"]

        await brought_in(site, tmp_path, *first, exports.post(4, parent=2), exports.post(5))
        now = await whole(site)
        await caught_up(reader, follower, now.version)
        assert follower.comments == now.comments
        assert len(now.comments) == 4
