"""A discussion in schema.org's terms, as JSON-LD for search engines.

Source: https://schema.org/DiscussionForumPosting, and the fields that Google documents for it.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from markupsafe import Markup

from comments.threads.views.schemas import AuthorShown, CommentShown, ThreadShown

_BLOCK_ENDS = re.compile(r"(</(?:p|li|pre|blockquote|h\d)>|<[bh]r>)")

Node = dict[str, Any]


def posting(
    thread: ThreadShown,
    comments: Sequence[CommentShown],
    *,
    name: str,
    address: str,
    address_of: Callable[[UUID], str],
    began: str,
) -> Node:
    """Return the discussion with the comments of one page; `began` is when its first comment was written.

    The page that is discussed is its subject; the host stands for whoever wrote that, whom we do not know.
    """
    return {
        "@context": "https://schema.org",
        "@type": "DiscussionForumPosting",
        "url": address,
        "headline": name,
        "text": f"Comments on {name}",
        "author": {
            "@type": "Organization",
            "name": _host(thread.url or ""),
            "url": _origin(thread.url or ""),
        },
        "datePublished": began,
        "about": {"@type": "WebPage", "url": thread.url, "name": name},
        "commentCount": thread.comment_count,
        "interactionStatistic": _counter("CommentAction", thread.comment_count),
        "comment": [_comment(one, address_of) for one in comments],
    }


def text_of(html: str) -> str:
    """Return the words of sanitised HTML on one line."""
    return Markup(_BLOCK_ENDS.sub(r"\1 ", html)).striptags()  # noqa: S704 - the tags come off again


def _comment(comment: CommentShown, address_of: Callable[[UUID], str]) -> Node:
    below = [_comment(one, address_of) for one in comment.replies.comments]
    node: Node = {"@type": "Comment", "url": address_of(comment.id)}
    if comment.author is None or comment.html is None:
        node["creativeWorkStatus"] = "Deleted"
    else:
        node |= {
            "author": _person(comment.author),
            "text": text_of(comment.html),
            "datePublished": comment.created_at.isoformat(),
            "interactionStatistic": [
                _counter("LikeAction", comment.upvotes),
                _counter("DislikeAction", comment.downvotes),
            ],
        }
        if comment.edited_at:
            node["dateModified"] = comment.edited_at.isoformat()
    if below:
        node["comment"] = below
    return node


def _person(author: AuthorShown) -> Node:
    person: Node = {"@type": "Person", "name": author.name}
    return {**person, "url": author.website} if author.website else person


def _counter(action: str, count: int) -> Node:
    kind = f"https://schema.org/{action}"
    return {"@type": "InteractionCounter", "interactionType": kind, "userInteractionCount": count}


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0]


def _origin(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}/"
