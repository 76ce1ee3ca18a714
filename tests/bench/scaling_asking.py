"""The pages of discussions, a post and the desk's queues on generated comments: few, and a great many."""

import asyncio
import re
import statistics
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2 as httpx
import msgspec
import psycopg
from sqlalchemy import Engine, event

from comments.keys import Keyring
from comments.threads.addresses.page_keys import page_keys
from comments.threads.requests import RepliesQuery, ThreadQuery
from comments.threads.site_card import site_card
from comments.threads.views import counts, thread
from comments.web.forms import cookie_name
from comments.web.service import Service
from tests.bench.desk import ServerTime, service_at, sign_in
from tests.bench.desk_questions import questions as desk_questions
from tests.bench.desk_rows import NAME, ORIGIN
from tests.bench.scaling_rows import BUSY, HUGE, Measures, comment_id
from tests.bench.seeding import SECRET
from tests.bench.writing import texts

TIMES = 11
WRITES = re.compile("INSERT INTO|UPDATE|DELETE FROM")
QUEUES = ("pending", "reported", "spam", "approved", "all")


@dataclass(slots=True)
class Cost:
    """What one question took on one database."""

    computed: list[float] = field(default_factory=list)
    """Processor seconds of service and database, each time but the first."""
    first: float = 0.0
    """Seconds by the clock when it was asked for the first time."""
    statements: int = 0
    wal: float = 0.0
    """Bytes of WAL, on the average."""
    pages: int = 0
    """Pages of 8 kB that the SELECTs touched, as EXPLAIN counts them."""
    walked: list[str] = field(default_factory=list)
    """Tables that were read from end to end."""

    @property
    def median(self) -> float:
        return statistics.median(self.computed)

    @property
    def spread(self) -> float:
        """Half the distance between the quartiles, as a share of the median."""
        low, _, high = statistics.quantiles(self.computed, n=4, method="inclusive")
        return (high - low) / 2 / self.median

    def times(self, other: "Cost") -> float:
        """How many times the other's: the median of the ratios, turn by turn."""
        return statistics.median(
            mine / theirs for mine, theirs in zip(self.computed, other.computed, strict=True)
        )


Ask = Callable[["Asked"], Awaitable[object]]


@dataclass(slots=True)
class Asked:
    """A service on one of the databases."""

    url: str
    measures: Measures
    client: httpx.AsyncClient
    svc: Service
    cookie: str = ""
    posted: int = 0
    costs: dict[str, Cost] = field(default_factory=dict)

    def page(self, number: int) -> str:
        return f"{ORIGIN}/page-{number}"


def questions() -> Mapping[str, Ask]:
    """Return what is asked, by its title."""
    shown: dict[str, Ask] = {}
    for title, number in (
        ("huge page", HUGE),
        ("one comment with a great many replies", BUSY),
        ("small page", -1),
    ):
        for sort in ("best", "newest", "oldest"):
            shown[f"{title}, {sort}"] = _thread(number, ThreadQuery(sort=sort))
    shown["replies of that one comment"] = _replies
    shown["counts of 50 pages"] = _counts
    shown["a post on the huge page"] = _post(HUGE)
    shown["a post on the small page"] = _post(-1)
    wanted = {f"{queue}, {place}" for queue in QUEUES for place in ("first page", "in the middle")}
    for question in desk_questions():
        if question.title in wanted:
            shown[f"desk: {question.title}"] = _desk(question.path)
    return shown


def _thread(number: int, query: ThreadQuery) -> Ask:
    async def ask(asked: Asked) -> bytes:
        keys = page_keys(asked.page(number if number >= 0 else asked.measures.small_page), None)
        site = await asked.svc.db.read(site_card, NAME)
        shown, _ = await asked.svc.db.read(thread.thread_answer, Keyring(SECRET), site, keys, query)
        return msgspec.json.encode(shown)

    return ask


async def _replies(asked: Asked) -> bytes:
    site, root = await asked.svc.db.read(site_card, NAME), comment_id(asked.measures, 0)
    replies, _ = await asked.svc.db.read(thread.replies_answer, Keyring(SECRET), site, root, RepliesQuery())
    return msgspec.json.encode(replies)


async def _counts(asked: Asked) -> bytes:
    site = await asked.svc.db.read(site_card, NAME)
    pages = [("url", asked.page(number)) for number in range(50)]
    answer, _ = await asked.svc.db.read(counts.counts_answer, site.id, pages)
    return msgspec.json.encode(answer)


def _post(number: int) -> Ask:
    async def ask(asked: Asked) -> None:
        asked.posted += 1
        # Never the same, in a database that was kept either: the same text twice is refused.
        text = f"{texts(1)[0].source}\n\nWritten as number {time.time_ns()}."
        page = asked.page(number if number >= 0 else asked.measures.small_page)
        sent = {"page": {"url": page}, "body": text, "author": {"name": f"Guest {asked.posted}"}}
        answer = await asked.client.post(
            f"/api/v1/sites/{NAME}/comments", json=sent, headers={"origin": ORIGIN}
        )
        if answer.status_code != 201:
            raise RuntimeError(f"a post was answered {answer.status_code}: {answer.text[:300]}")

    return ask


def _desk(path: Callable[[Keyring], str]) -> Ask:
    async def ask(asked: Asked) -> None:
        cookie = f"{cookie_name(asked.svc.settings)}={asked.cookie}"
        answer = await asked.client.get(path(asked.svc.keys), headers={"cookie": cookie})
        if answer.status_code != 200:
            raise RuntimeError(f"the desk answered {answer.status_code}: {answer.text[:300]}")

    return ask


def measure(
    databases: Sequence[tuple[str, Measures]], folder: Path, say: Callable[[str], None]
) -> list[dict[str, Cost]]:
    """Ask everything of each database, in turns, and return what it cost."""
    return asyncio.run(_measure(databases, folder, say))


async def _measure(
    databases: Sequence[tuple[str, Measures]], folder: Path, say: Callable[[str], None]
) -> list[dict[str, Cost]]:
    async with AsyncExitStack() as stack:
        services = []
        for url, measures in databases:
            client, svc = await stack.enter_async_context(service_at(url, folder))
            cookie = await svc.db.write(sign_in, svc, False)
            services.append(Asked(url, measures, client, svc, cookie))
        server = ServerTime(databases[0][0])
        watching = stack.enter_context(psycopg.connect(databases[0][0], autocommit=True))
        for title, ask in questions().items():
            say(title)
            for asked in services:
                asked.costs[title] = await _first(asked, ask)
            for _ in range(TIMES):
                for asked in services:
                    cost, wal = asked.costs[title], _wal(watching)
                    began = time.process_time() + server.seconds()
                    await ask(asked)
                    cost.computed.append(time.process_time() + server.seconds() - began)
                    cost.wal += (_wal(watching) - wal) / TIMES
    return [asked.costs for asked in services]


def _wal(watching: psycopg.Connection[Any]) -> float:
    """Return how many bytes of WAL the server has written."""
    (written,) = watching.execute("SELECT pg_current_wal_insert_lsn() - '0/0'").fetchone() or (0,)
    return float(written)


async def _first(asked: Asked, ask: Ask) -> Cost:
    sent: list[tuple[str, Any]] = []

    def note(connection: Any, _cursor: Any, statement: str, parameters: Any, *_: object) -> None:
        sent.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    began = time.perf_counter()
    try:
        await ask(asked)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    cost = Cost(first=time.perf_counter() - began, statements=len(sent))
    await asyncio.to_thread(_explain, asked.url, sent, cost)
    return cost


def _explain(url: str, sent: Sequence[tuple[str, Any]], cost: Cost) -> None:
    """Ask the same SELECTs again, and note what they touch."""
    with psycopg.connect(url) as connection:
        for statement, parameters in sent:
            if statement.lstrip(" (").startswith(("SELECT", "WITH")) and not WRITES.search(statement):
                found = connection.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}", parameters)
                (explained,) = found.fetchone() or ([],)
                plan = explained[0]["Plan"]
                cost.pages += plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
                cost.walked += walked(plan)


def walked(plan: Mapping[str, Any]) -> list[str]:
    """Return the large tables that a plan reads from end to end."""
    here = [plan["Relation Name"]] if plan["Node Type"] == "Seq Scan" else []
    below = [table for part in plan.get("Plans", ()) for table in walked(part)]
    return [table for table in here + below if table in ("comments", "threads", "authors", "decisions")]
