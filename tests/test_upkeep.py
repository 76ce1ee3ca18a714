"""What is forgotten in time, what is kept, and texts that are rendered anew."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from comments.background import maintenance
from comments.background.maintenance import MaintenanceCounts, tidy
from comments.clock import FixedClock
from comments.identity.guests.queries import TOKEN_LIFE
from comments.identity.models import (
    Account,
    BrowserSession,
    GuestToken,
    Invitation,
    PasskeyQuestion,
    SignInLink,
)
from comments.sites.actions import remove_site
from comments.sites.models import Site
from comments.storage import Database
from comments.text import RENDERER_VERSION
from comments.threads.events import ThreadChanged
from comments.threads.models import Comment, Revision, Thread, Vote
from tests.moderation.seeding import Seed

pytestmark = pytest.mark.anyio

DAY = timedelta(days=1)
MOMENT = timedelta(seconds=1)
KEPT = b"kept".ljust(16)


def comment(session: Session, comment_id: UUID) -> Comment:
    return session.scalars(select(Comment).where(Comment.id == comment_id)).one()


def column(session: Session, chosen: Any) -> list[Any]:
    return list(session.scalars(select(chosen).order_by(chosen)))


async def test_nothing_is_due_on_an_empty_database(db: Database, clock: FixedClock) -> None:
    assert await tidy(db, clock.now()) == MaintenanceCounts()
    assert MaintenanceCounts().in_words() == "nothing to do"


async def test_a_guests_token_ends_twelve_months_after_its_last_use(db: Database, clock: FixedClock) -> None:
    seed, now = Seed(), clock.now()
    author = seed.author()
    for name, used_at in (("old", now - TOKEN_LIFE - MOMENT), ("used", now - TOKEN_LIFE + MOMENT)):
        hashed = name.encode().ljust(32)
        seed.add(GuestToken, token_hash=hashed, site_id=seed.site_id, author_id=author, used_at=used_at)
    await db.write(seed.store)

    assert (await tidy(db, now)).guest_tokens == 1

    assert await db.read(column, GuestToken.token_hash) == [b"used".ljust(32)]


async def test_used_and_old_links_and_old_sessions_are_forgotten(db: Database, clock: FixedClock) -> None:
    seed, now = Seed(), clock.now()
    account = seed.moderator().account_id
    for name, expires_at, used_at in (
        ("used", now + DAY, now),
        ("old", now - MOMENT, None),
        ("good", now + DAY, None),
    ):
        hashed = name.encode().ljust(32)
        seed.add(SignInLink, token_hash=hashed, account_id=account, expires_at=expires_at, used_at=used_at)
    for name, expires_at in (("old", now - MOMENT), ("good", now + DAY)):
        seed.add(
            BrowserSession, token_hash=name.encode().ljust(32), account_id=account, expires_at=expires_at
        )
        seed.add(PasskeyQuestion, token_hash=name.encode().ljust(32), expires_at=expires_at)
        seed.add(
            Invitation,
            token_hash=name.encode().ljust(32),
            site_id=seed.site_id,
            email="nils@mail.example",
            role="moderator",
            expires_at=expires_at,
        )
    await db.write(seed.store)

    done = await tidy(db, now)

    assert (done.sign_in_links, done.browser_sessions) == (2, 1)
    assert (done.invitations, done.passkey_questions) == (1, 1)
    assert await db.read(column, PasskeyQuestion.token_hash) == [b"good".ljust(32)]
    assert await db.read(column, Invitation.token_hash) == [b"good".ljust(32)]
    assert await db.read(column, SignInLink.token_hash) == [b"good".ljust(32)]
    assert await db.read(column, BrowserSession.token_hash) == [b"good".ljust(32)]


async def test_addresses_are_forgotten_after_30_days_of_comments_and_of_votes(
    db: Database, clock: FixedClock
) -> None:
    seed, now = Seed(), clock.now()
    thread, author = seed.thread(), seed.author()
    old, young = (
        seed.comment(thread, author, address_key=KEPT, created_at=at)
        for at in (now - 30 * DAY - MOMENT, now - 30 * DAY + MOMENT)
    )
    for comment_id, at in ((old, now - 31 * DAY), (young, now)):
        seed.add(
            Vote,
            comment_id=comment_id,
            author_id=author,
            site_id=seed.site_id,
            value=1,
            address_key=KEPT,
            created_at=at,
        )
    await db.write(seed.store)

    assert (await tidy(db, now)).addresses == 2

    assert (await db.read(comment, old)).address_key is None
    assert (await db.read(comment, young)).address_key == KEPT
    assert sorted(map(str, await db.read(column, Vote.address_key))) == sorted(map(str, [None, KEPT]))


async def test_what_finds_repeats_is_forgotten_after_a_day(db: Database, clock: FixedClock) -> None:
    seed, now = Seed(), clock.now()
    thread, author = seed.thread(), seed.author()
    at = now - DAY - MOMENT
    old = [
        seed.comment(thread, author, created_at=at, post_key=KEPT),
        seed.comment(thread, author, created_at=at, digest=KEPT),
    ]
    young = seed.comment(thread, author, created_at=now - DAY + MOMENT, post_key=b"other".ljust(16))
    await db.write(seed.store)

    assert (await tidy(db, now)).repeats == 2

    for comment_id in old:
        found = await db.read(comment, comment_id)
        assert (found.post_key, found.digest) == (None, None)
    assert (await db.read(comment, young)).post_key is not None


async def test_a_text_its_author_deleted_is_erased_after_30_days(db: Database, clock: FixedClock) -> None:
    seed, now = Seed(), clock.now()
    thread, author = seed.thread(), seed.author()
    old, young = (
        seed.comment(thread, author, state="deleted", deleted_at=at, author_website="https://me.example")
        for at in (now - 30 * DAY - MOMENT, now - 30 * DAY + MOMENT)
    )
    removed = seed.comment(thread, author, state="removed", created_at=now - 90 * DAY)
    await db.write(seed.store)

    assert (await tidy(db, now)).deleted_texts == 1

    erased = await db.read(comment, old)
    assert (erased.source, erased.html, erased.author_website) == ("", "", None)
    assert (await db.read(comment, young)).source == "Hello"
    assert (await db.read(comment, removed)).source == "Hello"


async def test_texts_of_an_older_renderer_are_rendered_anew_and_their_threads_tell(
    db: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(maintenance, "RENDERED_AT_ONCE", 2)
    seed = Seed()
    threads, author = [seed.thread(), seed.thread()], seed.author()
    old = [
        seed.comment(
            threads[0],
            author,
            text=f"*{number}*",
            renderer=RENDERER_VERSION - 1,
            state="approved",
            listed=True,
        )
        for number in range(5)
    ]
    seed.comment(threads[1], author, text="*new*", state="approved", listed=True)
    waiting = seed.comment(threads[1], author, text="*waits*", renderer=RENDERER_VERSION - 1)
    seed.edit_that_waits(old[0], "*edited*")
    await db.write(seed.store)
    await db.write(lambda session: session.execute(update(Revision).values(renderer=RENDERER_VERSION - 1)))
    heard: list[Any] = []
    db.subscribe(heard.extend)

    assert (await tidy(db, clock.now())).rendered == 7

    assert [(await db.read(comment, comment_id)).html.strip() for comment_id in old] == [
        f"<p><em>{number}</em></p>" for number in range(5)
    ]
    assert "<em>edited</em>" in (await db.read(column, Revision.html))[0]
    assert await db.read(column, Revision.renderer) == [RENDERER_VERSION]
    assert {change.thread_id for change in heard if isinstance(change, ThreadChanged)} == {threads[0]}
    assert 0 not in [(await db.read(comment, comment_id)).content_version for comment_id in old]
    assert (await db.read(comment, waiting)).changed_version == 0
    assert (await tidy(db, clock.now())).rendered == 0


async def test_a_text_that_changed_meanwhile_keeps_its_own_html(db: Database, clock: FixedClock) -> None:
    seed = Seed()
    edited = seed.comment(seed.thread(), seed.author(), text="before", renderer=RENDERER_VERSION - 1)
    await db.write(seed.store)
    found = await db.read(maintenance.outdated_texts, Comment, None)
    await db.write(
        lambda session: session.execute(update(Comment).values(source="after", html="<p>after</p>"))
    )

    assert await db.write(maintenance.store_rendered, Comment, found, at=clock.now()) == 0

    assert (await db.read(comment, edited)).html == "<p>after</p>"


async def test_more_than_a_batch_is_done_at_once(
    db: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(maintenance, "BATCH_ROWS", 3)
    seed = Seed()
    thread, author = seed.thread(), seed.author()
    for number in range(10):
        key = str(number).encode().ljust(16)
        seed.comment(thread, author, created_at=clock.now() - 40 * DAY, address_key=KEPT, post_key=key)
    await db.write(seed.store)

    done = await tidy(db, clock.now())

    assert (done.addresses, done.repeats) == (10, 10)


async def test_a_site_is_erased_in_steps_and_others_stay(
    db: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(maintenance, "BATCH_ROWS", 3)
    seeds = [Seed(), Seed()]
    for seed in seeds:
        thread, author = seed.thread(), seed.author()
        for _ in range(7):
            seed.comment(thread, author)
        seed.moderator()
        await db.write(seed.store)
    gone, stays = seeds

    assert await db.read(maintenance.comments_on, gone.site_id) == 7
    steps = 0
    while await db.write(maintenance.erase_some_of_site, gone.site_id):
        steps += 1
    await db.write(remove_site, gone.name)

    assert steps == 3
    assert await db.read(column, Site.id) == [stays.site_id]
    assert await db.read(column, Thread.site_id) == [stays.site_id]
    assert await db.read(maintenance.comments_on, stays.site_id) == 7
    assert await db.read(lambda session: session.scalar(select(func.count()).select_from(Account))) == 2
