"""Searches on both databases: what the index finds is what reading every comment would find, in its order."""

import random
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from comments.background.maintenance import FEW_SEARCHABLE_AT_ONCE, make_searchable
from comments.moderation.queue.comments import held_comments
from comments.moderation.queue.filters import QueueFilter
from comments.moderation.queue.index_ranges import QUEUES, Position
from comments.moderation.queue.sizes import queue_sizes
from comments.moderation.search.effort import Effort, SearchRequest, SearchResult
from comments.moderation.search.models import CommentTerms, TermsDue
from comments.moderation.search.queries import MOST_DUE, search
from comments.moderation.search.query_language import parse
from comments.moderation.search.terms import criteria
from comments.moderation.search.texts import findables
from comments.storage import Database
from comments.threads.models import Comment, Revision
from tests.conftest import NOON
from tests.moderation.desk import Desk
from tests.moderation.seeding import Seed

pytestmark = pytest.mark.anyio

WORDS = (
    "train",
    "trains",
    "late",
    "über",
    "東京都",
    "casino",
    "a",
    "https://spam.example/x",
    "🤡",
    "ภาษาไทย",
)
ASKED = (
    "train",
    "train*",
    '"train late"',
    "late -train",
    '-"train late"',
    "東京",
    "京",
    "uber casino",
    "spam.example -casino",
    "author:ana",
    "author:an* -late",
    "reason:links",
    "reason:first*",
    "is:edited",
    "-is:edited train",
    "is:reply",
    "🤡",
    "before:2026-01-02",
    "train after:2026-01-02",
    "train after:2026-01-02 before:2026-01-03",
    "nothing-has-this",
)
HASTY = Effort(60, turns=((2, 2), (3, 5), (4, 20)))
"""Turns so short that every way of searching is gone."""


class Crowd:
    """A site with comments of few words in all queues, some in the same moment, beside another such site."""

    def __init__(self, count: int = 45, seed: int = 1) -> None:
        luck = random.Random(seed)
        self.seed, self.other = Seed(), Seed()
        for one in (self.seed, self.other):
            authors = [(one.author(name), name) for name in ("Ana Lee", "Jonas", "Björn")]
            threads = [one.thread() for _ in range(2)]
            start = NOON.replace(year=2026, month=1, day=1)
            roots: list[UUID] = []
            for number in range(count):
                author, name = luck.choice(authors)
                state = luck.choice(QUEUES)
                parent = luck.choice(roots) if roots and luck.random() < 0.3 else None
                thread = one.places[parent][0] if parent else luck.choice(threads)
                at = start + timedelta(hours=number // 3)
                comment = one.comment(
                    thread,
                    author,
                    parent=parent,
                    name=name,
                    text=" ".join(luck.choices(WORDS, k=luck.randint(1, 5))),
                    state=state,
                    reasons=luck.choice(['["First comment"]', '[{"rule":"links","words":"2 links"}]', "[]"]),
                    created_at=at,
                    edited_at=luck.choice([None, None, at]),
                )
                if parent is None:
                    roots.append(comment)
                if luck.random() < 0.2:
                    one.edit_that_waits(comment, luck.choice(WORDS))

    def store(self, session: Session) -> None:
        self.seed.store(session)
        self.other.store(session)

    def read(self, session: Session, asked: str, queue: str | None, *, newest_first: bool) -> list[UUID]:
        """Return what fits by reading everything."""
        wanted = criteria(parse(asked), {})
        here = select(Comment.id, Comment.created_at).where(Comment.site_id == self.seed.site_id)
        rows = session.execute(here.where(Comment.queue == queue) if queue else here).all()
        texts = findables(session, [row.id for row in rows])
        fitting = [(row.created_at, row.id) for row in rows if wanted.fits(texts[row.id], row.created_at)]
        return [comment_id for _, comment_id in sorted(fitting, reverse=newest_first)]

    def searched(
        self, session: Session, asked: str, queue: str | None, *, newest_first: bool, limit: int = 4
    ) -> list[UUID]:
        """Return what a search finds, page after page."""
        found: list[UUID] = []
        after: Position | None = None
        for _ in range(100):
            wish = QueueFilter(queue, criteria(parse(asked), {}), newest_first=newest_first)
            page = search(session, SearchRequest(self.seed.site_id, wish, after, limit, HASTY))
            found += page.ids
            after = page.next
            if after is None:
                return found
        raise AssertionError("a search without an end")


async def test_the_index_finds_what_reading_everything_finds(db: Database) -> None:
    crowd = Crowd()
    await db.write(crowd.store)

    def compare(session: Session) -> dict[str, tuple[list[UUID], list[UUID]]]:
        differing = {}
        for asked in ASKED:
            for queue, newest_first in ((None, True), (None, False), ("approved", False)):
                right = crowd.read(session, asked, queue, newest_first=newest_first)
                found = crowd.searched(session, asked, queue, newest_first=newest_first)
                if found != right:
                    differing[f"{asked} in {queue}"] = (found, right)
        return differing

    assert await make_searchable(db) == 90
    assert await db.scan(compare) == {}, "from the index"
    await db.write(
        Session.execute, update(Comment).values(source="late train").where(Comment.queue == "spam")
    )
    assert await db.scan(compare) == {}, "half due"
    assert await db.scan(lambda session: len(crowd.read(session, "train", None, newest_first=True))) > 10


def found(
    session: Session,
    desk: Desk,
    asked: str,
    effort: Effort = HASTY,
    limit: int = 25,
    after: Position | None = None,
) -> SearchResult:
    wish = QueueFilter(None, criteria(parse(asked), {}))
    return search(session, SearchRequest(desk.seed.site_id, wish, after, limit, effort))


async def terms_of(db: Database, comment_id: UUID) -> Sequence[str]:
    terms = select(CommentTerms.terms).where(CommentTerms.comment_id == comment_id)
    return await db.read(lambda session: [str(one) for one in session.scalars(terms)])


async def test_a_word_that_was_taken_out_leaves_no_trace(db: Database, desk: Desk) -> None:
    [comment] = await desk.comments(text="My secret address")
    await make_searchable(db)
    assert "secret" in (await terms_of(db, comment))[0]

    await db.write(Session.execute, update(Comment).values(source=""))

    assert await terms_of(db, comment) == [], "gone in the same commit"
    assert (await db.scan(found, desk, "secret")).ids == []
    await make_searchable(db)
    assert (await db.scan(found, desk, "secret")).ids == []
    assert (await db.scan(found, desk, "author:jonas")).ids == [comment]


async def test_a_comment_takes_its_terms_with_it(db: Database, desk: Desk) -> None:
    kept, gone = await desk.comments(2, text="train")
    await make_searchable(db)

    await db.write(Session.execute, delete(Comment).where(Comment.id == gone))

    assert await terms_of(db, gone) == []
    assert (await db.scan(found, desk, "train")).ids == [kept]
    await make_searchable(db)
    assert await db.read(lambda session: session.scalars(select(TermsDue.id)).all()) == []


async def test_what_is_picked_out_is_found_at_once_and_no_more_when_that_is_undone(
    db: Database, desk: Desk
) -> None:
    one, _ = await desk.comments(2, text="train")
    await desk.decide("approve", [one])
    await make_searchable(db)

    picked_out = await desk.decide("feature", [one])
    assert (await db.scan(found, desk, "is:featured")).ids == [one]
    await make_searchable(db)
    assert (await db.scan(found, desk, "train is:featured")).ids == [one]
    await desk.undo(picked_out)
    assert (await db.scan(found, desk, "is:featured")).ids == []
    assert one in (await db.scan(found, desk, "train -is:featured")).ids


async def test_an_edit_that_waits_is_found_until_it_is_gone(db: Database, desk: Desk) -> None:
    [comment] = await desk.comments(text="train")
    await make_searchable(db)
    desk.seed.edit_that_waits(comment, "casino")
    await db.write(desk.seed.store)

    assert (await db.scan(found, desk, "casino")).ids == [comment]
    await make_searchable(db)
    assert (await db.scan(found, desk, "casino train is:edited")).ids == [comment]
    await db.write(Session.execute, delete(Revision))
    assert (await db.scan(found, desk, "casino")).ids == []


async def test_what_was_changed_while_its_terms_were_made_is_made_again(db: Database, desk: Desk) -> None:
    from comments.moderation.search.index_actions import store_terms
    from comments.moderation.search.texts import due_texts, terms_of_due

    [comment] = await desk.comments(text="before")
    due = await db.scan(due_texts, 10)
    await db.write(Session.execute, update(Comment).values(source="afterwards"))

    await db.write(store_terms, due, terms_of_due(due))

    assert (await db.scan(found, desk, "before")).ids == []
    assert (await db.scan(found, desk, "afterwards")).ids == [comment]
    assert await make_searchable(db) == 1
    assert (await db.scan(found, desk, "afterwards")).ids == [comment]


async def test_while_others_write_terms_are_made_of_a_few_at_a_time(db: Database, desk: Desk) -> None:
    await desk.comments(FEW_SEARCHABLE_AT_ONCE + 3, text="train")
    busy_once = [True]

    with pytest.raises(IndexError):
        await make_searchable(db, busy_once.pop)

    left = select(func.count()).select_from(TermsDue)
    assert await db.scan(lambda session: session.scalar(left)) == 3
    assert await make_searchable(db) == 3


async def test_comments_of_one_moment_have_numbers_of_their_own(db: Database, desk: Desk) -> None:
    at = NOON - timedelta(days=400)
    alike = [UUID(int=(number << 11) | 5) for number in range(40)]
    for comment in alike:
        desk.seed.comment(desk.thread_id, desk.jonas, id=comment, created_at=at, text="train")
    await db.write(desk.seed.store)

    await make_searchable(db)

    assert (await db.scan(found, desk, "train", limit=50)).ids == alike[::-1]
    first = await db.scan(found, desk, "train", limit=15)
    rest = await db.scan(found, desk, "train", limit=50, after=first.next)
    assert (first.ids + rest.ids, rest.next) == (alike[::-1], None), "with numbers above the page's end"


async def test_a_search_stops_for_its_time_and_goes_on(db: Database, desk: Desk) -> None:
    ids = await desk.comments(8, text="train")
    await make_searchable(db)
    nothing_more = Effort(seconds=0, turns=((2, 1),))

    def page(session: Session, asked: str, after: Position | None) -> SearchResult:
        wish = QueueFilter("pending", criteria(parse(asked), {}))
        return search(session, SearchRequest(desk.seed.site_id, wish, after, 25, nothing_more))

    first = await db.scan(page, "-late", None)
    second = await db.scan(page, "-late", first.next)

    assert (first.ids, first.cut_short) == (ids[:-3:-1], True)
    assert (second.ids, second.cut_short) == (ids[5:3:-1], True)


async def test_a_phrase_of_words_that_all_have_is_found_without_reading_all(db: Database, desk: Desk) -> None:
    [wanted] = await desk.comments(1, text="the late train")
    await desk.comments(150, text="the train was late")
    await make_searchable(db)
    little = Effort(seconds=0, turns=((5, 20),))

    page = await db.scan(found, desk, '"late train"', little)

    assert (page.ids, page.cut_short) == ([wanted], False)


async def test_more_than_a_search_can_read_is_said(db: Database, desk: Desk) -> None:
    await desk.comments(MOST_DUE + 1, text="train")

    assert (await db.scan(found, desk, "train")).unread
    await make_searchable(db)
    assert not (await db.scan(found, desk, "train")).unread


async def test_an_undo_and_a_decision_leave_terms_alone(db: Database, desk: Desk) -> None:
    """A decision changes where a comment is, not what it says: it must not cost the index anything."""
    ids = await desk.comments(3, text="train")
    await make_searchable(db)

    await desk.undo(await desk.decide("spam", ids))

    due = select(func.count()).select_from(TermsDue)
    assert await db.read(lambda session: session.scalar(due)) == 0


async def test_the_reported_have_a_queue_whatever_their_state(db: Database, desk: Desk) -> None:
    waiting, spam, deleted, _ = [
        (await desk.comments(state=state, report_count=reports))[0]
        for state, reports in (("pending", 1), ("spam", 2), ("deleted", 1), ("approved", 0))
    ]

    def shown(session: Session, wish: QueueFilter) -> list[UUID]:
        page = held_comments(session, desk.seed.site_id, wish, after=None, limit=25)
        return [held.row.id for held in page.comments]

    assert await db.read(shown, QueueFilter("reported")) == [spam, waiting]
    assert await db.read(shown, QueueFilter("reported", newest_first=False)) == [waiting, spam]
    assert await db.scan(shown, QueueFilter("reported", criteria(parse("hello"), {}))) == [spam, waiting]
    assert (await db.read(queue_sizes, desk.seed.site_id))["reported"] == 2
    assert deleted not in await db.read(shown, QueueFilter("reported"))
