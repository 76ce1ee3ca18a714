"""Exports of other systems, written by hand: only what a test needs of each field."""

from collections.abc import Mapping
from html import escape

NAMESPACES = 'xmlns="http://disqus.com" xmlns:dsq="http://disqus.com/disqus-internals"'


def disqus(*parts: str, namespaces: str = NAMESPACES) -> str:
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<disqus {namespaces}>\n'
        + "\n".join(parts)
        + "\n</disqus>\n"
    )


def thread(
    number: int,
    link: str | None = None,
    identifier: str = "",
    *,
    title: str = "An article",
    closed: bool = False,
    deleted: bool = False,
) -> str:
    """A thread; without `link` it is on https://blog.example/a."""
    link = "https://blog.example/a" if link is None else link
    return (
        f'<thread dsq:id="{number}"><id>{escape(identifier)}</id><forum>blog</forum><category dsq:id="1"/>'
        f"<link>{escape(link)}</link><title>{escape(title)}</title><message/>"
        "<createdAt>2012-01-01T10:00:00Z</createdAt>"
        "<author><name>Editor</name><isAnonymous>false</isAnonymous><username>editor</username></author>"
        f"<isClosed>{yes(closed)}</isClosed><isDeleted>{yes(deleted)}</isDeleted></thread>"
    )


def post(
    number: int | None,
    *,
    thread: int = 1,
    parent: int | None = None,
    text: str | None = None,
    at: str | None = None,
    deleted: bool = False,
    spam: bool = False,
    author: str = "<author><name>Ana</name><isAnonymous>false</isAnonymous><username>ana</username></author>",
    more: str = "",
) -> str:
    """A post; its time follows from its number, so that a later number is a later comment."""
    at = f"2012-02-01T10:{(number or 0) // 60 % 60:02}:{(number or 0) % 60:02}Z" if at is None else at
    words = f"<p>Post {number}</p>" if text is None else text
    own_id = "" if number is None else f' dsq:id="{number}"'
    answers = "" if parent is None else f'<parent dsq:id="{parent}"/>'
    return (
        f"<post{own_id}><message><![CDATA[{words}]]></message><createdAt>{at}</createdAt>"
        f"<isDeleted>{yes(deleted)}</isDeleted><isSpam>{yes(spam)}</isSpam>{author}{more}"
        f'<thread dsq:id="{thread}"/>{answers}</post>'
    )


def yes(value: bool) -> str:
    return "true" if value else "false"


def wxr(*items: str, version: str = "1.2") -> str:
    return (
        '\n<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"'
        ' xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dsq="http://www.disqus.com/"'
        f' xmlns:wp="http://wordpress.org/export/{version}/"><channel>'
        + "\n".join(items)
        + "</channel></rss>"
    )


def item(*comments: str, link: str = "https://blog.example/a", more: str = "") -> str:
    return f"<item><title>An article</title><link>{escape(link)}</link>{more}{''.join(comments)}</item>"


def wp_comment(
    number: int, text: str = "Hello", fields: Mapping[str, str] | None = None, *, more: str = ""
) -> str:
    given = {
        "comment_id": str(number),
        "comment_author": "Ana",
        "comment_author_email": "ana@mail.example",
        "comment_author_url": "",
        "comment_author_IP": "203.0.113.9",
        "comment_date": "2014-01-14 18:32:12",
        "comment_date_gmt": f"2014-01-14 17:32:{number % 60:02}",
        "comment_content": f"<![CDATA[{text}]]>",
        "comment_approved": "1",
        "comment_type": "",
        "comment_parent": "0",
        **(fields or {}),
    }
    elements = "".join(f"<wp:{name}>{value}</wp:{name}>" for name, value in given.items())
    return f"<wp:comment>{elements}{more}</wp:comment>"
