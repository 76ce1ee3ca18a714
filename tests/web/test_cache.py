"""The page cache: what is asked for by many at once is made once, and never from before a change."""

import asyncio
import gzip
from collections.abc import Iterator

import brotli
import pytest
from sqlalchemy import Engine, event

from comments.web.answers import JSON, EncodedBody
from comments.web.page_cache import PageCache
from tests.support.site import PAGE, SiteUnderTest

READERS = 12


@pytest.fixture
def walks() -> Iterator[list[str]]:
    """Every statement that reads comments, in any database of this process."""
    sent: list[str] = []

    def note(*arguments: object) -> None:
        sent.extend(str(word) for word in arguments[2:3] if "FROM comments" in str(word))

    event.listen(Engine, "before_cursor_execute", note)
    yield sent
    event.remove(Engine, "before_cursor_execute", note)


@pytest.mark.parametrize(
    "address", ["/api/v1/sites/blog/thread", "/d/blog/fragment", "/d/blog", "/d/blog/feed"]
)
async def test_a_stampede_on_a_page_that_just_changed_reads_it_once(
    site: SiteUnderTest, walks: list[str], address: str
) -> None:
    async def ask() -> bytes:
        return (await site.client.get(address, params={"url": PAGE["url"]})).content

    await site.said("The first")
    walks.clear()
    await ask()
    alone = len(walks)
    await site.said("The second")
    walks.clear()
    answers = await asyncio.gather(*(ask() for _ in range(READERS)))

    assert alone > 0
    assert len(walks) == alone
    assert len(set(answers)) == 1
    assert b"The second" in answers[0]


async def test_who_asks_after_a_change_is_not_given_what_was_read_before_it() -> None:
    cache, reading = PageCache(), asyncio.Event()
    made: list[int] = []

    async def make() -> EncodedBody:
        made.append(len(made))
        await reading.wait()
        return EncodedBody(b"", JSON, [])

    before = [asyncio.create_task(cache.kept_or_made("page", make)) for _ in range(2)]
    await asyncio.sleep(0)
    cache.drop("thread", 2)
    after = asyncio.create_task(cache.kept_or_made("page", make))
    await asyncio.sleep(0)
    before[0].cancel()
    reading.set()

    assert await before[1] is not await after
    assert made == [0, 1]
    with pytest.raises(asyncio.CancelledError):
        await before[0]


def test_what_is_kept_is_kept_compressed_and_answers_everybody_alike() -> None:
    content = b'{"comments":[%b]}' % b",".join(b'{"number":%d}' % number for number in range(2_000))
    body, cache = EncodedBody(content, JSON, []), PageCache()
    before = body.answer(b"", b"")
    cache.put("page", body, [])

    assert cache.size_bytes < len(content)
    assert body.answer(b"", b"").body == before.body == content
    assert body.answer(b"", b"").raw_headers == before.raw_headers
    assert brotli.decompress(body.answer(b"br, gzip", b"").body) == content
    assert gzip.decompress(body.answer(b"gzip", b"").body) == content
    assert body.answer(b"", b"*").status_code == 304
