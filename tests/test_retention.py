"""How long a site keeps what nobody is to see any more: as it says, and never what is public."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from comments.background import retention
from comments.background.maintenance import tidy
from comments.background.retention import RetentionSite
from comments.clock import FixedClock
from comments.moderation.models import Decision
from comments.moderation.search.models import CommentTerms, TermsDue
from comments.outside.models import WebhookCall
from comments.sites.actions import SiteWish, change_site
from comments.sites.models import Webhook
from comments.sites.settings import SiteSettings
from comments.storage import Database
from comments.threads.models import Comment, Report, Thread, Vote
from tests.conftest import NOON
from tests.moderation.seeding import Seed
from tests.support.plans import analyse, plans_of

pytestmark = pytest.mark.anyio

DAY = timedelta(days=1)
MONTHS_AGO = NOON - 90 * DAY
KEPT = b"kept".ljust(16)


@pytest.fixture
def seed() -> Seed:
    return Seed()


async def says(db: Database, seed: Seed, **settings: int) -> None:
    wish = SiteWish({name: str(days) for name, days in settings.items()})
    await db.write(change_site, seed.name, wish)


async def texts(db: Database) -> dict[UUID, tuple[str, str]]:
    def read(session: Session) -> dict[UUID, tuple[str, str]]:
        rows = session.execute(select(Comment.id, Comment.state, Comment.source))
        return {row.id: (row.state, row.source) for row in rows}

    return await db.read(read)


def decided(seed: Seed, comment_id: UUID, at: datetime) -> None:
    seed.add(
        Decision,
        id=UUID(int=comment_id.int ^ 1),
        site_id=seed.site_id,
        comment_id=comment_id,
        moderator_name="Mia",
        decision="spam",
        before="pending",
        after="spam",
        reason="Sells Jonas",
        at=at,
    )


async def test_spam_and_removed_comments_go_when_the_site_says_so_and_only_then(
    db: Database, clock: FixedClock, seed: Seed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "HIDDEN_AT_ONCE", 2)
    thread, author = seed.thread(), seed.author()
    old: dict[str, Any] = {"created_at": MONTHS_AGO, "text": "casino"}
    spam = [seed.comment(thread, author, state="spam", **old) for _ in range(5)]
    silent = seed.comment(thread, author, state="spam", queue="silent", silent=True, **old)
    imported = seed.comment(thread, author, state="spam", source_system="wxr", source_id="7", **old)
    young = seed.comment(thread, author, state="spam", created_at=clock.now() - 29 * DAY)
    marked = seed.comment(thread, author, state="spam", **old)
    removed = seed.comment(thread, author, state="removed", **old)
    public = seed.comment(thread, author, state="approved", listed=True, changed_version=1, **old)
    waiting = seed.comment(thread, author, **old)
    decided(seed, marked, clock.now() - DAY)
    decided(seed, imported, MONTHS_AGO)
    await db.write(seed.store)
    await tidy(db, clock.now())
    assert len(await texts(db)) == 12
    assert "" not in [source for _, source in (await texts(db)).values()]

    await says(db, seed, spam_days=30)
    assert (await tidy(db, clock.now())).hidden_comments == 7

    left = await texts(db)
    assert left.keys() == {imported, young, marked, removed, public, waiting}
    assert left[imported] == ("deleted", "")
    assert left.keys().isdisjoint([*spam, silent])
    assert {left[one] for one in (removed, public, waiting)} == {
        (state, "casino") for state in ("removed", "approved", "pending")
    }
    reasons = await db.read(lambda session: session.scalars(select(Decision.reason)).all())
    assert sorted(reasons) == ["", "Sells Jonas"]
    assert (await tidy(db, clock.now())).hidden_comments == 0

    clock.advance(30 * DAY)
    await tidy(db, clock.now())
    assert (await texts(db)).keys() == {imported, removed, public, waiting}


async def test_the_place_of_a_removed_comment_stays_for_its_answers_and_its_words_leave_the_search(
    db: Database, clock: FixedClock, seed: Seed
) -> None:
    thread, author = seed.thread(), seed.author()
    at: dict[str, Any] = {"created_at": MONTHS_AGO, "changed_version": 1, "listed": True}
    place = seed.comment(thread, author, state="removed", text="insult", reply_total=1, **at)
    seed.comment(thread, author, parent=place, state="approved", text="answer", **at)
    seen = seed.comment(thread, author, state="removed", text="seen", **{**at, "listed": False})
    await db.write(seed.store)
    await tidy(db, clock.now())
    assert await db.read(known_terms) == 3
    before = await db.read(lambda session: session.get_one(Thread, thread).version)

    await says(db, seed, removed_days=60)
    assert (await tidy(db, clock.now())).hidden_comments == 2

    left = await texts(db)
    assert (left[place], left[seen]) == (("deleted", ""), ("deleted", ""))
    assert await db.read(found_by, "insult") == 0
    assert await db.read(found_by, "answer") == 1
    assert await db.read(lambda session: session.get_one(Thread, thread).version) == before + 1
    row = await db.read(lambda session: session.get_one(Comment, place))
    assert (row.listed, row.reply_total, row.changed_version) == (True, 1, before + 1)


async def test_what_was_restored_while_it_was_to_go_stays(
    db: Database, clock: FixedClock, seed: Seed
) -> None:
    thread, author = seed.thread(), seed.author()
    restored, gone = (seed.comment(thread, author, state="spam", created_at=MONTHS_AGO) for _ in range(2))
    await db.write(seed.store)
    site = RetentionSite(seed.site_id, SiteSettings(spam_days=30))
    due = await db.scan(retention.hidden_to_erase, site, clock.now())
    restore = update(Comment).where(Comment.id == restored).values(state="pending", queue="pending")
    await db.write(lambda session: session.execute(restore))

    assert await db.write(retention.erase_hidden, site, due, clock.now()) == 1
    assert (await texts(db)).keys() == {restored}
    assert gone in due


async def test_each_site_has_its_own_times(db: Database, clock: FixedClock, seed: Seed) -> None:
    seeds = [seed, Seed()]
    now, kept = clock.now(), []
    for one in seeds:
        thread, author = one.thread(), one.author()
        deleted: dict[str, Any] = {"state": "deleted", "deleted_at": now - 10 * DAY}
        kept.append(one.comment(thread, author, address_key=KEPT, created_at=now - 10 * DAY, **deleted))
        about = {"comment_id": kept[-1], "author_id": author, "site_id": one.site_id, "address_key": KEPT}
        one.add(Vote, value=1, created_at=now - 10 * DAY, **about)
        one.add(Report, reason="spam", created_at=now - 10 * DAY, **about)
        hook = UUID(int=one.site_id.int ^ 1)
        one.add(Webhook, id=hook, site_id=one.site_id, url="https://a.example/", events="[]")
        moments = {"happened_at": now - 10 * DAY, "answered_at": now - 10 * DAY}
        one.add(
            WebhookCall,
            webhook_id=hook,
            message_id=hook,
            event="comment.created",
            comment_id=kept[-1],
            status=200,
            answer="",
            **moments,
        )
        await db.write(one.store)
    await says(db, seed, deleted_text_days=7, address_days=7, answer_days=7, edit_window_seconds=11 * 86_400)

    done = await tidy(db, now)

    assert (done.addresses, done.webhook_answers, done.deleted_texts) == (3, 1, 0)
    await says(db, seed, edit_window_seconds=900)
    assert (await tidy(db, now)).deleted_texts == 1
    assert [(await texts(db))[one][1] for one in kept] == ["", "Hello"]


@pytest.mark.slow
async def test_what_is_to_go_is_found_by_an_index(db: Database, clock: FixedClock, seed: Seed) -> None:
    thread, author = seed.thread(), seed.author()
    for number in range(2_000):
        state = ("spam", "removed", "approved", "pending", "approved")[number % 5]
        seed.comment(thread, author, state=state, address_key=KEPT, created_at=NOON - number * DAY / 30)
    await db.write(seed.store)
    await db.write(analyse)
    site = RetentionSite(seed.site_id, SiteSettings(spam_days=55, removed_days=55))

    def asked(session: Session) -> None:
        retention.hidden_to_erase(session, site, clock.now() - 90 * DAY)
        retention.forget_addresses(session, site.id, clock.now() - 59 * DAY)

    plans = await db.write(lambda session: plans_of(session, asked))

    together = "\n".join(plans.values())
    assert "SCAN comments" not in together, together
    for index in ("ix_comments_queue", "ix_comments_address_age"):
        assert index in together, together


def known_terms(session: Session) -> int:
    assert session.scalar(select(func.count()).select_from(TermsDue)) == 0
    return session.scalar(select(func.count()).select_from(CommentTerms)) or 0


def found_by(session: Session, word: str) -> int:
    return sum(word in str(terms) for terms in session.scalars(select(CommentTerms.terms)))
