"""How many statements a post takes, by whoever it is: each is paid by everybody who waits behind it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event
from sqlalchemy import text as sql_text
from sqlalchemy.orm import Session

from comments.identity.actors import Credentials
from comments.threads.posting.parse import Sender, parse
from comments.threads.posting.post_comment import post_comment
from comments.threads.posting.prepare import Prepared, prepare
from comments.threads.posting.rates import count_post
from comments.threads.posting.store import Posted
from comments.threads.requests import AuthorGiven, Page, PostBody
from tests.support.proofs import written
from tests.support.site import PAGE, Guest, SiteUnderTest

pytestmark = pytest.mark.anyio

MOST = 10
_IS_COUNTED = "SELECT sqlite_compileoption_used('ENABLE_STMTVTAB')"


def text_about(room: str) -> str:
    """Return a text that is long enough to be compared with others, and like none of them."""
    return " ".join(f"{room}{number}" for number in range(20))


async def sent(
    site: SiteUnderTest,
    body: str,
    guest: Guest,
    *,
    brings: Mapping[str, str] = MappingProxyType({}),
    parent_id: UUID | None = None,
) -> tuple[Posted, list[str]]:
    """Post, and return what was stored and the statements that the driver got for it."""
    keys = site.service.keys
    hashes = keys.token_hashes(guest.token) if guest.token else ()
    fresh = keys.token_hash(f"g_{guest.name}")
    network = b"net"
    shown = Credentials(hashes, False, fresh, b"address", network, (b"address", network))
    author = AuthorGiven(guest.name)
    asked = PostBody(
        Page(**PAGE),
        body,
        parent_id,
        author,
        form_token=brings.get("form_token"),
        altcha=brings.get("altcha"),
    )
    card, sender = await site.app.state.site_cache.card(site.name), Sender("net", shown, site.clock.now())
    key = f"{body[:12]}-a-key-that-nobody-can-guess"
    draft = parse(card, sender, asked, key, keys, sends_mail=False)
    rates = count_post(site.service.limits, draft)
    statements: list[str] = []

    def counted(session: Session, prepared: Prepared) -> Posted:
        connection = session.connection()

        def note(*arguments: Any) -> None:
            statements.append(arguments[2])

        event.listen(connection, "before_cursor_execute", note)
        try:
            return post_comment(session, prepared, rates, at=site.clock.now())
        finally:
            event.remove(connection, "before_cursor_execute", note)

    return await site.service.db.write(counted, prepare(draft, keys)), statements


async def test_a_post_takes_at_most_ten_statements(site: SiteUnderTest) -> None:
    ann, bob = Guest("Ann"), Guest("Bob")
    parent = await site.approved(text_about("porch"), guest=ann)
    await site.posted("This waits, and moderators will be told.", guest=bob)
    counts: dict[str, int] = {}

    def note(kind: str, came: tuple[Posted, list[str]], state: str) -> None:
        posted, statements = came
        assert posted.comment.state == state
        counts[kind] = len(statements)

    note("known", await sent(site, text_about("kitchen"), ann), "approved")
    answered = UUID(parent["id"])
    note("reply", await sent(site, text_about("garden"), ann, parent_id=answered), "approved")
    proof = await written(site)
    note("stranger", await sent(site, text_about("cellar"), Guest("Cem"), brings=proof), "pending")
    note("without a proof", await sent(site, text_about("attic"), Guest("Dora")), "pending")
    note(
        "who waits already",
        await sent(site, text_about("library"), bob, brings=await written(site)),
        "pending",
    )
    assert max(counts.values()) <= MOST, counts


async def test_sqlite_plans_no_statement_twice(site: SiteUnderTest) -> None:
    # It does so by itself for a value that is bound and compared with the condition of an index.
    def planned_again(session: Session) -> list[str]:
        if session.get_bind().dialect.name != "sqlite" or not session.scalar(sql_text(_IS_COUNTED)):
            return []
        return list(session.scalars(sql_text("SELECT sql FROM sqlite_stmt WHERE reprep > 0")))

    ann = Guest("Ann")
    parent = await site.approved(text_about("porch"), guest=ann)
    for room in ("kitchen", "garden"):
        await sent(site, text_about(room), ann, parent_id=UUID(parent["id"]))
        await sent(site, text_about(f"other {room}"), Guest(room), brings=await written(site))
        await site.get("thread", url=PAGE["url"])
        await site.get(f"comments/{parent['id']}/replies")
    assert await site.service.db.write(planned_again) == []
    assert await site.service.db.read(planned_again) == []
