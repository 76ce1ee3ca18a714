"""The first step of a post: from what was sent to who wants to say what, and where."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from comments.identity.actors import Credentials
from comments.keys import Keyring
from comments.threads.addresses.page_keys import PageKeys, check_page_origin, page_keys
from comments.threads.errors import KeyTooShort
from comments.threads.requests import AuthorGiven, PostBody
from comments.threads.site_card import SiteCard

SHORTEST_KEY = 22
LONGEST_KEY = 200


@dataclass(frozen=True, slots=True)
class Sender:
    """From where a post comes, and when; `network` is what limits count by.

    `trapped` says that a field was filled in that people do not see.
    """

    network: str
    credentials: Credentials
    at: datetime
    trapped: bool = False


@dataclass(frozen=True, slots=True)
class CommentDraft:
    """A comment as it was sent, for a page of the site's origins.

    `name`, `email`, `website` and `title` are as they were typed. `post_key` is the hash of the request's
    Idempotency-Key. `wants_mail` asks for mail about replies, `consents` agrees to the site's terms.
    """

    site: SiteCard
    sender: Sender
    page: PageKeys
    parent_id: UUID | None
    source: str
    title: str | None = None
    name: str | None = None
    email: str | None = None
    website: str | None = None
    post_key: bytes | None = None
    form_token: str | None = None
    altcha: str | None = None
    wants_mail: bool = False
    consents: bool = False


def parse(
    site: SiteCard,
    sender: Sender,
    body: PostBody,
    idempotency_key: str | None,
    keys: Keyring,
    *,
    sends_mail: bool,
) -> CommentDraft:
    """Return the draft that a request holds.

    Raises PageMissing, UrlRefused, IdentifierRefused, PageRefused, KeyTooShort.
    """
    page = page_keys(body.page.url, body.page.identifier)
    check_page_origin(page, site.origins)
    given = body.author or AuthorGiven()
    return CommentDraft(
        site=site,
        sender=sender,
        page=page,
        parent_id=body.parent_id,
        source=body.body,
        title=body.page.title,
        name=given.name,
        email=given.email,
        website=given.website,
        post_key=_post_key(keys, idempotency_key),
        form_token=body.form_token,
        altcha=body.altcha,
        wants_mail=given.notify and sends_mail,
        consents=body.consent,
    )


def _post_key(keys: Keyring, idempotency_key: str | None) -> bytes | None:
    """Return the hash of an Idempotency-Key. Raises KeyTooShort: a key that can be guessed is none."""
    if idempotency_key is None:
        return None
    if not SHORTEST_KEY <= len(idempotency_key) <= LONGEST_KEY:
        detail = f"An Idempotency-Key has {SHORTEST_KEY} to {LONGEST_KEY} characters."
        raise KeyTooShort(detail, errors={"Idempotency-Key": detail})
    return keys.mac("post-key", idempotency_key.encode())
