"""What depends on who asks."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy.orm import Session

from comments.identity.authors import Credentials, known_author
from comments.keys import Keyring
from comments.threads import wire
from comments.threads.errors import IdsRefused
from comments.threads.page_keys import page_keys
from comments.threads.queries import own, paging
from comments.threads.requests import MeQuery
from comments.threads.site_card import SiteCard

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
    waiting: list[wire.CommentShown]
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
    mine = own.own_on_page(session, site.id, author, page, ids, editable_since=at - window)
    revised = {comment_id: row.source for comment_id, row in mine.revisions.items()}
    return MeAnswer(
        Identity(author.id, author.name, author.kind, author.badge, author.website),
        {str(comment_id): value for comment_id, value in mine.votes.items()},
        _waiting(session, keys, site, mine),
        {str(row.id): row.created_at + window for row in mine.editable},
        {str(row.id): revised.get(row.id, row.source) for row in mine.editable},
    )


def _waiting(session: Session, keys: Keyring, site: SiteCard, mine: own.Own) -> list[wire.CommentShown]:
    if mine.thread is None or not mine.waiting:
        return []
    wording = wire.Wording(keys, site.id, mine.thread.id, mine.thread.url)
    answered = [row.parent_id for row in mine.waiting if row.parent_id]
    wording.names.update(paging.names_of(session, answered))
    return [wording.own(row, editable_until=None) for row in mine.waiting]


def _ids(given: str) -> list[UUID]:
    parts = [part.strip() for part in given.split(",") if part.strip()]
    if len(parts) > MOST_IDS:
        raise IdsRefused(f"At most {MOST_IDS} ids at once.", errors={"ids": f"more than {MOST_IDS}"})
    try:
        return [UUID(part) for part in parts]
    except ValueError:
        raise IdsRefused("One of the ids is none.", errors={"ids": "not an id"}) from None
