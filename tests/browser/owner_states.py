"""States of the owner's pages, reached for pictures and for tests of how they look."""

from datetime import datetime, timedelta
from uuid import UUID

from playwright.async_api import expect
from sqlalchemy import update
from sqlalchemy.orm import Session

from comments.deliveries import delivery
from comments.keys import Keyring
from comments.learning.models import LearnedComment, Learning
from comments.outside.models import CheckCall
from comments.sites.check_actions import set_check
from comments.sites.checks import CheckOrder
from comments.sites.queries import checks_of
from tests.browser.moderating import Desk, Sheet
from tests.browser.test_account_looks import all_own


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
