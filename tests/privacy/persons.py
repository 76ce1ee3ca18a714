"""A reader who has left a trace of each kind, and a look into every table for what is left of them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, false, insert, inspect, select, text, update
from sqlalchemy.orm import Session

from comments.classifier.actions import Lesson, learn
from comments.classifier.features import FeatureSet
from comments.ids import new_id
from comments.keys import Keyring
from comments.outbox.models import Outbox
from comments.outside.models import CheckCall, WebhookCall
from comments.policy.models import Ban
from comments.schema import metadata
from comments.sites.models import OutsideCheck
from comments.sites.webhook_actions import add_webhook
from comments.storage import CText
from comments.threads.models import Comment, Revision, Watch
from tests.support.site import SECRET, Guest, SiteUnderTest

MARK = "quokkamark"
ADDRESS = f"ana@{MARK}.example"
WIDE = f"{MARK} walks the long way home because the evening train is late again and nobody waits for her"


@dataclass(frozen=True, slots=True)
class Person:
    """A reader on a site; `answered` is a comment of theirs that somebody answered, `waiting` one unseen."""

    guest: Guest
    author_id: UUID
    answered: str
    waiting: str
    voted: str


async def person_with_everything(site: SiteUnderTest, *, mark: str = MARK) -> Person:
    """Let somebody do on a site all that readers can do, their name, text and address having the mark."""
    guest = Guest(name=f"Ana {mark}", address="203.0.113.50")
    author = {"name": guest.name, "email": ADDRESS, "website": f"https://{mark}.example/"}
    others = await site.said("What do you think?")
    answered = await site.approved(f"I think {WIDE}", guest=guest, author=author)
    await site.approved("Do you?", parent_id=answered["id"], guest=Guest("Mia", "203.0.113.9"))
    waiting = await site.posted(f"A second thought: {mark}", guest=guest, author=author)
    spam = await site.posted(f"A third one: {mark}", guest=guest, author=author)
    await site.decide("spam", spam["id"])
    for path, body in (
        (f"comments/{others['id']}/vote", {"value": 1}),
        (f"comments/{others['id']}/reports", {"reason": "spam", "note": f"says {mark}"}),
    ):
        method = "PUT" if path.endswith("vote") else "POST"
        assert (await site.send(method, path, body, guest=guest)).is_success
    author_id = await site.service.db.write(_more, UUID(answered["id"]), site.clock.now(), mark)
    return Person(guest, author_id, answered["id"], waiting["id"], others["id"])


def _more(session: Session, comment_id: UUID, at: Any, mark: str) -> UUID:
    """Add what takes a mail server, a webhook or time to come about."""
    comment = session.get_one(Comment, comment_id)
    site_id, author_id, keys = comment.site_id, comment.author_id, Keyring(SECRET)
    session.add(
        Revision(
            comment_id=comment_id,
            site_id=site_id,
            source=f"edit {mark}",
            html=f"<p>{mark}</p>",
            renderer=1,
            reasons=f'["{mark}"]',
            created_at=at,
        )
    )
    watch = session.get(Watch, comment_id)
    if watch is None:
        session.add(
            Watch(
                comment_id=comment_id,
                site_id=site_id,
                author_id=author_id,
                email=ADDRESS,
                email_key=keys.mac("watch", ADDRESS.encode()),
                state="confirmed",
                asked_at=at,
            )
        )
    comment.facts = json.dumps({"note": mark})
    for kind, subject in (("author", str(author_id)), ("address", keys.address_key("203.0.113.50").hex())):
        session.add(
            Ban(
                id=new_id(at),
                site_id=site_id,
                kind=kind,
                subject=subject,
                outcome="refuse",
                author_id=author_id if kind == "author" else None,
                label=comment.author_name if kind == "author" else f"address of {comment.author_name}",
                reason=f"rude {mark}",
                made_by="Mia",
                created_at=at,
            )
        )
    _add_tasks(session, comment_id, site_id, at, mark)
    lesson = Lesson(comment_id, True, FeatureSet((f"word {mark}",), ()), (), at)
    learn(session, site_id, [lesson], read_to=at)
    session.flush()
    _mark_every_column(session, author_id, mark)
    return author_id


def _add_tasks(session: Session, comment_id: UUID, site_id: UUID, at: datetime, mark: str) -> None:
    """Add what mail servers and webhooks have answered."""
    hook = add_webhook(session, site_id, "https://hooks.example/", (), at=at)
    # The call refers to it.
    session.flush()
    session.add(
        WebhookCall(
            webhook_id=hook.id,
            message_id=new_id(at),
            event="comment.created",
            comment_id=comment_id,
            happened_at=at,
            answer=f"thank you for {mark}",
            answered_at=at,
        )
    )
    check = OutsideCheck(
        id=new_id(at), site_id=site_id, kind="http", url="https://checks.example/", created_at=at
    )
    session.add(check)
    session.flush()
    session.add(
        CheckCall(
            comment_id=comment_id,
            check_id=check.id,
            version=1,
            attempts=1,
            answer=f"says {mark}",
            answered_at=at,
        )
    )
    session.execute(
        insert(Outbox).values(
            id=new_id(at),
            kind="reply",
            site_id=site_id,
            key=str(comment_id),
            payload=json.dumps({"comment_id": str(comment_id)}),
            state="dead",
            due_at=at,
            attempts=9,
            last_error=f"550 {ADDRESS} is unknown",
            first_due_at=at,
            ended_at=at,
        )
    )


CLOSED = {
    "authors.kind",
    "authors.source_system",
    "authors.source_id",
    "bans.kind",
    "bans.label",
    "bans.outcome",
    "bans.subject",
    "comments.author_badge",
    "comments.author_kind",
    "comments.deleted_from",
    "comments.queue",
    "comments.source_format",
    "comments.source_id",
    "comments.source_system",
    "comments.state",
    "decisions.after",
    "decisions.before",
    "decisions.decision",
    "decisions.moderator_name",
    "bans.made_by",
    "log_links.personal",
    "reports.outcome",
    "revisions.source_format",
    "watches.state",
    "check_calls.outcome",
    "check_calls.told",
    "webhook_calls.event",
    "erasures.asked_by",
    "comments.author_name",
    "comment_terms.terms",
}
"""Columns of words that we choose or others say of themselves, and those that are filled by what is done."""

TEXTS_OF_READERS = {
    table.name
    for table in metadata.sorted_tables
    if table.name in {"authors", "comments"} or {"comment_id", "author_id"} & set(table.c.keys())
    for column in table.c
    if isinstance(column.type, Text | CText) and f"{table.name}.{column.name}" not in CLOSED
} - {"erasures"}
"""The tables that hang on a reader or a comment and hold words; erasures of others hold none of theirs."""

JSON_LISTS = {"comments.reasons", "revisions.reasons"}


def _mark_every_column(session: Session, author_id: UUID, mark: str) -> None:
    """Write the mark into each text that hangs on somebody, so that a column that is added later is met."""
    theirs = select(Comment.id).where(Comment.author_id == author_id)
    for table in metadata.sorted_tables:
        rows: ColumnElement[bool] | None = None
        if table.name in {"authors", "comments"}:
            rows = table.c.id == author_id if table.name == "authors" else table.c.author_id == author_id
        elif "comment_id" in table.c or "author_id" in table.c:
            rows = false()
            if "comment_id" in table.c:
                rows |= table.c.comment_id.in_(theirs)
            if "author_id" in table.c:
                rows |= table.c.author_id == author_id
        if rows is None:
            continue
        for column in table.c:
            name = f"{table.name}.{column.name}"
            if isinstance(column.type, Text | CText) and name not in CLOSED:
                value = ADDRESS if column.name == "email" else mark
                value = f'["{mark}"]' if name in JSON_LISTS else value
                session.execute(update(table).where(rows).values({column.name: value}))


def found_in(session: Session, needle: str) -> Sequence[str]:
    """Return every column of every table of the database, virtual ones included, in which a text stands."""
    found = []
    connection = session.connection()
    for name in inspect(connection).get_table_names():
        quoted = connection.dialect.identifier_preparer.quote(name)
        rows = connection.execute(text(f"SELECT * FROM {quoted}")).mappings()
        for row in rows:
            found += [f"{name}.{column}" for column, value in row.items() if needle in _readable(value)]
    return sorted(set(found))


def _readable(value: Any) -> str:
    if isinstance(value, bytes | memoryview):
        return bytes(value).decode("latin-1").casefold()
    return str(value).casefold()
