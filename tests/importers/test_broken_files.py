"""A file that is broken, foreign or hostile: the reason is said, and nothing is written."""

import gzip
from pathlib import Path

import pytest

from comments.importers.errors import FileBroken, FormatUnknown, ImportRefused
from comments.importers.pipeline.source_file import ImportFile
from comments.sites.errors import SiteUnknown
from tests.importers.blog import Blog
from tests.importers.exports import disqus, post, thread, wxr

pytestmark = pytest.mark.anyio

WHOLE = disqus(thread(1), *(post(number) for number in range(1, 4)))
BOMB = (
    '<?xml version="1.0"?><!DOCTYPE disqus [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY file SYSTEM "file:///etc/passwd">]><disqus><post><message>&b;&file;</message></post></disqus>'
)

BROKEN = {
    "cut in a comment": (
        WHOLE[: WHOLE.index("<p>Post 3")],
        "This file ends in the middle of comment 3. Nothing was imported.",
    ),
    "cut in a tag": (
        WHOLE[: WHOLE.index("<p>Post 2") - 20],
        "This file ends after comment 1. Nothing was imported.",
    ),
    "cut in a thread": (
        WHOLE[: WHOLE.index("<title>")],
        "This file ends in the middle of thread 1. Nothing was imported.",
    ),
    "cut between comments": (
        WHOLE[: WHOLE.index("</disqus>")],
        "This file ends after comment 3. Nothing was imported.",
    ),
    "broken in a comment": (
        WHOLE.replace("</message><createdAt>2012-02-01T10:00:02Z", "<createdAt>2012-02-01T10:00:02Z"),
        "This file is broken in the middle of comment 2: mismatched tag",
    ),
    "an attribute without quotes": (
        WHOLE.replace('thread dsq:id="1"/></post>', "thread dsq:id=1/></post>", 1),
        "This file is broken in the middle of comment 1: not well-formed",
    ),
    "not XML": ("Dear Disqus, please send me my comments.", "This file is broken before its first comment"),
    "another root": (
        "<html><body>Sign in</body></html>",
        "This is not a Disqus export: it begins with <html> instead of <disqus>.",
    ),
    "another format": (wxr(), "This is not a Disqus export: it begins with <rss> instead of <disqus>."),
    "entities": (BOMB, "This file has a document type declaration (DTD), which no export has."),
    "an unknown entity": (WHOLE.replace("<forum>blog", "<forum>&blog;"), "undefined entity"),
    "nested without end": ("<disqus>" + "<a>" * 100_000, "nested too deep"),
    "only white space": ("  \n", "This file ends before its first comment."),
}


@pytest.mark.parametrize(("content", "words"), BROKEN.values(), ids=BROKEN)
async def test_a_broken_file_changes_nothing(blog: Blog, content: str, words: str) -> None:
    before = await blog.rows()

    with pytest.raises(FileBroken) as raised:
        await blog.imports(content, format="disqus")

    assert words in raised.value.detail
    assert raised.value.detail.endswith("Nothing was imported.")
    assert await blog.rows() == before


async def test_an_empty_file_is_called_empty(blog: Blog) -> None:
    with pytest.raises(FileBroken, match=r"This file is empty\. Nothing was imported\."):
        await blog.imports("")


async def test_a_packed_file_that_was_cut_off_says_where(blog: Blog) -> None:
    packed = gzip.compress(disqus(thread(1), *(post(number) for number in range(1, 400))).encode())

    with pytest.raises(FileBroken, match=r"This file ends in the middle of comment \d+\. Nothing was"):
        await blog.imports(packed[: len(packed) * 3 // 4])
    with pytest.raises(FileBroken, match=r"This file is damaged: it cannot be unpacked\. Nothing was"):
        await blog.imports(packed[:200] + bytes(100) + packed[300:], format="disqus")


async def test_a_comment_longer_than_a_person_writes_is_refused(blog: Blog) -> None:
    with pytest.raises(FileBroken, match="more than 8,388,608 characters in the middle of comment 1"):
        await blog.imports(disqus(thread(1), post(1, text="x" * 9_000_000)))


async def test_a_format_that_nobody_knows_is_named_with_those_that_are(blog: Blog) -> None:
    with pytest.raises(FormatUnknown, match="Known are disqus, wxr, isso, remark42, commento, comments"):
        await blog.imports('{"comments": []}')
    with pytest.raises(FormatUnknown, match="There is no format 'coral'"):
        await blog.imports(WHOLE, format="coral")


async def test_a_site_that_is_not_there_is_found_out_before_reading(blog: Blog) -> None:
    blog.name = "blogg"
    with pytest.raises(SiteUnknown):
        await blog.imports("<disqus>")


def test_a_file_that_is_not_there_is_an_expected_failure(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="no such file"):
        ImportFile(tmp_path / "missing.xml")
