"""Counts of public comments for lists of articles."""

from collections.abc import Sequence
from uuid import UUID

import msgspec
from sqlalchemy.orm import Session

from comments.errors import Invalid
from comments.threads.addresses.page_keys import key_hash, page_keys
from comments.threads.errors import TooManyKeys
from comments.threads.queries.find_threads import threads_by_key_hashes

MOST_KEYS = 100


class Count(msgspec.Struct):
    """`key` is the URL or identifier as it was asked."""

    key: str
    count: int


class CountsAnswer(msgspec.Struct):
    counts: list[Count]


def counts_answer(
    session: Session, site_id: UUID, asked: Sequence[tuple[str, str]]
) -> tuple[CountsAnswer, list[tuple[UUID, int]]]:
    """Return the counts of these pages (kind and key), and the threads they came from with their versions.

    A URL that no page can have counts 0, as any unknown page does: a list of articles must not fail for one
    odd link. Raises TooManyKeys.
    """
    if len(asked) > MOST_KEYS:
        raise TooManyKeys(f"At most {MOST_KEYS} pages at once.", errors={"url": f"more than {MOST_KEYS}"})
    hashes = [_hash(kind, key) for kind, key in asked]
    found = threads_by_key_hashes(session, site_id, [one for one in hashes if one is not None])
    threads = [found.get(one) if one is not None else None for one in hashes]
    counts = [
        Count(key, thread.comment_count if thread else 0)
        for (_, key), thread in zip(asked, threads, strict=True)
    ]
    return CountsAnswer(counts), [(thread.id, thread.version) for thread in threads if thread]


def _hash(kind: str, key: str) -> bytes | None:
    try:
        page = page_keys(key, None) if kind == "url" else page_keys(None, key)
    except Invalid:
        return None
    (pair,) = page.pairs
    return key_hash(*pair)
