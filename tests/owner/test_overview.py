"""The overview: what came in on each day, as bars and as a table."""

from datetime import date, timedelta

from comments.moderation.queue.activity import Day, last_days
from comments.owner.pages.overview import HEIGHT, WIDTH, drawn
from comments.sites.queries import site_by_name
from tests.identity.visiting import Visitor
from tests.moderation.seeding import Seed


def test_each_day_counts_what_became_of_its_comments(ana: Visitor) -> None:
    now = ana.service.clock.now()
    seed = Seed(name="other", now=now)
    thread = seed.thread("A page")
    author = seed.author("Jonas")
    ages = [(0, "approved"), (0, "spam"), (0, "removed"), (2, "pending"), (29, "approved"), (30, "spam")]
    for age, state in ages:
        seed.now = now - timedelta(days=age)
        seed.comment(thread, author, state=state, queue=state)
    assert ana.client.portal is not None
    ana.client.portal.call(lambda: ana.service.db.write(seed.store))
    other = ana.read(site_by_name, "other")

    days = ana.read(last_days, other.id, now, 30)

    assert len(days) == 30
    assert days[-1] == Day(now.date(), 1, 0, 1, 1)
    assert (days[-3].pending, days[0].approved, sum(day.total for day in days)) == (1, 1, 5)
    assert sum(day.total for day in ana.read(last_days, ana.site.id, now, 90)) == 0
    page = ana.client.get("/moderate/blog/settings/overview?days=90").text
    assert "at most 0 a day" in page


def test_the_highest_day_fills_the_drawing_and_nothing_leaves_it() -> None:
    start = date(2026, 11, 1)
    days = [Day(start, 1, 0, 0, 0), Day(start, 1_000_000, 1, 1, 1), Day(start, 0, 0, 0, 0)]

    bars = drawn(days)

    assert [bar.outcome for bar in bars] == ["approved", "approved", "pending", "spam", "removed"]
    assert all(bar.height >= 1.5 and bar.y >= 0 and bar.y + bar.height <= HEIGHT for bar in bars)
    assert max(bar.x + bar.width for bar in bars) < WIDTH
    assert sum(bar.height for bar in bars[1:]) > HEIGHT * 0.95
