"""What depends on who asks."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy.orm import Session

from comments.identity.actors import Credentials
from comments.identity.authors import known_author
from comments.keys import Keyring
from comments.threads.addresses.page_keys import page_keys
from comments.threads.errors import IdsRefused
from comments.threads.queries import own_comments
from comments.threads.queries.find_threads import thread_by_keys
from comments.threads.requests import MeQuery
from comments.threads.site_card import SiteCard
from comments.threads.views import schemas
from comments.threads.views.thread import waiting_shown

MOST_IDS = 200


class Identity(msgspec.Struct):
    """Whose token it is. The e-mail is not told, not even to its owner: host pages run others' scripts."""

    id: UUID
    name: str | None
    kind: str
    badge: str | None
    website: str | None


class MeAnswer(msgspec.Struct):
    """`votes` are 1 or -1 by comment; `waiting` one's comments no one else sees yet, the oldest first;
    `editable` until when, by comment, and `bodies` the sources of those."""

    identity: Identity | None
    votes: dict[str, int]
    waiting: list[schemas.CommentShown]
    editable: dict[str, datetime]
    bodies: dict[str, str]


def me_answer(
    session: Session, keys: Keyring, site: SiteCard, shown: Credentials, query: MeQuery, at: datetime
) -> MeAnswer:
    """Return all that depends on who asks, about a page and some comments. Raises TokenUnknown."""
    ids = _ids(query.ids)
    page = page_keys(query.url, query.identifier) if query.url or query.identifier else None
    author = known_author(session, site.id, shown, at)
    if author is None:
        return MeAnswer(None, {}, [], {}, {})
    window = site.settings.edit_window
    thread = thread_by_keys(session, site.id, page) if page else None
    mine = own_comments.own_among(session, author, ids, editable_since=at - window)
    revised = {comment_id: row.source for comment_id, row in mine.revisions.items()}
    return MeAnswer(
        Identity(author.id, author.name, author.kind, author.badge, author.website),
        {str(comment_id): value for comment_id, value in mine.votes.items()},
        waiting_shown(session, keys, site, author, thread) if thread else [],
        {str(row.id): row.created_at + window for row in mine.editable},
        {str(row.id): revised.get(row.id, row.source) for row in mine.editable},
    )


def _ids(given: str) -> list[UUID]:
    parts = [part.strip() for part in given.split(",") if part.strip()]
    if len(parts) > MOST_IDS:
        raise IdsRefused(f"At most {MOST_IDS} ids at once.", errors={"ids": f"more than {MOST_IDS}"})
    try:
        return [UUID(part) for part in parts]
    except ValueError:
        raise IdsRefused("One of the ids is none.", errors={"ids": "not an id"}) from None
