"""What moderators’ pages cost on a site of 1,000,000 comments, beside one of 10,000."""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import httpx2 as httpx
import psycopg
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from comments.app import create_app
from comments.clock import FixedClock
from comments.config import Settings
from comments.identity.accounts.actions import add_moderator
from comments.identity.sessions.actions import begin_session
from comments.server.garbage_collection import keep_for_ever
from comments.web.forms import cookie_name
from comments.web.service import Service
from tests.bench.desk_filling import fill, postgresql_loader, sqlite_loader
from tests.bench.desk_questions import Question, questions
from tests.bench.desk_rows import BEGAN, DAYS, SECTION, SITE_ID, Site
from tests.bench.seeding import SECRET
from tests.support.databases import migrate_in_a_process_of_its_own, postgresql_server

SMALL, HUGE, QUICK = 10_000, 1_000_000, 50_000
TIMES = 5
AIM_SECONDS, LIMIT_SECONDS = 0.050, 2.0
Say = Callable[[str], None]


@dataclass(slots=True)
class Asked:
    """What one page took, each time: in all, and of that what service and database computed; in seconds."""

    took: list[float] = field(default_factory=list)
    computed: list[float] = field(default_factory=list)
    statements: int = 0
    stopped: bool = False
    """Whether the answer says that the search stopped for its time."""

    @property
    def median(self) -> float:
        return statistics.median(self.computed)


@dataclass(frozen=True, slots=True)
class Answers:
    """What was asked of one database with so many comments."""

    database: str
    size: int
    by_title: dict[str, Asked] = field(default_factory=dict)


def measure_desk(folder: Path, sizes: Sequence[int], say: Say, *, times: int = TIMES) -> list[Answers]:
    """Fill both databases with each size of site, unless they are, and ask everything of each."""
    folder.mkdir(parents=True, exist_ok=True)
    found = []
    with postgresql_server(folder) as server:
        for size in sizes:
            urls = {
                "SQLite": f"sqlite:///{folder / f'desk-{size}.db'}",
                "PostgreSQL": f"{server}/desk_{size}",
            }
            _fill_unless_filled(folder, server, size, urls, say)
            for database, url in urls.items():
                say(f"asking {database} with {size:,} comments")
                answers = Answers(database, size)
                asyncio.run(_ask_all(url, folder, answers, times))
                found.append(answers)
    return found


def _fill_unless_filled(folder: Path, server: str, size: int, urls: dict[str, str], say: Say) -> None:
    done = folder / f"desk-{size}.filled"
    if done.exists():
        return
    say(f"filling both databases with {size:,} comments")
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE desk_{size}")
    for url in urls.values():
        migrate_in_a_process_of_its_own(url)
    fill(Site(size), [sqlite_loader(urls["SQLite"]), postgresql_loader(urls["PostgreSQL"])])
    done.touch()


async def _ask_all(url: str, folder: Path, answers: Answers, times: int) -> None:
    async with service_at(url, folder) as (client, svc):
        cookies = {section: await svc.db.write(sign_in, svc, section) for section in (False, True)}
        server = ServerTime(url)
        # As `serve` does: what a page makes is looked through for garbage, not all that is imported.
        keep_for_ever()
        for question in questions():
            asked = answers.by_title.setdefault(question.title, Asked())
            request = client.build_request(
                "GET",
                question.path(svc.keys),
                headers={"cookie": f"{cookie_name(svc.settings)}={cookies[question.section]}"},
            )
            # The first one finds nothing in memory, and is no measure of anything but the disk.
            await ask(client, request, asked)
            asked.took.clear()
            for _ in range(times):
                began, computed = time.perf_counter(), time.process_time() + server.seconds()
                await ask(client, request, asked)
                asked.took.append(time.perf_counter() - began)
                asked.computed.append(time.process_time() + server.seconds() - computed)


async def ask(client: httpx.AsyncClient, request: httpx.Request, asked: Asked) -> None:
    with _counted() as sent:
        answer = await client.send(request)
    if answer.status_code != 200:
        raise RuntimeError(f"{request.url} answered {answer.status_code}: {answer.text[:500]}")
    asked.statements, asked.stopped = len(sent), "Stopped after" in answer.text


@contextmanager
def _counted() -> Iterator[list[str]]:
    sent: list[str] = []

    def note(*arguments: object) -> None:
        sent.append(str(arguments[2]))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)


class ServerTime:
    """What a PostgreSQL server on this machine has computed; 0 for SQLite, and for one elsewhere."""

    def __init__(self, url: str) -> None:
        self.parent = 0
        if url.startswith("postgresql"):
            with psycopg.connect(url) as connection:
                self.parent = _parent_of(Path(f"/proc/{connection.info.backend_pid}"))

    def seconds(self) -> float:
        if not self.parent:
            return 0.0
        children = Path(f"/proc/{self.parent}/task/{self.parent}/children").read_text().split()
        return sum(_computed(Path("/proc") / child) for child in children)


def _parent_of(process: Path) -> int:
    try:
        return int((process / "stat").read_text().rpartition(")")[2].split()[1])
    except FileNotFoundError:
        return 0


def _computed(process: Path) -> float:
    try:
        return int((process / "schedstat").read_text().split()[0]) / 1e9
    except (FileNotFoundError, ProcessLookupError):
        return 0.0


@asynccontextmanager
async def service_at(url: str, folder: Path) -> AsyncIterator[tuple[httpx.AsyncClient, Service]]:
    settings = Settings.from_environment(
        {
            "COMMENTS_DATA_DIR": str(folder),
            "COMMENTS_DATABASE_URL": url,
            "COMMENTS_SECRET_KEY": SECRET,
            "COMMENTS_RATE_LIMITS": "off",
        }
    )
    app = create_app(settings, clock=FixedClock(BEGAN + timedelta(days=DAYS, hours=1)))
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080") as client:
            yield client, app.state.service


def sign_in(session: Session, svc: Service, of_section: bool) -> str:
    at = svc.clock.now()
    account = add_moderator(
        session,
        SITE_ID,
        f"{'section' if of_section else 'whole'}@blog.example",
        role="moderator",
        name="Mia",
        at=at,
        sections=[SECTION] if of_section else [],
    )
    session.flush()  # the session needs the account's row
    return begin_session(session, svc.keys, account, at=at, old_cookie=None, device="").cookie


def table(found: Sequence[Answers]) -> str:
    """Return what was measured as Markdown."""
    by_database: dict[str, list[Answers]] = {}
    for answers in found:
        by_database.setdefault(answers.database, []).append(answers)
    (small, *_), (huge, *_) = zip(*by_database.values(), strict=True)
    heads = ["page"]
    for database in by_database:
        heads += [f"{database}, {small.size:,}", f"{huge.size:,}", "cost ×", "longest", "statements"]
    rows = [
        [question.title, *(cell for pair in by_database.values() for cell in _cells(question, *pair))]
        for question in questions()
    ]
    lines = [heads, ["---", *["---:"] * (len(heads) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n\n" + summary(found)


def _cells(question: Question, small: Answers, huge: Answers) -> list[str]:
    less, more = small.by_title[question.title], huge.by_title[question.title]
    shown = f"{more.median * 1e3:.0f} ms"
    return [
        f"{less.median * 1e3:.0f} ms",
        f"**{shown}**" if more.median > AIM_SECONDS else shown,
        f"{more.median / less.median:.1f}",
        f"{max(more.took) * 1e3:.0f} ms" + (", stopped" if more.stopped else ""),
        str(more.statements),
    ]


def summary(found: Sequence[Answers]) -> str:
    """Return how many pages and searches keep the aim, and which takes longest, for the larger size."""
    size = max(answers.size for answers in found)
    lines = []
    for answers in found:
        if answers.size == size:
            slow = [
                question for question in questions() if answers.by_title[question.title].median > AIM_SECONDS
            ]
            searches = sum(question.kind == "search" for question in questions())
            quick = searches - sum(question.kind == "search" for question in slow)
            pages = sum(question.kind != "search" for question in slow)
            others = f"{pages} other pages not" if pages else "every other page"
            longest = max(questions(), key=lambda question: answers.by_title[question.title].median)
            lines.append(
                f"- {answers.database}, {size:,} comments: {quick} of {searches} searches within "
                f"{AIM_SECONDS * 1e3:.0f} ms, {others}; the longest is “{longest.title}”, "
                f"{answers.by_title[longest.title].median * 1e3:.0f} ms."
            )
    return "\n".join(lines)


def main() -> None:
    """Measure the desk alone, and print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.desk", description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK:,} comments instead of {HUGE:,}")
    parser.add_argument(
        "--keep",
        type=Path,
        metavar="FOLDER",
        help="fill it only once; needs a PostgreSQL that stays, named by COMMENTS_TEST_POSTGRES_URL",
    )
    asked = parser.parse_args()
    began = time.monotonic()

    def say(words: str) -> None:
        print(f"{time.monotonic() - began:6.0f} s  {words}", file=sys.stderr, flush=True)

    sizes = (SMALL, QUICK if asked.quick else HUGE)
    with ExitStack() as stack:
        made = asked.keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="comments-desk-")))
        print(table(measure_desk(made, sizes, say)))


if __name__ == "__main__":
    main()
