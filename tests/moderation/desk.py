"""A moderator's desk to test at: a seeded site, its moderators, and actions as they are run."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from comments.clock import FixedClock
from comments.identity.accounts.queries import Moderator
from comments.identity.models import Author
from comments.keys import Keyring
from comments.moderation.decisions.decide import decide, undo
from comments.moderation.decisions.requests import Choice, CommentChoice, DecisionOrder, OrderOutcome
from comments.moderation.models import Decision
from comments.storage import Database
from comments.threads.models import Comment, Thread
from tests.moderation.seeding import Seed

KEYS = Keyring("a secret for tests only, long enough")


class Desk:
    """A moderator's desk: a seeded site, its moderators, and a clock that moves with each decision."""

    def __init__(self, db: Database, clock: FixedClock) -> None:
        self.db, self.clock, self.seed = db, clock, Seed()
        self.mia = self.seed.moderator("Mia")
        self.ana = self.seed.moderator("Ana")
        self.jonas = self.seed.author("Jonas")
        self.thread_id = self.seed.thread("A title a guest gave")

    async def comments(self, count: int = 1, **values: Any) -> list[UUID]:
        made = [self.seed.comment(self.thread_id, self.jonas, **values) for _ in range(count)]
        await self.db.write(self.seed.store)
        return made

    async def decide(
        self,
        choice: Choice,
        wanted: Sequence[UUID | CommentChoice],
        *,
        by: Moderator | None = None,
        reason: str = "",
    ) -> OrderOutcome:
        self.clock.advance(timedelta(seconds=5))
        named = [one if isinstance(one, CommentChoice) else CommentChoice(one) for one in wanted]
        order = DecisionOrder(by or self.mia, choice, named, reason)
        return await self.db.write(decide, order, KEYS, at=self.clock.now())

    async def undo(
        self, outcome: OrderOutcome, *, of: Moderator | None = None, by: Moderator | None = None
    ) -> OrderOutcome:
        self.clock.advance(timedelta(seconds=5))
        made_by = (of or self.mia).account_id
        return await self.db.write(
            undo, by or self.mia, KEYS, made_by=made_by, made_at=outcome.at, at=self.clock.now()
        )

    async def comment(self, comment_id: UUID) -> Comment:
        return await self.db.read(lambda session: session.get_one(Comment, comment_id))

    async def thread(self) -> Thread:
        return await self.db.read(lambda session: session.get_one(Thread, self.thread_id))

    async def author(self, author_id: UUID | None = None) -> Author:
        return await self.db.read(lambda session: session.get_one(Author, author_id or self.jonas))

    async def states(self, ids: Sequence[UUID]) -> list[str]:
        return [(await self.comment(comment_id)).state for comment_id in ids]

    async def log(self) -> Sequence[Decision]:
        statement = select(Decision).order_by(Decision.at, Decision.id)
        return await self.db.read(lambda session: session.scalars(statement).all())
