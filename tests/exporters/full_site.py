"""A site with everything a site can have, in every column: what an export must not lose."""

import itertools
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from comments.identity.models import (
    Account,
    ApiToken,
    Author,
    BrowserSession,
    GuestToken,
    Membership,
    SignInLink,
)
from comments.ids import new_id
from comments.moderation.decisions.replaced import CommentText, ReplacedText
from comments.moderation.models import Decision
from comments.policy.models import Ban
from comments.rules import Reason, encoded
from comments.sites.models import Site
from comments.storage import Base
from comments.text import render
from comments.threads.addresses.page_keys import page_keys
from comments.threads.models import Comment, Report, Revision, Thread, ThreadKey, Vote, Watch
from comments.threads.order.ranking import rank
from comments.threads.order.tree import TOP, TreePosition, ancestors, place_below

BEGINNING = datetime(2026, 1, 31, 23, 59, 58, 999_999, tzinfo=UTC)
NAME = "Ünï Ċødé 🙂 محمد 東京"
LONGEST = "𝔘" * 9_990 + " <b>&amp;"
MARKDOWN = "**bold** <script>alert(1)</script>\n\n```python\nprint('x' < 1)\n```\n\n> quote\n\nhttps://a.example/?a=1&b=2"
OLD_HTML = '<p>From <em>there</em>, <a href="https://b.example/?x=1&amp;y=2">a link</a></p><img src="https://c.example/i.png">'
STATES = ("approved", "pending", "spam", "removed", "deleted")


@dataclass
class FullSite:
    """Collects rows table by table; `store` writes them with their counters."""

    name: str = "blog"
    at: datetime = BEGINNING
    rows: dict[type[Base], list[dict[str, Any]]] = field(default_factory=dict)
    places: dict[UUID, TreePosition] = field(default_factory=dict)
    numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.site_id = new_id(self.at)
        self.add(
            Site,
            id=self.site_id,
            name=self.name,
            origins=json.dumps(["https://blog.example", "https://*.préview.example"], ensure_ascii=False),
            settings=json.dumps({"hold_words": ["кот", "x"], "sort": "newest"}, ensure_ascii=False),
            version=7,
        )
        self.owner, self.moderator = self.account("Owner", "owner"), self.account(NAME, "moderator")
        self.guest, self.voter = self.author("guest", NAME), self.author("guest", None)
        self.team = self.author("moderator", "Owner", account_id=self.owner)
        self.old = self.author("imported", "Old 🕰", source_system="disqus", source_id="user:old")
        self.ban(self.owner)
        self.write_threads()
        self.let_in()

    def tick(self) -> datetime:
        self.at += timedelta(seconds=59, microseconds=7)
        return self.at

    def add(self, table: type[Base], **values: Any) -> None:
        if "created_at" in table.__table__.c:
            values = {"created_at": self.tick(), **values}
        self.rows.setdefault(table, []).append(values)

    def account(self, name: str, role: str | None) -> UUID:
        account_id = new_id(self.tick())
        self.add(Account, id=account_id, email=f"{account_id}@straße.example", name=name)
        if role is not None:
            self.add(Membership, account_id=account_id, site_id=self.site_id, role=role)
        return account_id

    def author(self, kind: str, name: str | None, **values: Any) -> UUID:
        author_id = new_id(self.tick())
        known = {"account_id": None, "source_system": None, "source_id": None, **values}
        self.add(
            Author,
            id=author_id,
            site_id=self.site_id,
            kind=kind,
            name=name,
            email=f"{kind}@mail.example" if name else None,
            website="https://ana.example/?x=1&y=2" if name else None,
            approved_name=name,
            approved_count=next(self.numbers),
            trusted=kind == "guest",
            **known,
        )
        if kind == "guest":
            for _ in range(2):
                self.add(
                    GuestToken,
                    token_hash=self.secret(32),
                    site_id=self.site_id,
                    author_id=author_id,
                    used_at=self.tick(),
                )
        return author_id

    def secret(self, size: int) -> bytes:
        """Return bytes that look like chance, and are the same each time."""
        return blake2b(f"{self.name} {next(self.numbers)}".encode(), digest_size=size).digest()

    def write_threads(self) -> None:
        talk = self.thread("https://blog.example/a?p=1", "Post 1", NAME, aliases=["https://blog.example/old"])
        self.thread("https://blog.example/silent", None, None)
        closed = self.thread(
            "http://www.blog.example/ü/?q=%C3%BC", None, "Provisional", confirmed=False, state="closed"
        )
        for thread_id in (talk, closed):
            last = None
            for state, author in itertools.product(STATES, (self.guest, self.team, self.old)):
                self.comment(thread_id, author, state, None)
                last = self.comment(thread_id, author, state, last)
        last = None
        for _ in range(20):
            last = self.comment(talk, self.guest, "approved", last)
        self.comment(talk, self.guest, "approved", None, source=LONGEST)

    def thread(
        self,
        url: str,
        identifier: str | None,
        title: str | None,
        *,
        aliases: list[str] | None = None,
        confirmed: bool = True,
        state: str = "open",
    ) -> UUID:
        thread_id = new_id(self.tick())
        self.add(
            Thread,
            id=thread_id,
            site_id=self.site_id,
            url=url,
            identifier=identifier,
            title=title,
            title_confirmed=confirmed,
            state=state,
            version=40 + next(self.numbers),
            updated_at=self.tick(),
        )
        keys = [page_keys(url, identifier), *(page_keys(alias, None) for alias in aliases or ())]
        for key in keys:
            for (kind, words), hashed in zip(key.pairs, key.hashes, strict=True):
                self.add(
                    ThreadKey,
                    site_id=self.site_id,
                    key_hash=hashed,
                    kind=kind,
                    key=words,
                    thread_id=thread_id,
                )
        return thread_id

    def comment(
        self, thread_id: UUID, author_id: UUID, state: str, parent: UUID | None, source: str | None = None
    ) -> UUID:
        at, number = self.tick(), next(self.numbers)
        comment_id, is_old = new_id(at), author_id == self.old
        place = TOP if parent is None else place_below(parent, self.places[parent], comment_id, at)
        self.places[comment_id] = place
        text = source or (OLD_HTML if is_old else MARKDOWN)
        has_edit = state == "approved" and number % 2 == 0
        self.add(
            Comment,
            id=comment_id,
            site_id=self.site_id,
            thread_id=thread_id,
            parent_id=parent,
            root_id=place.root_id,
            depth=place.depth,
            path=place.path,
            author_id=author_id,
            author_name=NAME if author_id == self.guest else "Owner",
            author_kind={self.team: "moderator", self.old: "imported"}.get(author_id, "guest"),
            author_badge="author" if author_id == self.team else None,
            author_website="https://ana.example/" if author_id == self.guest else None,
            source=text,
            source_format="html" if is_old else "markdown",
            html=render(text, format="html" if is_old else "markdown").html,
            renderer=1,
            state=state,
            queue="pending" if has_edit else state,
            reasons=encoded([Reason("links", f"{number} links", number), Reason("", NAME)]),
            version=1 + number,
            rank=rank(number, 1),
            upvotes=number,
            downvotes=1,
            report_count=number % 3,
            created_at=at,
            edited_at=self.tick() if number % 5 == 0 else None,
            edited_by_moderator=number % 10 == 0,
            deleted_at=self.tick() if state == "deleted" else None,
            consented_at=at if state == "approved" else None,
            deleted_from="approved" if state == "deleted" else None,
            address_key=self.secret(16) if number % 4 == 0 else None,
            post_key=number.to_bytes(16, "big") if number % 3 == 0 else None,
            digest=number.to_bytes(16, "little") if number % 3 == 1 else None,
            source_system="disqus" if is_old else None,
            source_id=f"{number}~x" if is_old else None,
        )
        self.write_belongings(comment_id, has_edit=has_edit)
        if number % 4 == 0:
            self.add(
                Watch,
                comment_id=comment_id,
                site_id=self.site_id,
                author_id=author_id,
                email="Tomasz@mail.example" if number % 8 else None,
                email_key=self.secret(16),
                state="confirmed" if number % 8 else "refused",
                asked_at=self.tick(),
            )
        return comment_id

    def write_belongings(self, comment_id: UUID, *, has_edit: bool) -> None:
        of = {"comment_id": comment_id, "site_id": self.site_id}
        if has_edit:
            html = render("An edit", format="markdown").html
            self.add(
                Revision,
                **of,
                source="An edit",
                source_format="markdown",
                html=html,
                renderer=1,
                reasons="[]",
            )
        if next(self.numbers) % 3 == 0:
            self.add(Vote, **of, author_id=self.voter, value=-1, counted=False, address_key=self.secret(16))
            self.add(Vote, **of, author_id=self.old, value=1, counted=True, address_key=None)
            self.add(Report, **of, author_id=self.voter, reason="spam", note=NAME)
            self.decide(of, self.moderator, None)
            text = CommentText("**old**", "markdown", "<p><strong>old</strong></p>", 1, "[]", self.at)
            self.decide(of, None, ReplacedText(text=text, trusted_name=NAME).encode())

    def decide(self, of: Mapping[str, UUID], account_id: UUID | None, replaced: str | None) -> None:
        self.add(
            Decision,
            **of,
            id=new_id(self.tick()),
            account_id=account_id,
            moderator_name=NAME,
            decision="approve",
            before="pending",
            after="approved",
            reason="Because 'so'\n\t\\",
            replaced=replaced,
            at=self.at,
        )

    def ban(self, account_id: UUID | None) -> None:
        """Ban an author, an address and a domain."""
        subjects = {"author": str(self.guest), "address": self.secret(16).hex(), "domain": "spam.example"}
        for kind, subject in subjects.items():
            at = self.tick()
            self.add(
                Ban,
                id=new_id(at),
                site_id=self.site_id,
                kind=kind,
                subject=subject,
                author_id=self.guest if kind == "author" else None,
                outcome="silent" if kind == "domain" else "refuse",
                label=NAME,
                until=None if kind == "domain" else at + timedelta(days=400),
                account_id=account_id,
                made_by="Ana",
            )

    def let_in(self) -> None:
        """Add what lets somebody in, and must not be in an export."""
        self.add(ApiToken, token_hash=self.secret(32), site_id=self.site_id, account_id=self.owner)
        self.add(SignInLink, token_hash=self.secret(32), account_id=self.owner, expires_at=self.tick())
        self.add(BrowserSession, token_hash=self.secret(32), account_id=self.owner, expires_at=self.tick())

    def store(self, session: Session) -> None:
        self.count()
        for table, rows in self.rows.items():
            session.execute(insert(table), rows)

    def store_frame(self, session: Session) -> None:
        """Store what there is of a site that has no comments."""
        for thread in self.rows.get(Thread, ()):
            thread["comment_count"] = 0
        for table, rows in self.rows.items():
            session.execute(insert(table), rows)

    def count(self) -> None:
        comments = self.rows[Comment]
        public = [one for one in comments if one["state"] == "approved"]
        below = Counter(above for one in public for above in ancestors(self.places[one["id"]]))
        for one in comments:
            one["reply_total"] = below[one["id"]]
            one["listed"] = one["state"] == "approved" or below[one["id"]] > 0
        by_thread = Counter(one["thread_id"] for one in public)
        for thread in self.rows[Thread]:
            thread["comment_count"] = by_thread[thread["id"]]
