"""`comments log`, as typed in a shell, on both databases."""

import asyncio
import json
import re
from pathlib import Path

from sqlalchemy import text

from comments.clock import SystemClock
from comments.identity.accounts.queries import moderator_by_email
from comments.keys import Keyring
from comments.moderation.decisions.decide import decide
from comments.moderation.decisions.requests import CommentChoice, DecisionOrder
from comments.sites.queries import site_by_name
from comments.storage import open_database
from tests.moderation.seeding import Seed
from tests.support.live import Installation

KEYS = Keyring("not-secret-only-for-tests-0123456789abcdef")


async def _decided(url: str, count: int) -> None:
    """Let Mia decide about some comments, one after another."""
    db = await open_database(url)
    site = await db.read(site_by_name, "blog")
    mia = await db.read(moderator_by_email, site.id, "mia@mail.example")
    seed = Seed()
    seed.rows.clear()
    seed.site_id = site.id
    thread, author = seed.thread(), seed.author()
    ids = [seed.comment(thread, author) for _ in range(count)]
    await db.write(seed.store)
    for comment_id in ids:
        order = DecisionOrder(mia, "spam", [CommentChoice(comment_id)], "casino")
        await db.write(decide, order, KEYS, at=SystemClock().now())
    await db.close()


async def _run(url: str, statement: str) -> None:
    db = await open_database(url)
    await db.write(lambda session: session.execute(text(statement)))
    await db.close()


def test_a_log_is_checked_and_exported(here: Installation, database_url: str, tmp_path: Path) -> None:
    here.run("site", "add", "blog", "--origin", "https://a.example")
    assert here.run("log", "verify", "--site", "blog") == "The log of blog has no entry yet.\n"
    here.run("moderator", "add", "mia@mail.example", "--site", "blog", "--name", "Mia")
    asyncio.run(_decided(database_url, 3))

    whole = here.run("log", "verify", "--site", "blog")
    found = re.fullmatch(r"The log of blog is whole: 4 entries\. Its end is (4:[0-9a-f]{32})\n", whole)
    assert found is not None, whole
    assert here.run("log", "verify", "--site", "blog", "--head", found[1]) == whole

    file = tmp_path / "log.jsonl"
    told = here.run("log", "export", str(file), "--site", "blog")
    assert told == f"Exported 4 entries of the log of blog to {file}.\n"
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert [json.loads(line["entry"])["number"] for line in lines] == [1, 2, 3, 4]
    assert lines[3]["personal"]["reason"][1] == "casino"

    asyncio.run(_run(database_url, "DELETE FROM log_links WHERE number = 3"))
    cut = here.attempt("log", "verify", "--site", "blog", "--head", found[1])
    assert (cut.returncode, cut.stdout) == (1, "")
    assert cut.stderr == "The log of blog was changed:\n- Entry 3 is missing.\n"
    wrong = here.attempt("log", "verify", "--site", "blog", "--head", "4")
    assert wrong.returncode == 2
