"""Exports that nobody here wrote, where they are at hand: other projects' own test files."""

import os
from pathlib import Path

import pytest

from comments.importers.errors import FileBroken
from tests.importers.blog import Blog

pytestmark = pytest.mark.anyio

FOLDER = Path(os.environ.get("COMMENTS_TEST_IMPORTS", "../shared/data"))


def file_of(name: str) -> Path:
    path = FOLDER / name
    if not path.exists():
        pytest.skip(f"{path} is not here; COMMENTS_TEST_IMPORTS names the folder with import files")
    return path


async def test_the_disqus_export_of_isso(blog: Blog) -> None:
    blog.name = "isso"
    await blog.add(["http://example.org"])
    report = await blog.imports(file_of("isso/disqus.xml"))

    assert report.read == 6
    assert report.states == {"approved": 3, "deleted": 1}
    assert report.skipped == {
        "its page is not in the file": 1,
        "its page is on another host: localhost:4000": 1,
    }
    comments = await blog.comments()
    assert comments["9"].listed
    assert comments["11"].parent_id == comments["9"].id


async def test_the_wordpress_export_of_isso(blog: Blog) -> None:
    blog.name = "isso"
    await blog.add(["http://example.tld"])
    report = await blog.imports(file_of("isso/wordpress.xml"))

    assert (report.read, report.imported, report.threads, report.orphans) == (8, 8, 2, 0)


@pytest.mark.parametrize(
    ("name", "states"),
    [
        ("disqus", {"approved": 4, "spam": 1}),
        ("disqus-deleted-post", {"approved": 3, "deleted": 1, "spam": 1}),
        ("disqus-deleted-thread", {"approved": 2, "removed": 2, "spam": 1}),
    ],
)
async def test_the_disqus_exports_of_remark42(blog: Blog, name: str, states: dict[str, int]) -> None:
    """They are no XML as they are: a stray character in front, an attribute without quotes at the end."""
    blog.name = "radio"
    await blog.add(["https://radio-t.com", "http://radio-t.umputun.com"])
    path = file_of(f"remark42/{name}.xml")
    with pytest.raises(FileBroken, match="Nothing was imported"):
        await blog.imports(path)

    mended = path.read_text().removeprefix("`").replace("dsq:id=247937687", 'dsq:id="247937687"')
    report = await blog.imports(mended)

    assert (report.read, report.imported, report.threads) == (6, 5, 2)
    assert report.skipped == {"its date cannot be read": 1}
    assert report.states == states
    assert "id:12345678890" in await blog.comments()


async def test_the_generic_json_of_isso(blog: Blog) -> None:
    blog.name = "isso"
    await blog.add(["https://example.tld"])
    report = await blog.imports(file_of("isso/generic.json"))

    assert (report.format, report.read, report.imported, report.threads) == ("isso", 2, 2, 2)
    assert [thread.url for thread in await blog.threads()] == [
        "https://example.tld/posts/0001/",
        "https://example.tld/posts/0007/",
    ]


async def test_the_commento_export_of_remark42(blog: Blog) -> None:
    blog.name = "commento"
    await blog.add(["https://example.com"])
    report = await blog.imports(file_of("remark42/commento.json"))

    assert (report.format, report.read, report.imported, report.orphans) == ("commento", 3, 3, 0)
    assert report.states == {"approved": 3}
