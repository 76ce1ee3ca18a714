"""Who the authors of imported comments are here: names are public, all else is not."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from comments.identity.models import Author
from tests.importers.blog import KEYS, Blog
from tests.importers.exports import disqus, post, thread

pytestmark = pytest.mark.anyio


def author(name: str, *, username: str = "", email: str = "") -> str:
    handle = f"<username>{username}</username>" if username else ""
    mail = f"<email>{email}</email>" if email else ""
    anonymous = str(not username).lower()
    return f"<author>{mail}<name>{name}</name><isAnonymous>{anonymous}</isAnonymous>{handle}</author>"


async def test_authors_are_known_by_user_name_else_by_name_and_e_mail(blog: Blog) -> None:
    await blog.imports(
        disqus(
            thread(1),
            post(1, author=author("Ana", username="ana")),
            post(2, author=author("Ana P.", username="ana")),
            post(3, author=author("Ana", email="ana@mail.example")),
            post(4, author=author("Ana", email="ANA@mail.example")),
            post(5, author=author("Ana", email="other@mail.example")),
            post(6, author=author("")),
        )
    )
    comments = await blog.comments()
    authors = {
        one.id: one for one in await blog.db.read(lambda session: session.scalars(select(Author)).all())
    }
    who = {key: authors[one.author_id] for key, one in comments.items()}

    assert who["1"] is who["2"]
    assert who["3"] is who["4"]
    assert len({one.id for one in who.values()}) == 4
    assert {one.kind for one in who.values()} == {"imported"}
    assert (who["3"].name, who["3"].email) == ("Ana", "ana@mail.example")
    assert comments["6"].author_name == "Guest"
    assert comments["1"].author_kind == "imported"


async def test_an_author_is_never_somebody_who_is_here(blog: Blog) -> None:
    await blog.imports(disqus(thread(1), post(1, author=author("Ana", email="ana@mail.example"))))
    other = await Blog(blog.db, blog.clock, blog.folder, name="other").add()
    await other.imports(disqus(thread(1), post(1, author=author("Ana", email="ana@mail.example"))))
    authors = await blog.db.read(lambda session: session.scalars(select(Author)).all())

    assert len({one.id for one in authors}) == 2


async def test_addresses_are_kept_as_keyed_hashes_and_for_thirty_days_only(blog: Blog) -> None:
    young = (blog.clock.now() - timedelta(days=29)).isoformat()
    old = (blog.clock.now() - timedelta(days=31)).isoformat()
    address = "<ipAddress>203.0.113.9</ipAddress>"
    await blog.imports(disqus(thread(1), post(1, at=young, more=address), post(2, at=old, more=address)))
    comments = await blog.comments()

    assert comments["1"].address_key == KEYS.address_key("203.0.113.9")
    assert comments["2"].address_key is None


async def test_names_and_titles_are_cleaned_and_never_refused(blog: Blog) -> None:
    names = ["x" * 500, "a\u202eb", "\u200b", "<b>Bo</b>"]
    posts = [post(n, author=author(name.replace("<", "&lt;"))) for n, name in enumerate(names, 1)]
    await blog.imports(disqus(thread(1, title="A\u202e" + "t" * 500), *posts))
    comments = await blog.comments()
    (page,) = await blog.threads()

    assert [comments[str(n)].author_name for n in range(1, 5)] == ["x" * 60, "ab", "Guest", "<b>Bo</b>"]
    assert page.title is not None
    assert len(page.title) <= 300
    assert "\u202e" not in page.title
