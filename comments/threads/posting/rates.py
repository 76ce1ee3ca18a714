"""How often somebody may write: what is counted of posts and other actions."""

from dataclasses import dataclass
from uuid import UUID

from comments.identity.actors import Credentials
from comments.limits import Limits, Rate
from comments.threads.errors import TooManyActions
from comments.threads.posting.parse import CommentDraft


@dataclass(frozen=True, slots=True)
class Rates:
    """What was over its rate when a post came.

    `*_wait` are the seconds until an address may post or open a thread again, 0 if it may now; `bursts` says
    of whom there were too many at once: the `author`, the `thread`, the `site`.
    """

    post_wait: int = 0
    open_wait: int = 0
    bursts: tuple[str, ...] = ()


def count_post(limits: Limits, draft: CommentDraft) -> Rates:
    """Count a post, and return what is over its rate."""
    sender = draft.sender
    return Rates(
        post_wait=limits.hit(Rate.POST, sender.network),
        open_wait=limits.full(Rate.OPEN_THREAD, sender.network),
        bursts=_bursts(limits, draft.site.id, draft.page.hashes[0], sender.credentials),
    )


def flooded(limits: Limits, site_id: UUID, place: bytes) -> bool:
    """Say whether one more comment on this page would be one of too many at once."""
    return bool(limits.full(Rate.THREAD, f"{site_id}/{place.hex()}") or limits.full(Rate.SITE, str(site_id)))


def refuse_over(limits: Limits, rate: Rate, address: str) -> None:
    """Count one. Raises TooManyActions over the rate."""
    wait = limits.hit(rate, address)
    if wait:
        raise TooManyActions(f"A moment, please. Try again in {wait} seconds.", retry_after=wait)


def _bursts(limits: Limits, site_id: UUID, place: bytes, credentials: Credentials) -> tuple[str, ...]:
    """Count one of each, and return what is over its rate. Without a token one's first comment is read."""
    counted = [
        *(("author", Rate.AUTHOR, token.hex()) for token in credentials.token_hashes[:1]),
        ("thread", Rate.THREAD, f"{site_id}/{place.hex()}"),
        ("site", Rate.SITE, str(site_id)),
    ]
    return tuple(of for of, rate, key in counted if limits.hit(rate, key))
