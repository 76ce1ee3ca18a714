"""States of the owner's pages, reached for pictures and for tests of how they look."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from uuid import UUID

from playwright.async_api import expect
from sqlalchemy import update
from sqlalchemy.orm import Session

from comments.background.outbox_handlers import delivery
from comments.classifier.models import LearnedComment, Learning
from comments.keys import Keyring
from comments.notifications.digests.actions import DIGEST_MAIL
from comments.outbox.actions import enqueue
from comments.outbox.models import Outbox
from comments.outside.models import CheckCall
from comments.sites.check_actions import set_check
from comments.sites.checks import CheckOrder
from comments.sites.models import SeenOrigin
from comments.sites.queries import checks_of
from comments.threads.outbox_jobs import WAS_ANSWERED
from tests.browser.moderating import Desk, Sheet
from tests.browser.test_account_looks import all_own

MINUTES = timedelta(minutes=4)


async def checks(desk: Desk, sheet: Sheet) -> None:
    """Open the section on outside checks, where Akismet has answered twice and once not."""
    svc = desk.svc
    await svc.db.write(all_own)
    if not await svc.db.read(checks_of, desk.seed.site_id):
        await svc.db.write(
            _asked_akismet, desk.seed.site_id, list(desk.made.values()), svc.keys, svc.clock.now()
        )
    await sheet.page.goto(f"{desk.address}/settings/checks")
    await sheet.page.get_by_text("What it answered last").click()
    await expect(sheet.page.get_by_text("Nothing against it")).to_be_visible()


async def overview(desk: Desk, sheet: Sheet) -> None:
    """Open the chart of thirty days, each with something."""
    await desk.svc.db.write(all_own)
    author, noon = desk.seed.author(), desk.svc.clock.now()
    for day in range(30):
        counts = {
            "approved": 4 + day * 7 % 11,
            "pending": day * 5 % 3,
            "spam": day * 3 % 7,
            "removed": day % 4,
        }
        for state, count in counts.items():
            for _ in range(count):
                at = noon - timedelta(days=day, minutes=5)
                desk.seed.comment(desk.thread_id, author, state=state, created_at=at)
    await desk.svc.db.write(desk.seed.store)
    await sheet.page.goto(f"{desk.address}/settings/overview")


async def install(desk: Desk, sheet: Sheet) -> None:
    """Open the section on installing, where a copy of the site shows the discussion too."""
    await desk.svc.db.write(all_own)
    await desk.svc.db.write(_seen, desk.seed.site_id, desk.svc.clock.now())
    await sheet.page.goto(f"{desk.address}/settings/install")
    await expect(sheet.page.get_by_text("https://copy.example").first).to_be_visible()


async def mistake(desk: Desk, sheet: Sheet) -> None:
    """Save a list of words that has one too long."""
    await desk.svc.db.write(all_own)
    await sheet.page.goto(f"{desk.address}/settings/moderation")
    words = "replica watch\n" + "very" * 30
    await sheet.page.get_by_label("Words that are spam", exact=True).fill(words)
    await sheet.page.get_by_role("button", name="Save").click()
    await expect(sheet.page.get_by_role("alert")).to_contain_text("Nothing was saved yet.")


async def outbox(desk: Desk, sheet: Sheet) -> None:
    """Open the section on mails, two of which failed."""
    await desk.svc.db.write(all_own)
    await desk.svc.db.write(_failed, desk.seed.site_id, desk.svc.clock.now())
    await sheet.page.goto(f"{desk.address}/settings/outbox")
    await expect(sheet.page.get_by_text("421 4.7.0").first).to_be_visible()


def section(key: str) -> Callable[[Desk, Sheet], Awaitable[None]]:
    """Return how to open a section as it is."""

    async def reach(desk: Desk, sheet: Sheet) -> None:
        await desk.svc.db.write(all_own)
        await sheet.page.goto(f"{desk.address}/settings/{key}")

    return reach


async def trial(desk: Desk, sheet: Sheet) -> None:
    """Try another list of words on four decisions, where enough was learned to guess."""
    svc, page = desk.svc, sheet.page
    await svc.db.write(all_own)
    texts = list(desk.made)
    await desk.decided("spam", desk.made[texts[3]])
    await desk.decided("approve", *(desk.made[text] for text in texts[:3]))
    await delivery(svc).deliver_due()
    await svc.db.write(_learned_enough)
    await page.goto(f"{desk.address}/settings/moderation")
    await page.get_by_label("Words that are spam", exact=True).fill("luxury-time.example\nsleeper")
    await page.get_by_role("button", name="Try on past decisions").click()
    await expect(page.get_by_role("heading", name="Tried, not saved")).to_be_visible()
    await expect(page.get_by_label("Words that are spam", exact=True)).to_have_value(
        "luxury-time.example\nsleeper"
    )


def _seen(session: Session, site_id: UUID, at: datetime) -> None:
    for origin in ("https://blog.example", "https://copy.example"):
        if session.get(SeenOrigin, (site_id, origin)) is None:
            session.add(
                SeenOrigin(site_id=site_id, origin=origin, url=f"{origin}/night-trains", at=at - MINUTES)
            )


def _failed(session: Session, site_id: UUID, at: datetime) -> None:
    for kind, key, said in (
        (WAS_ANSWERED, "one", "550 5.1.1 The mailbox does not exist."),
        (DIGEST_MAIL, "two", "421 4.7.0 Too many connections, try again later."),
    ):
        enqueue(session, kind, site_id, {}, due=at - MINUTES, key=key)
        dead = {"state": "dead", "last_error": said, "attempts": 9, "ended_at": at - MINUTES}
        session.execute(update(Outbox).where(Outbox.key == key).values(dead))


def _learned_enough(session: Session) -> None:
    session.execute(update(Learning).values(good=1_204, bad=318))
    session.execute(update(LearnedComment).where(LearnedComment.is_spam).values(share=0.97))
    session.execute(update(LearnedComment).where(~LearnedComment.is_spam).values(share=0.02))


def _asked_akismet(
    session: Session, site_id: UUID, comment_ids: list[UUID], keys: Keyring, at: datetime
) -> None:
    order = CheckOrder("akismet", key="a-key-that-nobody-sees")
    check = set_check(session, site_id, order, keys, at=at - timedelta(days=3))
    session.flush()
    said = [("approve", "no spam", None), ("spam", "spam", "ham"), (None, "It answered 503.", None)]
    for number, (outcome, answer, told) in enumerate(said):
        session.add(
            CheckCall(
                comment_id=comment_ids[number],
                check_id=check.id,
                version=1,
                attempts=1 if outcome else 3,
                outcome=outcome,
                answer=answer,
                answered_at=at - timedelta(minutes=50 - 20 * number),
                told=told,
            )
        )
