"""Whatever moderators decide, and in whatever order: the counters are what counting again gives."""

from collections import Counter
from datetime import timedelta
from typing import get_args
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from comments.clock import FixedClock
from comments.identity.models import Author
from comments.moderation.decisions.decide import decide, undo
from comments.moderation.decisions.requests import QUIET, Choice, CommentChoice, DecisionOrder, OrderOutcome
from comments.moderation.errors import AllHandled
from comments.moderation.models import Decision
from comments.storage import Database
from comments.threads.models import Comment, Revision, Thread
from comments.threads.order.tree import TreePosition, ancestors
from tests.moderation.desk import KEYS
from tests.moderation.seeding import Seed

pytestmark = pytest.mark.anyio

# Edits, notes and messages have words of their own, and change no counter.
CHOICES: tuple[Choice, ...] = tuple(choice for choice in get_args(Choice) if choice not in {"edit", *QUIET})
# Parents come before their replies; None is a top-level comment.
trees = st.integers(1, 7).flatmap(
    lambda size: st.tuples(*(st.sampled_from([None, *range(number)]) for number in range(size)))
)
# What to decide, about which comments (by number), or None to undo the last order.
orders = st.lists(
    st.none() | st.tuples(st.sampled_from(CHOICES), st.sets(st.integers(0, 6), min_size=1)), max_size=12
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tree=trees, decisions=orders)
async def test_counters_are_what_counting_again_gives(
    db: Database,
    clock: FixedClock,
    tree: tuple[int | None, ...],
    decisions: list[tuple[Choice, set[int]] | None],
) -> None:
    seed = Seed()
    moderator = seed.moderator()
    threads = [seed.thread("one"), seed.thread("two")]
    people = [seed.author("Ana"), seed.author("Ben")]
    ids: list[UUID] = []
    for number, parent in enumerate(tree):
        above = None if parent is None else ids[parent]
        thread_id = threads[number % 2] if above is None else seed.places[above][0]
        ids.append(seed.comment(thread_id, people[number % 2], parent=above, name=f"Name {number}"))
    await db.write(seed.store)

    made: list[OrderOutcome] = []
    for decision in decisions:
        clock.advance(timedelta(seconds=1))
        try:
            if decision is None:
                if made:
                    by, at = moderator.account_id, made.pop().at
                    await db.write(undo, moderator, KEYS, made_by=by, made_at=at, at=clock.now())
                continue
            choice, numbers = decision
            order = DecisionOrder(
                moderator, choice, [CommentChoice(ids[number % len(ids)]) for number in sorted(numbers)]
            )
            made.append(await db.write(decide, order, KEYS, at=clock.now()))
        except AllHandled:
            continue
        finally:
            await db.read(check_everything, seed)


def check_everything(session: Session, seed: Seed) -> None:
    comments = session.scalars(select(Comment).where(Comment.site_id == seed.site_id)).all()
    public = [comment for comment in comments if comment.state == "approved"]
    below = Counter(
        above for one in public for above in ancestors(TreePosition(one.root_id, one.depth, one.path))
    )
    for comment in comments:
        assert comment.reply_total == below[comment.id]
        assert comment.listed == (comment.state == "approved" or below[comment.id] > 0)
        assert comment.queue == comment.state
    count_by_thread = Counter(one.thread_id for one in public)
    for thread in session.scalars(select(Thread).where(Thread.site_id == seed.site_id)):
        assert thread.comment_count == count_by_thread[thread.id]
        assert thread.title_confirmed or not thread.comment_count
    count_by_author = Counter(one.author_id for one in public)
    for author in session.scalars(select(Author).where(Author.site_id == seed.site_id)):
        assert author.approved_count == count_by_author[author.id]
    check_the_log(session, seed, {one.id: one for one in comments})


def check_the_log(session: Session, seed: Seed, comments: dict[UUID, Comment]) -> None:
    """Each comment's entries lead from `pending` to where it is now, one version each."""
    state = dict.fromkeys(comments, "pending")
    entries = session.scalars(select(Decision).where(Decision.site_id == seed.site_id).order_by(Decision.at))
    times: Counter[UUID] = Counter()
    for entry in entries:
        assert entry.before == state[entry.comment_id]
        state[entry.comment_id] = entry.after
        times[entry.comment_id] += 1
    for comment in comments.values():
        assert comment.state == state[comment.id]
        assert comment.version == 1 + times[comment.id]
    edits = session.scalars(select(Revision).where(Revision.site_id == seed.site_id)).all()
    assert edits == []
