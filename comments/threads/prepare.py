"""From what was sent to orders for the actions: limits, cleaning and rendering, before the write."""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TypeVar
from uuid import UUID

from comments.classifier.features import signs_of
from comments.classifier.score import Look, Model
from comments.identity.authors import Credentials
from comments.keys import Keyring
from comments.limits import Limits, Rate
from comments.policy.fingerprints import Print, print_of
from comments.policy.submission_proofs import brought, place_of
from comments.rules import Draft
from comments.text import Rendered, render_post
from comments.text.plain import clean_email, clean_name, clean_title, clean_website
from comments.text.unquoted import own_words
from comments.threads.actions.own_comments import EditOrder
from comments.threads.actions.post_comment import PostOrder
from comments.threads.addresses.page_keys import check_page_origin, page_keys
from comments.threads.errors import KeyTooShort, TooManyActions
from comments.threads.requests import AuthorGiven, PostBody
from comments.threads.site_card import SiteCard

WORKED_OUT_ON_THE_SPOT = 2_000
"""Longer texts are rendered in a thread: they would hold up every reader for milliseconds."""

SHORTEST_KEY = 22

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Sender:
    """From where an order comes, and when; `network` is what limits count by.

    `trapped` says that a field was filled in that people do not see.
    """

    network: str
    shown: Credentials
    at: datetime
    trapped: bool = False


async def rendered(body: str) -> Rendered:
    """Render what somebody has written. Raises BodyEmpty, BodyTooLong, BodyTooComplex."""
    return await _worked_out(body, lambda: render_post(body))


async def known_again(shown: Rendered) -> Print | None:
    """Return by what a text is known again, without what it quotes; None for one too short for that."""
    return await _worked_out(shown.text, lambda: print_of(own_words(shown.html)))


async def looked_at(shown: Rendered, name: str, website: str | None, model: Model | None) -> Look | None:
    """Return a comment beside what its site has learned; None where that is too little, or not asked."""
    if model is None:
        return None
    draft = Draft(shown.text, shown.links, name, website)
    return Look(model, await _worked_out(shown.text, lambda: signs_of(draft)))


async def _worked_out(text: str, work: Callable[[], T]) -> T:
    """Do what takes longer the longer a text is; for a long one in a thread, as others wait meanwhile."""
    return work() if len(text) <= WORKED_OUT_ON_THE_SPOT else await asyncio.to_thread(work)


async def edit_order(
    site: SiteCard, comment_id: UUID, body: str, who: Credentials, model: Model | None = None
) -> EditOrder:
    """Return the order to give one's own comment the text `body`. Raises as `rendered` does."""
    shown = await rendered(body)
    look = await looked_at(shown, "", None, model)
    return EditOrder(site, comment_id, body, shown, await known_again(shown), who, look)


async def post_order(
    site: SiteCard,
    keys: Keyring,
    limits: Limits,
    sender: Sender,
    body: PostBody,
    idempotency_key: str | None,
    *,
    sends_mail: bool,
    model: Model | None = None,
) -> PostOrder:
    """Return the order to post `body`. Raises Invalid with the fields that are wrong, PageRefused."""
    page = page_keys(body.page.url, body.page.identifier)
    check_page_origin(page, site.origins)
    given = body.author or AuthorGiven()
    place = page.hashes[0]
    shown = await rendered(body.body)
    name, website = _cleaned(clean_name, given.name), _cleaned(clean_website, given.website)
    return PostOrder(
        site=site,
        page=page,
        title=_cleaned(clean_title, body.page.title),
        parent_id=body.parent_id,
        source=body.body,
        rendered=shown,
        seen=await known_again(shown),
        name=name,
        email=_cleaned(clean_email, given.email),
        website=website,
        shown=sender.shown,
        post_key=post_key(keys, idempotency_key),
        digest=digest(site.id, place, body.parent_id, body.body),
        post_wait=limits.hit(Rate.POST, sender.network),
        open_wait=limits.full(Rate.OPEN_THREAD, sender.network),
        bursts=_bursts(limits, site.id, place, sender.shown),
        brought=brought(
            keys,
            [place_of(site.id, key) for key in page.hashes] if body.form_token or body.altcha else (),
            body.form_token,
            body.altcha,
            sender.at,
            trapped=sender.trapped,
        ),
        key_of_address=partial(key_of_address, keys) if given.notify and sends_mail else None,
        look=await looked_at(shown, name or "", website, model),
        consents=body.consent,
    )


def _bursts(limits: Limits, site_id: UUID, place: bytes, shown: Credentials) -> tuple[str, ...]:
    """Count one of each, and return what is over its rate. Without a token one's first comment is read."""
    counted = [
        *(("author", Rate.AUTHOR, token.hex()) for token in shown.token_hashes[:1]),
        ("thread", Rate.THREAD, f"{site_id}/{place.hex()}"),
        ("site", Rate.SITE, str(site_id)),
    ]
    return tuple(of for of, rate, key in counted if limits.hit(rate, key))


def flooded(limits: Limits, site_id: UUID, place: bytes) -> bool:
    """Say whether one more comment on this page would be one of too many at once."""
    return bool(limits.full(Rate.THREAD, f"{site_id}/{place.hex()}") or limits.full(Rate.SITE, str(site_id)))


def _cleaned(clean: Callable[[str], str], given: str | None) -> str | None:
    """Return what was given, cleaned; what is empty was not given."""
    return (clean(given) or None) if given and given.strip() else None


def key_of_address(keys: Keyring, email: str) -> bytes:
    """Return the keyed hash by which an e-mail address is found again, in whatever case it is written."""
    return keys.mac("watch", email.casefold().encode())


def post_key(keys: Keyring, idempotency_key: str | None) -> bytes | None:
    """Return the hash of an Idempotency-Key. Raises KeyTooShort: a key that can be guessed is none."""
    if idempotency_key is None:
        return None
    if len(idempotency_key) < SHORTEST_KEY or len(idempotency_key) > 200:
        detail = f"An Idempotency-Key has {SHORTEST_KEY} to 200 characters."
        raise KeyTooShort(detail, errors={"Idempotency-Key": detail})
    return keys.mac("post-key", idempotency_key.encode())


def digest(site_id: UUID, place: bytes, parent_id: UUID | None, body: str) -> bytes:
    """Return what the same text on the same place always has."""
    parts = [site_id.bytes, place, parent_id.bytes if parent_id else b"", body.strip().encode()]
    return hashlib.blake2b(b"\x00".join(parts), digest_size=16).digest()


def refuse_over(limits: Limits, rate: Rate, address: str) -> None:
    """Count one. Raises TooManyActions over the rate."""
    wait = limits.hit(rate, address)
    if wait:
        raise TooManyActions(f"A moment, please. Try again in {wait} seconds.", retry_after=wait)
