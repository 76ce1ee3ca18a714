"""Imports that an owner asks for: tried first, then worked on in the background, continued, stopped."""

import asyncio
import gzip
import json
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from comments.background.maintenance import tidy
from comments.clock import FixedClock
from comments.exporters.files import export_to_file
from comments.identity.accounts.team_queries import team
from comments.importers.jobs import actions
from comments.importers.jobs.models import ImportJob
from comments.importers.jobs.queries import ClaimedJob
from comments.importers.jobs.worker import ImportJobs
from comments.importers.pipeline import build_drafts
from comments.importers.pipeline.run import ImportOrder, run_import
from comments.sites.actions import add_site, remove_site
from comments.sites.queries import site_by_name
from tests.importers.exports import disqus, post, thread
from tests.support.site import SiteUnderTest, running_site
from tests.support.team import owners_token

pytestmark = pytest.mark.anyio

MANY = disqus(thread(1), *(post(number) for number in range(1, 900)))
FILE = disqus(
    thread(1), thread(2, "https://elsewhere.example/x"), post(1), post(2, parent=1), post(3, thread=2)
)


@dataclass
class Importing:
    """An owner's API token, and the worker."""

    site: SiteUnderTest
    token: str
    folder: Path

    @property
    def parts(self) -> dict[str, Any]:
        svc = self.site.service
        return {"db": svc.db, "settings": svc.settings, "keys": svc.keys, "clock": svc.clock}

    @property
    def worker(self) -> ImportJobs:
        return ImportJobs(**self.parts)

    async def until_told(self) -> None:
        db = self.site.service.db
        taken = select(ImportJob.id).where(ImportJob.claimed_by.is_not(None), ImportJob.step != "")
        for _ in range(10_000):
            await asyncio.sleep(0)
            if await db.read(lambda session: session.scalars(taken).first()):
                return
        raise AssertionError("nobody took it")

    async def ask(self, method: str, rest: str = "", content: Any = None, **query: str) -> Any:
        headers = {"authorization": f"Bearer {self.token}", "content-type": "application/octet-stream"}
        path = self.site.path(f"imports{rest}")
        return await self.site.client.request(method, path, content=content, params=query, headers=headers)

    async def send(self, content: Any = FILE, **query: str) -> str:
        answer = await self.ask("POST", content=content, **query)
        assert answer.status_code == 201, answer.text
        found: str = answer.json()["import"]["id"]
        return found

    async def state(self, job: str) -> dict[str, Any]:
        found: dict[str, Any] = (await self.ask("GET", f"/{job}")).json()["import"]
        return found

    async def tried(self, content: Any = FILE) -> str:
        job = await self.send(content)
        await self.worker.work()
        return job

    async def start(self, job: str) -> None:
        assert (await self.ask("POST", f"/{job}/start")).status_code == 202

    def files(self) -> list[str]:
        return sorted(path.name for path in (self.folder / "imports").glob("*"))

    async def claim(self, job: str) -> ClaimedJob:
        """Take a job as another process does that is then killed."""
        at = self.site.clock.now()
        claimed = await self.site.service.db.write(actions.claim_job, UUID(job), by=uuid4(), at=at)
        assert claimed is not None
        return claimed


@pytest.fixture
async def importing(database_url: str, clock: FixedClock, tmp_path: Path) -> AsyncIterator[Importing]:
    settings = {"COMMENTS_LARGEST_IMPORT_MB": "1"}
    async with running_site(database_url, clock, tmp_path, settings=settings) as site:
        token = await site.service.db.write(owners_token, site, "blog")
        yield Importing(site, token, tmp_path)


async def test_a_file_is_tried_first_and_imported_when_its_owner_says_so(importing: Importing) -> None:
    job = await importing.send(gzip.compress(FILE.encode()), name="C:\\old\\blog.xml.gz")
    waiting = await importing.state(job)
    assert (waiting["state"], waiting["file_name"], waiting["trial"]) == ("reading", "blog.xml.gz", None)
    assert importing.files() == [f"{job}.upload"]

    assert await importing.worker.work() == 1
    tried = await importing.state(job)
    assert (tried["state"], tried["report"]) == ("tried", None)
    assert (tried["trial"]["read"], tried["trial"]["imported"]) == (3, 2)
    assert tried["trial"]["hosts"] == {"elsewhere.example": 1}
    assert await importing.site.shown() == []

    await importing.start(job)
    await importing.worker.work()
    done = await importing.state(job)
    assert (done["state"], done["report"]["imported"], done["report"]["dry_run"]) == ("done", 2, False)
    assert await importing.site.shown() == ["<p>Post 1</p>"]
    assert importing.files() == []
    for way, code in (("start", "import-not-tried"), ("stop", "import-over")):
        refused = await importing.ask("POST", f"/{job}/{way}")
        assert (refused.status_code, refused.json()["code"]) == (409, code)


async def test_one_import_at_a_time_and_a_trial_can_be_put_aside(importing: Importing) -> None:
    job = await importing.tried()
    second = await importing.ask("POST", content=FILE)
    assert (second.status_code, second.json()["code"]) == (409, "import-under-way")
    assert importing.files() == [f"{job}.upload"]

    assert (await importing.ask("POST", f"/{job}/stop")).json()["import"]["state"] == "stopped"
    assert importing.files() == []
    await importing.send()


async def test_an_import_whose_process_was_killed_goes_on_soon_and_its_report_adds_up(
    importing: Importing,
) -> None:
    job = await importing.tried()
    await importing.start(job)
    claimed = await importing.claim(job)
    assert await importing.worker.work() == 0, "somebody works on it"
    # What it had written when it was killed.
    half = importing.folder / "half.xml"
    half.write_text(disqus(thread(1), post(1)))
    svc = importing.site.service
    await run_import(svc.db, ImportOrder(half, "blog"), keys=svc.keys, clock=svc.clock)

    importing.site.clock.advance(actions.CLAIMED_FOR + timedelta(seconds=1))
    assert await importing.worker.work() == 1
    done = await importing.state(job)
    assert done["state"] == "done"
    report = done["report"]
    assert (report["read"], report["imported"]) == (3, 2)
    assert report["read"] == report["imported"] + sum(report["skipped"].values())
    goes_on = await svc.db.write(actions.note_progress, claimed, "writing", 1, 2, at=svc.clock.now())
    assert not goes_on, "the one that was slow, and not killed, hears that it is another's"


async def test_who_works_on_it_tells_how_far_it_is_and_hears_that_it_shall_stop(importing: Importing) -> None:
    job = await importing.tried()
    await importing.start(job)
    claimed, db, at = await importing.claim(job), importing.site.service.db, importing.site.clock.now()

    assert await db.write(actions.note_progress, claimed, "writing", 1, 2, at=at)
    seen = await importing.state(job)
    assert (seen["step"], seen["done"], seen["total"]) == ("writing", 1, 2)
    asked = (await importing.ask("POST", f"/{job}/stop")).json()["import"]
    assert (asked["state"], asked["stop_asked"]) == ("importing", True)
    assert not await db.write(actions.note_progress, claimed, "writing", 2, 2, at=at)


async def test_a_stop_reaches_an_import_that_runs_and_one_whose_process_is_gone(
    importing: Importing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build_drafts, "BATCH_COMMENTS", 100)
    job = await importing.tried(MANY)
    await importing.start(job)
    working = asyncio.create_task(ImportJobs(**importing.parts, beat=timedelta()).work())
    await importing.until_told()
    await importing.ask("POST", f"/{job}/stop")
    await working
    assert ((await importing.state(job))["state"], importing.files()) == ("stopped", [])
    assert (await importing.site.thread())["thread"]["comment_count"] < 899

    job = await importing.tried()
    await importing.start(job)
    await importing.claim(job)
    await importing.ask("POST", f"/{job}/stop")
    importing.site.clock.advance(actions.CLAIMED_FOR + timedelta(seconds=1))
    await importing.worker.work()
    assert ((await importing.state(job))["state"], importing.files()) == ("stopped", [])


async def test_a_service_that_stops_gives_its_import_back(importing: Importing) -> None:
    job = await importing.tried(MANY)
    await importing.start(job)
    working = asyncio.create_task(ImportJobs(**importing.parts, beat=timedelta()).work())
    await importing.until_told()
    working.cancel()
    await asyncio.wait([working])
    assert (await importing.state(job))["state"] == "importing"

    # No time passes: nobody waits for the claim to end.
    await importing.worker.work()
    assert (await importing.state(job))["state"] == "done"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (FILE[:-200], "Nothing was imported."),
        ("hello", "no format that is known here"),
        (
            gzip.compress(b'<?xml version="1.0"?><disqus xmlns="http://disqus.com">' + b" " * 21_000_000),
            "Unpacked",
        ),
    ],
    # Packed bytes hold the second in which they were packed; each worker has to find the same tests.
    ids=["cut off", "unknown", "too large unpacked"],
)
async def test_a_broken_file_fails_with_the_reason_and_is_removed(
    importing: Importing, content: str | bytes, words: str
) -> None:
    failed = await importing.state(await importing.tried(content))

    assert failed["state"] == "failed"
    assert words in failed["error"]
    assert importing.files() == []


async def test_too_large_empty_or_unknown_files_are_not_kept(importing: Importing) -> None:
    async def in_pieces() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b"x" * 60_000

    for content, query, refusal in (
        (b"x" * 1_000_001, {}, (413, "upload-too-large")),
        (in_pieces(), {}, (413, "upload-too-large")),
        (b"x" * 2_100_000, {}, (413, "request-too-large")),
        (b"", {}, (400, "upload-missing")),
        (FILE, {"format": "livejournal"}, (422, "import-format-unknown")),
    ):
        answer = await importing.ask("POST", content=content, **query)
        assert (answer.status_code, answer.json()["code"]) == refusal
    assert importing.files() == []


async def test_anothers_export_names_no_other_site_and_makes_nobody_a_moderator(importing: Importing) -> None:
    svc, at = importing.site.service, importing.site.clock.now()
    await importing.site.said("Ours")
    ours = importing.folder / "ours.jsonl"
    await export_to_file(svc.db, "blog", ours)
    elsewhere = ours.read_text().replace("blog.example", "other.example")
    await svc.db.write(add_site, "other", ["https://other.example"], at=at)
    importing.token = await svc.db.write(owners_token, importing.site, "other")
    importing.site.name = "other"

    failed = await importing.state(await importing.tried(elsewhere))
    assert failed["state"] == "failed"
    assert "on another site" in failed["error"]
    assert "blog" not in failed["error"]

    await svc.db.write(remove_site, "blog")
    job = await importing.tried(elsewhere)
    await importing.start(job)
    await importing.worker.work()
    assert (await importing.state(job))["state"] == "done"
    assert await svc.db.read(_team, "other") == ["owner@other.example"]


def _team(session: Any, name: str) -> list[str]:
    return [one.account.email for one in team(session, site_by_name(session, name).id)]


async def test_imports_are_for_owners_of_their_own_site(importing: Importing) -> None:
    job = await importing.tried()
    mia = f"Bearer {await importing.site.moderator()}"
    assert (await importing.site.send("GET", "imports", authorization=mia)).status_code == 403
    svc = importing.site.service
    await svc.db.write(add_site, "other", ["https://other.example"], at=svc.clock.now())
    importing.token = await svc.db.write(owners_token, importing.site, "other")
    importing.site.name = "other"

    assert (await importing.ask("GET")).json() == {"imports": []}
    for method, rest in (
        ("GET", f"/{job}"),
        ("POST", f"/{job}/start"),
        ("POST", f"/{job}/stop"),
        ("GET", "/x"),
    ):
        answer = await importing.ask(method, rest)
        assert (answer.status_code, answer.json()["code"]) == (404, "import-unknown")


async def test_what_nobody_started_or_needs_is_forgotten(importing: Importing) -> None:
    job, clock, db = await importing.tried(), importing.site.clock, importing.site.service.db
    left = importing.folder / "imports" / f"{uuid4()}.upload"
    left.write_text("left behind")
    os.utime(left, (0, 0))
    clock.advance(timedelta(days=7, seconds=1))
    await importing.worker.tidy()
    os.utime(importing.folder / "imports" / f"{job}.upload", (0, 0))
    await importing.worker.tidy()

    assert (await importing.state(job))["error"] == "It was not started within 7 days, and the file is gone."
    assert importing.files() == []
    clock.advance(timedelta(days=90, seconds=1))
    assert (await tidy(db, clock.now())).imports == 1


async def test_after_five_attempts_that_came_to_no_end_it_fails(importing: Importing) -> None:
    job, clock = await importing.send(), importing.site.clock
    for _ in range(actions.MOST_ATTEMPTS):
        await importing.claim(job)
        clock.advance(actions.CLAIMED_FOR + timedelta(seconds=1))

    assert await importing.worker.work() == 0
    failed = await importing.state(job)
    assert (failed["state"], failed["error"]) == ("failed", "No attempt came to an end.")
    assert json.dumps(failed["trial"]) == "null"
