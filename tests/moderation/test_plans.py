"""How the databases go about the queues and the log of a large site: along indexes, never through a table."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert
from sqlalchemy.orm import Session

from comments.identity.accounts.queries import Moderator
from comments.ids import new_id
from comments.moderation.audit import changes_since, history
from comments.moderation.authors import profile, records
from comments.moderation.bans import queries
from comments.moderation.decisions.transitions import lock_subjects
from comments.moderation.models import Decision
from comments.moderation.queue import changes, comments, duplicate_groups, page_context, sizes
from comments.moderation.queue.changes import View
from comments.moderation.queue.filters import QueueFilter
from comments.moderation.queue.index_ranges import QUEUES
from comments.moderation.search.query_language import parse
from comments.moderation.search.terms import THREAD, Criteria, criteria
from comments.moderation.sweeps import recheck_queries
from comments.moderation.trials import queries as trials_queries
from comments.notifications.digests.queries import digest_of
from comments.storage import Database
from comments.text.terms import Term
from tests.conftest import NOON
from tests.moderation.seeding import Seed
from tests.support.plans import analyse, plans_of

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

ROWS = 20_000
SPORT = "/sport/"


class Large:
    """A site with 20,000 comments in all queues and a decision about each, beside a small one."""

    def __init__(self) -> None:
        self.seed, other = Seed(), Seed()
        self.mia = self.seed.moderator()
        self.author = author = self.seed.author()
        self.thread = thread = self.seed.thread()
        self.ids = [
            self.seed.comment(
                thread, author, state=QUEUES[number % 5], listed=number % 5 == 1, similar_group=number % 4_000
            )
            for number in range(ROWS)
        ]
        other.comment(other.thread(), other.author())
        self.other = other

    def store(self, session: Session) -> None:
        self.seed.store(session)
        self.other.store(session)
        session.execute(
            insert(Decision),
            [
                {
                    "id": new_id(NOON),
                    "site_id": self.seed.site_id,
                    "comment_id": comment_id,
                    "account_id": self.mia.account_id,
                    "moderator_name": "Mia",
                    "decision": "hold",
                    "before": "pending",
                    "after": "pending",
                    "reason": "",
                    "at": NOON,
                }
                for comment_id in self.ids
            ],
        )
        analyse(session)


def walks_through(plan: str) -> bool:
    """Whether the database would read a large table from end to end, or sort what an index has in order."""
    on_sqlite = any(
        line.startswith("SCAN") and line.split()[1] in {"comments", "decisions"} for line in plan.splitlines()
    )
    return on_sqlite or "Seq Scan on comments" in plan or "Seq Scan on decisions" in plan


def of_rules(site_id: UUID) -> dict[str, Callable[[Session], Any]]:
    """Return what is asked to try rules, and to judge anew."""
    position = (NOON, UUID(int=0))
    return {
        "what is judged anew": lambda session: recheck_queries.comments_of_queue(
            session, site_id, "pending", position, limit=50
        ),
        "what rules are tried on": lambda session: trials_queries.past_decisions(
            session, site_id, position, limit=100
        ),
    }


def of_floods(site_id: UUID, row: UUID) -> dict[str, Callable[[Session], Any]]:
    """Return what is asked where nearly the same texts are one row."""
    position = (NOON, UUID(int=0))
    return {
        "a queue with floods": lambda session: comments.held_comments(
            session, site_id, QueueFilter(grouped=True), after=position, limit=25
        ),
        "a search with floods": lambda session: comments.held_comments(
            session,
            site_id,
            QueueFilter(grouped=True, criteria=criteria(parse("hello"), {})),
            after=position,
            limit=25,
        ),
        "one flood": lambda session: comments.held_comments(
            session, site_id, QueueFilter(alike=15), after=position, limit=25
        ),
        "what a row stands for": lambda session: duplicate_groups.others_of(
            session, site_id, None, {row: duplicate_groups.RowVersion(1, NOON)}, 500
        ),
    }


def of_a_page(site_id: UUID, thread: UUID) -> dict[str, Callable[[Session], Any]]:
    """Return what is asked for the comments of one page in a queue."""
    on_it = Criteria((Term(f"{THREAD}{thread.hex}"),))
    return {
        f"{state} of a page": partial(
            comments.held_comments,
            site_id=site_id,
            wish=QueueFilter(state, on_it, grouped=True),
            after=(NOON, UUID(int=0)),
            limit=25,
        )
        for state in ("pending", "approved", None)
    }


def questions(large: Large) -> dict[str, Callable[[Session], Any]]:
    """Return what desks and programs ask, by name."""
    site_id, some = large.seed.site_id, large.ids[100:125]
    position = (NOON, UUID(int=0))
    return {
        "a queue": lambda session: comments.held_comments(
            session, site_id, QueueFilter(), after=None, limit=25
        ),
        "its next page": lambda session: comments.held_comments(
            session, site_id, QueueFilter(), after=position, limit=25
        ),
        **of_floods(site_id, large.ids[0]),
        "the reported": lambda session: comments.held_comments(
            session, site_id, QueueFilter("reported"), after=position, limit=25
        ),
        "the most reported": lambda session: comments.held_comments(
            session, site_id, QueueFilter("reported", most_reported=True), after=(3, *position), limit=25
        ),
        "a search": lambda session: comments.held_comments(
            session,
            site_id,
            QueueFilter(None, criteria(parse("hello -nothing"), {})),
            after=position,
            limit=25,
        ),
        "a phrase": lambda session: comments.held_comments(
            session,
            site_id,
            QueueFilter(None, criteria(parse('"hello there"'), {})),
            after=position,
            limit=25,
        ),
        **of_a_page(site_id, large.thread),
        "what is picked out": lambda session: comments.held_comments(
            session, site_id, QueueFilter(None, criteria(parse("is:featured"), {})), after=position, limit=25
        ),
        "all queues": lambda session: comments.held_comments(
            session, site_id, QueueFilter(queue=None), after=position, limit=25
        ),
        "how an author fared": lambda session: records.author_standings(session, [large.author]),
        "an author": lambda session: profile.profile(session, large.mia, large.author, at=NOON),
        "whom a ban would meet": lambda session: queries.some_written_by(
            session, site_id, "network", "00" * 16, 500, position
        ),
        "a digest": lambda session: digest_of(session, site_id, None, since=NOON),
        "sizes": lambda session: sizes.queue_sizes(session, site_id),
        "histories": lambda session: history.histories(session, some),
        "the log": lambda session: history.log(session, site_id, after=position, limit=25),
        **of_rules(site_id),
        "an order": lambda session: history.entries_of_order(
            session, site_id, large.mia.account_id, NOON.replace(year=2000)
        ),
        "what a ban removed": lambda session: history.removals_between(
            session, site_id, large.mia.account_id, NOON.replace(year=2000), NOON.replace(year=2001)
        ),
        **of_following(large),
        "deciding": lambda session: lock_subjects(session, site_id, some),
    }


def of_following(large: Large) -> dict[str, Callable[[Session], Any]]:
    """Return what an open desk asks again and again."""
    site_id, position = large.seed.site_id, (NOON, UUID(int=0))
    nobody = Moderator(UUID(int=1), site_id, "Nobody", "moderator")
    return {
        "around all queues": lambda session: page_context.queue_context(session, large.mia, None),
        "around a page that shows the newest": lambda session: page_context.queue_context(
            session, large.mia, "pending", newest=position
        ),
        "what was decided": lambda session: changes.decided_since(session, View(site_id, None), 0),
        "what arrived": lambda session: changes.arrived_since(session, View(site_id, None), position),
        "what others decided": lambda session: changes_since.changes(session, large.mia, 0),
        "own orders": lambda session: changes_since.own_orders(session, nobody, 10),
    }


def of_a_part(site_id: UUID, row: UUID) -> dict[str, Callable[[Session], Any]]:
    """Return what somebody asks who moderates a part of the site."""
    part = (SPORT,)
    return {
        **{
            f"{state} of a part": partial(
                comments.held_comments,
                site_id=site_id,
                wish=QueueFilter(state, sections=part),
                after=(NOON, UUID(int=0)),
                limit=25,
            )
            for state in ("pending", "approved", None)
        },
        "floods of a part": lambda session: comments.held_comments(
            session, site_id, QueueFilter(grouped=True, sections=part), after=None, limit=25
        ),
        "what a row stands for in a part": lambda session: duplicate_groups.others_of(
            session, site_id, part, {row: duplicate_groups.RowVersion(1, NOON)}, 500
        ),
        "a digest of a part": lambda session: digest_of(session, site_id, part, since=NOON),
        "sizes of a part": lambda session: sizes.queue_sizes(session, site_id, part),
        "around a part": lambda session: page_context.queue_context(
            session, Moderator(UUID(int=1), site_id, "Mia", "moderator", part), None
        ),
    }


async def test_a_part_of_a_site_is_walked_page_by_page(db: Database) -> None:
    large = Large()
    await db.write(large.store)

    def explain(session: Session) -> dict[str, list[str]]:
        asked = of_a_part(large.seed.site_id, large.ids[0])
        return {name: [*plans_of(session, query).values()] for name, query in asked.items()}

    found = await db.write(explain)

    through = {name: [plan for plan in plans if walks_through(plan)] for name, plans in found.items()}
    assert {name: plans for name, plans in through.items() if plans} == {}
    assert [plan for plan in found["pending of a part"] if "ix_comments_held" in plan] != []
    assert [plan for plans in found.values() for plan in plans if "ix_comments_queue" in plan] == []


async def test_queues_log_and_decisions_follow_indexes(db: Database) -> None:
    large = Large()
    await db.write(large.store)
    asked = questions(large)

    def explain(session: Session) -> dict[str, list[str]]:
        return {name: [*plans_of(session, query).values()] for name, query in asked.items()}

    found = await db.write(explain)

    bad = {name: [plan for plan in sent if walks_through(plan)] for name, sent in found.items()}
    assert {name: sent for name, sent in bad.items() if sent} == {}
    # PostgreSQL sorts a table of terms that is empty, as here; a filled one it walks along.
    walked = [plan for plan in found["a search"] if "(rowid<?)" in plan]
    assert walked or db.dialect != "sqlite", "the terms of all queues lie in the order of time"
    sorted_again = [
        plan
        for name in ("a queue", "its next page", "the most reported")
        for plan in found[name][:1]
        if "Sort" in plan or "TEMP" in plan
    ]
    assert sorted_again == [], "the index of the queues has them in order"
