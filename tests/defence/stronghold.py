"""A running service under attack: its sites, who watches them from outside, and its owner's mailbox."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from itertools import count
from typing import Any

import httpx2 as httpx
from sqlalchemy import Engine, create_engine, or_, select, update

from comments.outbox.models import Outbox
from tests.support.in_process import InThisProcess
from tests.support.live import Installation, LiveService
from tests.support.mail_server import Mailbox

SPAM = "luckydrops"
"""In every word of spam that must stay unseen, wherever it is put: text, name, address, title."""

PROSE = "velvet sofa"
"""In the plain prose of which we say that it gets through, if its author was trusted before."""

ADVERTS = [
    f"My aunt swears by her {PROSE}, she got it at the corner shop in our street.",
    f"After a day in the archive nothing is better than a {PROSE}. Mine was not even expensive.",
    f"Speaking of bridges: we carried our {PROSE} over one. Lovely people who sell them here in town.",
    f"Who else has a {PROSE}? I want another, the sale ends on Sunday.",
    f"Great read! I finished it on my {PROSE}, you can guess where it comes from.",
    f"They gave us a year of warranty on a {PROSE}, ask for Tom.",
    f"The best {PROSE} in the county is made by the river, a short walk from this bridge.",
    f"If your back hurts from standing in queues, a {PROSE} will mend it.",
    f"I do not usually praise furniture, but there is one {PROSE} that I would praise anywhere.",
    f"Delivered within the week, and carried upstairs: that is what I call service, and what a {PROSE}!",
]
"""Of PROSE, each in other words: nothing that a program could know by."""

GOT_THROUGH = "got through"
"""The property of a test under which tests/conftest.py prints it when all are done."""

Passed = Callable[[str, object], None]

SECONDS = 60.0
AT_ONCE = 6
LOOK_SECONDS = 0.3
"""Between two looks of the reader: the service has more to do than to answer them."""


@dataclass
class Person:
    """Somebody at an address of their own, who keeps the token they are given."""

    address: str
    name: str = "Jonas"
    token: str = ""


@dataclass
class Stronghold:
    """One service with a mail server, on which each attack has a site of its own."""

    installation: Installation
    service: LiveService
    box: Mailbox
    client: httpx.Client
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def site(self, **settings: str) -> "Site":
        """Add a site with an owner who is told by mail, and wait until the service knows it."""
        name = f"site-{next(self._numbers)}"
        here = InThisProcess(self.installation.data_folder, self.installation.database_url)
        here.run("site", "add", name, "--origin", f"https://{name}.example")
        if settings:
            here.run("site", "set", name, *(f"{key}={value}" for key, value in settings.items()))
        owner = f"owner@{name}.example"
        here.run("moderator", "add", owner, "--site", name, "--role", "owner")
        printed = here.run("moderator", "token", owner, "--site", name)
        token = next(word for word in printed.split() if word.startswith("m_"))
        site = Site(self, name, owner, token)
        wait_for(lambda: site.get("counts", url=site.page(0)).status_code == 200)
        return site

    def address(self) -> str:
        """Return an address from which nobody has asked yet, on a network of its own."""
        number = next(self._numbers)
        return f"100.{64 + number // 250}.{number % 250}.7"

    def close(self) -> None:
        self._database.dispose()

    def let_time_pass(self) -> None:
        """Make all that waits in the outbox due now, as if what it waits for were over."""
        with self._database.begin() as connection:
            due = update(Outbox).where(Outbox.state == "waiting", Outbox.claimed_by.is_(None))
            connection.execute(due.values(due_at=datetime.now(UTC)))

    def is_idle(self) -> bool:
        """Say whether the outbox has nothing that is due or being done."""
        with self._database.begin() as connection:
            is_due = or_(Outbox.due_at <= datetime.now(UTC), Outbox.claimed_by.is_not(None))
            busy = select(Outbox.id).where(Outbox.state == "waiting", is_due).limit(1)
            return connection.execute(busy).first() is None

    @cached_property
    def _database(self) -> Engine:
        """Beside the service: for what nobody can ask it."""
        return create_engine(str(self.installation.database_url))


@dataclass
class Site:
    """One site of the service, over HTTP as attackers, readers and its owner reach it."""

    hold: Stronghold
    name: str
    owner: str
    token: str

    @property
    def client(self) -> httpx.Client:
        return self.hold.client

    @property
    def origin(self) -> str:
        return f"https://{self.name}.example"

    def page(self, number: int) -> str:
        return f"{self.origin}/article-{number}"

    def path(self, rest: str) -> str:
        return f"{self.hold.service.base_url}/api/v1/sites/{self.name}/{rest}"

    def get(self, rest: str, **query: Any) -> httpx.Response:
        return self.client.get(self.path(rest), params=query)

    def somebody(self, name: str = "Jonas") -> Person:
        return Person(self.hold.address(), name)

    def send(self, method: str, rest: str, order: Any, who: Person | None) -> httpx.Response:
        """Send what the site's widget would, as this person; as the owner if it is nobody."""
        token = self.token if who is None else who.token
        headers = {"origin": self.origin, "x-forwarded-for": who.address if who else "192.0.2.9"}
        if token:
            headers["authorization"] = f"Bearer {token}"
        answer = self.client.request(method, self.path(rest), json=order, headers=headers)
        if who is not None and answer.status_code < 300:
            who.token = answer.json().get("token") or who.token
        return answer

    def post(self, who: Person, text: str, *, on: int = 0, **more: Any) -> httpx.Response:
        author = {"name": who.name, **more.pop("author", {})}
        page = {"url": self.page(on), "title": more.pop("title", f"Article {on}")}
        return self.send("POST", "comments", {"page": page, "body": text, "author": author, **more}, who)

    def posted(self, who: Person, text: str, **more: Any) -> dict[str, Any]:
        """Post, which must not be refused, and return the comment."""
        answer = self.post(who, text, **more)
        assert answer.status_code == 201, answer.text
        comment: dict[str, Any] = answer.json()["comment"]
        return comment

    def edit(self, who: Person, comment_id: str, text: str) -> httpx.Response:
        return self.send("PATCH", f"comments/{comment_id}", {"body": text}, who)

    def report(self, who: Person, comment_id: str) -> httpx.Response:
        return self.send("POST", f"comments/{comment_id}/reports", {"reason": "abuse"}, who)

    def decide(self, decision: str, *comment_ids: str, **more: Any) -> httpx.Response:
        order = {"comment_ids": comment_ids, "decision": decision, **more}
        return self.send("POST", "moderation/decisions", order, None)

    def regular(self, name: str = "Ana", text: str = "The photograph of the old bridge is lovely.") -> Person:
        """Return somebody whose first comment the owner has approved."""
        who = self.somebody(name)
        assert self.decide("approve", self.posted(who, text)["id"]).status_code == 200
        return who

    def queue(self, state: str) -> list[dict[str, Any]]:
        """Return all that the owner sees in a queue."""
        found: list[dict[str, Any]] = []
        headers = {"authorization": f"Bearer {self.token}"}
        query = {"state": state, "limit": "100"}
        while True:
            answer = self.client.get(self.path("moderation/comments"), params=query, headers=headers)
            assert answer.status_code == 200, answer.text
            found += answer.json()["comments"]
            if not answer.json()["next"]:
                return found
            query["cursor"] = answer.json()["next"]

    def state_of(self, comment_id: str) -> str:
        states = ("approved", "pending", "spam", "removed")
        return next((state for state in states if self._is_in(state, comment_id)), "lost")

    def _is_in(self, state: str, comment_id: str) -> bool:
        return comment_id in {one["id"] for one in self.queue(state)}

    def public(self, pages: int = 1) -> list[str]:
        """Return all that anybody may see: every page's discussion and the site's feed."""
        seen = [self.get("thread", url=self.page(number)).text for number in range(pages)]
        return [*seen, self.client.get(f"{self.hold.service.base_url}/d/{self.name}/feed").text]

    def advertised(self, pages: range) -> int:
        """Return how often what is advertised in plain prose is public on these pages."""
        return sum(self.get("thread", url=self.page(page)).text.count(PROSE) for page in pages)

    def mails(self) -> list[Any]:
        return [mail for mail in self.hold.box.mails if self.owner in str(mail["To"])]

    def mails_in_the_end(self) -> int:
        """Let the time be over for which things are gathered, and return how many mails the owner has.

        After the first something more comes in, and the outbox is asked for all that it has, twice.
        """
        self.hold.let_time_pass()
        wait_for(lambda: bool(self.mails()))
        self.posted(self.somebody("Late"), "One more thing.")
        for _ in range(2):
            self.hold.let_time_pass()
            wait_for(self.hold.is_idle)
        return len(self.mails())

    @contextmanager
    def watched(self, pages: int = 1) -> Iterator["Watch"]:
        """Have a reader look at everything public, again and again, and once more after the block."""
        watch = Watch()
        watch.note(self.public(pages))
        over = threading.Event()

        def look() -> None:
            while not over.wait(LOOK_SECONDS):
                watch.note(self.public(pages))

        with ThreadPoolExecutor(1) as reader:
            looking = reader.submit(look)
            try:
                yield watch
            finally:
                over.set()
            looking.result()
        watch.note(self.public(pages))


@dataclass
class Watch:
    """What a reader has seen who looked all the time."""

    polls: int = 0
    spam: list[str] = field(default_factory=list)

    def note(self, seen: list[str]) -> None:
        self.polls += 1
        self.spam += [text for text in seen if SPAM in text.casefold()]

    @property
    def saw_no_spam(self) -> bool:
        return self.polls > 1 and self.spam == []


def at_once(acts: Sequence[Callable[[], Any]]) -> list[Any]:
    """Do all of these, some at a time, and return what came of each."""
    with ThreadPoolExecutor(AT_ONCE) as crowd:
        return list(crowd.map(lambda act: act(), acts))


def wait_for(condition: Callable[[], bool], seconds: float = SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "this did not come about in time"
        time.sleep(0.05)
