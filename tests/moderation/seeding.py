"""A site with people and a discussion, stored directly: what the tests of moderation begin with."""

import itertools
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from comments.identity.accounts.queries import Moderator
from comments.identity.models import Account, Author, Membership
from comments.ids import new_id
from comments.sites.models import Site
from comments.threads.addresses.page_keys import key_hash, page_keys
from comments.threads.addresses.urls import page_path
from comments.threads.models import Comment, Revision, Thread, ThreadKey
from comments.threads.order.tree import TOP, TreePosition, place_below
from tests.conftest import NOON

_numbers = itertools.count()


@dataclass
class Seed:
    """Collects rows, each later than the one before; `store` is the action that writes them.

    Counters start at what an empty discussion has: seed only what is not public, or approve it afterwards.
    """

    name: str = field(default_factory=lambda: f"site{next(_numbers)}")
    now: datetime = NOON - timedelta(hours=1)
    rows: list[tuple[Any, list[dict[str, Any]]]] = field(default_factory=list)
    places: dict[UUID, tuple[UUID, TreePosition]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.site_id = new_id(self.now)
        self.add(Site, id=self.site_id, name=self.name, origins='["https://blog.example"]', settings="{}")

    def add(self, model: Any, **values: Any) -> None:
        self.now += timedelta(seconds=1)
        if "created_at" in model.__table__.c:
            values = {"created_at": self.now, **values}
        if self.rows and self.rows[-1][0] is model and self.rows[-1][1][0].keys() == values.keys():
            self.rows[-1][1].append(values)
        else:
            self.rows.append((model, [values]))

    def moderator(self, name: str = "Mia") -> Moderator:
        account_id = new_id(self.now)
        self.add(Account, id=account_id, email=f"{account_id}@mail.example", name=name)
        self.add(Membership, account_id=account_id, site_id=self.site_id, role="moderator")
        return Moderator(account_id, self.site_id, name, "moderator")

    def author(self, name: str = "Jonas") -> UUID:
        author_id = new_id(self.now)
        self.add(Author, id=author_id, site_id=self.site_id, kind="guest", name=name)
        return author_id

    def thread(self, title: str | None = None, *, section: str = "/") -> UUID:
        thread_id = new_id(self.now)
        url = f"https://blog.example{section}{thread_id}"
        self.add(
            Thread,
            id=thread_id,
            site_id=self.site_id,
            url=url,
            title=title,
            updated_at=self.now,
            page_path=page_path(url),
        )
        [(kind, key)] = page_keys(url, None).pairs
        self.add(
            ThreadKey,
            site_id=self.site_id,
            key_hash=key_hash(kind, key),
            kind=kind,
            key=key,
            thread_id=thread_id,
        )
        return thread_id

    def comment(
        self,
        thread_id: UUID,
        author_id: UUID,
        *,
        parent: UUID | None = None,
        name: str = "Jonas",
        text: str = "Hello",
        state: str = "pending",
        **values: Any,
    ) -> UUID:
        comment_id = new_id(self.now)
        place = TOP if parent is None else place_below(parent, self.places[parent][1], comment_id, self.now)
        self.places[comment_id] = (thread_id, place)
        self.add(
            Comment,
            **{
                "id": comment_id,
                "site_id": self.site_id,
                "thread_id": thread_id,
                "parent_id": parent,
                "root_id": place.root_id,
                "depth": place.depth,
                "path": place.path,
                "author_id": author_id,
                "author_name": name,
                "author_kind": "guest",
                "source": text,
                "html": f"<p>{text}</p>",
                "renderer": 1,
                "state": state,
                "queue": state,
                "listed": False,
                "reasons": '["First comment"]',
                **values,
            },
        )
        return comment_id

    def edit_that_waits(self, comment_id: UUID, text: str) -> None:
        """Let an edit of an approved comment wait; the caller sets the comment's queue."""
        self.add(
            Revision,
            comment_id=comment_id,
            site_id=self.site_id,
            source=text,
            html=f"<p>{text}</p>",
            renderer=1,
            reasons='["2 links"]',
        )

    def store(self, session: Session) -> None:
        """Write the rows collected since the last time."""
        for model, values in self.rows:
            session.execute(insert(model), values)
        self.rows.clear()
