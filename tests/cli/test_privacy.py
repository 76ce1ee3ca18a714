"""`comments privacy` and `comments moderator erase`, as typed in a shell, and what a restore brings back."""

import asyncio
import json
import stat
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from comments.clock import SystemClock
from comments.identity.accounts.queries import moderator_by_email
from comments.identity.models import Author
from comments.keys import Keyring
from comments.moderation.decisions.decide import decide
from comments.moderation.decisions.requests import CommentChoice, DecisionOrder
from comments.sites.queries import site_by_name
from comments.storage import open_database
from tests.moderation.seeding import Seed
from tests.support.in_process import InThisProcess
from tests.support.live import Installation

US = "us@mail.example"


async def _written(here: Installation) -> list[str]:
    """Let Ana and Jonas write from one address, and Mia approve it; return who they are."""
    db = await open_database(f"sqlite:///{here.data_folder}/comments.db")
    site = await db.read(site_by_name, "blog")
    mia = await db.read(moderator_by_email, site.id, "mia@mail.example")
    seed = Seed()
    seed.rows.clear()
    seed.site_id = site.id
    thread = seed.thread()
    authors = [seed.author(name) for name in ("Ana", "Jonas")]
    ids = [seed.comment(thread, one, text="I say so") for one in authors]
    await db.write(seed.store)
    await db.write(_give_addresses)
    keys = Keyring((here.data_folder / "secret.key").read_text().strip())
    order = DecisionOrder(mia, "approve", [CommentChoice(one) for one in ids], "")
    await db.write(decide, order, keys, at=SystemClock().now())
    await db.close()
    return [str(one) for one in authors]


def _give_addresses(session: Session) -> None:
    session.execute(update(Author).values(email=US))


@pytest.fixture
def blog(fresh: Installation) -> Installation:
    fresh.run("site", "add", "blog", "--origin", "https://a.example")
    fresh.run("moderator", "add", "mia@mail.example", "--site", "blog", "--name", "Mia")
    return fresh


def test_a_reader_is_found_exported_erased_and_not_brought_back(blog: Installation, tmp_path: Path) -> None:
    ana, jonas = asyncio.run(_written(blog))
    of = ("--site", "blog")
    backup, receipt, data = tmp_path / "backup.zip", tmp_path / "receipt.json", tmp_path / "ana.json"
    blog.run("backup", str(backup))

    found = blog.run("privacy", "find", US, *of)
    assert [line.split()[:2] for line in found.splitlines()] == [[jonas, "Jonas"], [ana, "Ana"]]
    several = blog.attempt("privacy", "export", US, *of)
    assert (several.returncode, "name one by its id, or add --all" in several.stderr) == (1, True)
    assert blog.attempt("privacy", "find", "nobody@mail.example", *of).returncode == 1
    both: list[dict[str, Any]] = json.loads(blog.run("privacy", "export", US, *of, "--all"))
    assert {one["reader"]["name"] for one in both} == {"Ana", "Jonas"}
    blog.run("privacy", "export", ana, str(data), *of)
    assert json.loads(data.read_text())["comments"][0]["text"] == "I say so"
    assert stat.S_IMODE(data.stat().st_mode) == 0o600
    assert "I say so" in blog.run("privacy", "export", ana, *of, "--text")

    unsure = blog.attempt("privacy", "erase", ana, *of, stdin="n\n")
    assert (unsure.returncode, "Ana, 1 comment?" in unsure.stderr) == (130, True)
    told = blog.run("privacy", "erase", ana, *of, "--yes", "--receipt", str(receipt))
    assert told.startswith("Erased from blog: 1 comment whose place stays.")
    assert "Still in these copies of the database: backup.zip." in told
    assert blog.run("privacy", "verify", str(receipt)).startswith("Genuine: erased from blog (everything)")
    forged = tmp_path / "forged.json"
    forged.write_text(receipt.read_text().replace("everything", "name"))
    assert "changed, or never made here" in blog.attempt("privacy", "verify", str(forged)).stderr

    restored = blog.run("restore", str(backup), "--force")
    assert "Erased again, because they were since the backup: 1 reader." in restored
    assert blog.run("privacy", "find", US, *of).split()[:2] == [jonas, "Jonas"]
    # Somewhere else only the receipt knows.
    other = InThisProcess(tmp_path / "other")
    assert "Erased again" not in other.run("restore", str(backup))
    assert other.run("privacy", "replay") == "Erased again: 0 readers.\n"
    assert other.run("privacy", "replay", str(receipt)) == "Erased again: 1 reader.\n"
    assert other.run("privacy", "find", US, *of).split()[:2] == [jonas, "Jonas"]


def test_a_restore_says_that_erasures_of_a_damaged_database_are_lost(
    blog: Installation, tmp_path: Path
) -> None:
    blog.run("backup", str(tmp_path / "backup.zip"))
    (blog.data_folder / "comments.db").write_bytes(b"no database any more" * 500)

    done = blog.attempt("restore", str(tmp_path / "backup.zip"), "--force")

    assert (done.returncode, "comments privacy replay FILE" in done.stderr) == (0, True)


def test_the_name_of_a_former_moderator_is_erased(blog: Installation, tmp_path: Path) -> None:
    asyncio.run(_written(blog))
    of = ("--site", "blog")
    blog.run("ban", "add", "domain", "spam.example", *of, "--by", "mia@mail.example")
    for who in ("mia@mail.example", "Mia"):
        assert blog.attempt("moderator", "erase", who, *of).returncode == 1
    blog.run("moderator", "remove", "mia@mail.example", *of)

    assert blog.run("moderator", "erase", "Mia", *of) == "Erased who made 2 decisions and 1 ban of blog.\n"

    assert "is whole" in blog.run("log", "verify", *of)
    blog.run("log", "export", str(tmp_path / "log.jsonl"), *of)
    assert "Mia" not in (tmp_path / "log.jsonl").read_text()
    assert blog.attempt("moderator", "erase", "Mia", *of).returncode == 1
