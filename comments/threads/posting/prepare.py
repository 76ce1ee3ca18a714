"""The second step of a post: names cleaned, text rendered, fingerprint taken. Pure, and before the write."""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar
from uuid import UUID

from comments.classifier.features import features_of
from comments.classifier.score import CommentScore, Model
from comments.identity.actors import Credentials
from comments.keys import Keyring
from comments.policy.fingerprints import Fingerprint, fingerprint_of
from comments.policy.submission_proofs import ProofResult, place_of, proof_result
from comments.rules import Draft
from comments.text import Rendered, render_post
from comments.text.plain import clean_email, clean_name, clean_title, clean_website
from comments.text.unquoted import own_words
from comments.threads.actions.reply_mail import KeyOfAddress, key_of_address
from comments.threads.posting.parse import CommentDraft
from comments.threads.site_card import SiteCard

WORKED_OUT_ON_THE_SPOT = 2_000
"""Longer texts are worked out in a thread: they would hold up every reader for milliseconds."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A draft with all that its text and its sender's own words come to.

    `fingerprint` finds nearly the same texts, None for a text too short for that; `digest` is the same for
    the same text at the same place. `proof_result` is what came of the form's token and the proof of work.
    `key_of_address` is set if its author wants mail about replies, `score` if the site has learned enough.
    """

    draft: CommentDraft
    rendered: Rendered
    digest: bytes
    fingerprint: Fingerprint | None = None
    name: str | None = None
    email: str | None = None
    website: str | None = None
    title: str | None = None
    proof_result: ProofResult = field(default_factory=ProofResult)
    key_of_address: KeyOfAddress | None = None
    score: CommentScore | None = None


@dataclass(frozen=True, slots=True)
class PreparedEdit:
    """A new text for one's own comment, rendered; `fingerprint` finds nearly the same texts."""

    site: SiteCard
    comment_id: UUID
    source: str
    rendered: Rendered
    fingerprint: Fingerprint | None
    shown: Credentials
    score: CommentScore | None = None


def prepare(draft: CommentDraft, keys: Keyring, model: Model | None = None) -> Prepared:
    """Clean, render and take the fingerprint; `model` is what the site has learned.

    Raises BodyEmpty, BodyTooLong, BodyTooComplex, and Invalid with the field that is wrong.
    """
    rendered = render_post(draft.source)
    name, website = _cleaned(clean_name, draft.name), _cleaned(clean_website, draft.website)
    site, page = draft.site, draft.page
    return Prepared(
        draft=draft,
        rendered=rendered,
        digest=digest(site.id, page.hashes[0], draft.parent_id, draft.source),
        fingerprint=fingerprint_of(own_words(rendered.html)),
        name=name,
        email=_cleaned(clean_email, draft.email),
        website=website,
        title=_cleaned(clean_title, draft.title),
        proof_result=proof_result(
            keys,
            [place_of(site.id, key) for key in page.hashes] if draft.form_token or draft.altcha else (),
            draft.form_token,
            draft.altcha,
            draft.sender.at,
            trapped=draft.sender.trapped,
        ),
        key_of_address=partial(key_of_address, keys) if draft.wants_mail else None,
        score=_score(rendered, name or "", website, model),
    )


def prepare_edit(
    site: SiteCard, comment_id: UUID, body: str, who: Credentials, model: Model | None = None
) -> PreparedEdit:
    """Render a new text of one's own comment. Raises as `prepare` does of a text."""
    rendered = render_post(body)
    score = _score(rendered, "", None, model)
    return PreparedEdit(
        site, comment_id, body, rendered, fingerprint_of(own_words(rendered.html)), who, score
    )


async def in_time(text: str, work: Callable[[], T]) -> T:
    """Do what takes longer the longer a text is; for a long one in a thread, as others wait meanwhile."""
    return work() if len(text) <= WORKED_OUT_ON_THE_SPOT else await asyncio.to_thread(work)


async def rendered(body: str) -> Rendered:
    """Render what somebody has written. Raises BodyEmpty, BodyTooLong, BodyTooComplex."""
    return await in_time(body, lambda: render_post(body))


def digest(site_id: UUID, place: bytes, parent_id: UUID | None, body: str) -> bytes:
    """Return what the same text on the same place always has."""
    parts = [site_id.bytes, place, parent_id.bytes if parent_id else b"", body.strip().encode()]
    return hashlib.blake2b(b"\x00".join(parts), digest_size=16).digest()


def _score(shown: Rendered, name: str, website: str | None, model: Model | None) -> CommentScore | None:
    if model is None:
        return None
    return CommentScore(model, features_of(Draft(shown.text, shown.links, name, website)))


def _cleaned(clean: Callable[[str], str], given: str | None) -> str | None:
    """Return what was given, cleaned; what is empty was not given."""
    return (clean(given) or None) if given and given.strip() else None
