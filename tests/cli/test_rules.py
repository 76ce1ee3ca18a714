"""`comments rules`, as typed in a shell, on both databases."""

import asyncio
import json
from pathlib import Path

from comments.clock import SystemClock
from comments.identity.accounts.queries import moderator_by_email
from comments.keys import Keyring
from comments.moderation.decisions.decide import decide
from comments.moderation.decisions.requests import Choice, CommentChoice, DecisionOrder
from comments.sites.queries import site_by_name
from comments.storage import open_database
from tests.moderation.seeding import Seed
from tests.support.live import Installation

KEYS = Keyring("not-secret-only-for-tests-0123456789abcdef")


async def _decided(url: str) -> None:
    """Let Mia decide about comments of a time when no facts were kept."""
    db = await open_database(url)
    site = await db.read(site_by_name, "blog")
    mia = await db.read(moderator_by_email, site.id, "mia@mail.example")
    seed = Seed()
    seed.rows.clear()
    seed.site_id = site.id
    thread, author = seed.thread(), seed.author()
    texts: list[tuple[str, Choice]] = [
        ("Cheap casino", "spam"),
        ("No casino here", "approve"),
        ("A good word", "approve"),
    ]
    wanted = [(seed.comment(thread, author, text=text, reasons="[]"), choice) for text, choice in texts]
    await db.write(seed.store)
    for comment_id, choice in wanted:
        order = DecisionOrder(mia, choice, [CommentChoice(comment_id)])
        await db.write(decide, order, KEYS, at=SystemClock().now())
    await db.close()


async def _waiting(url: str) -> None:
    """Let a comment wait."""
    db = await open_database(url)
    seed = Seed()
    seed.rows.clear()
    seed.site_id = (await db.read(site_by_name, "blog")).id
    seed.comment(seed.thread(), seed.author(), text="A casino again", reasons="[]")
    await db.write(seed.store)
    await db.close()


def test_settings_are_tried_on_what_was_decided_and_rules_run_anew_over_what_waits(
    here: Installation, database_url: str, tmp_path: Path
) -> None:
    here.run("site", "add", "blog", "--origin", "https://a.example")
    here.run("moderator", "add", "mia@mail.example", "--site", "blog", "--name", "Mia")
    asyncio.run(_decided(database_url))
    file = tmp_path / "policy.json"
    file.write_text('{"spam_words": ["casino"]}')
    trying = ("rules", "try", "--site", "blog", "--policy", str(file))

    told = here.run(*trying)
    found = json.loads(here.run(*trying, "--json", "--list", "1"))

    assert "approve → spam, moderators took it down\n    Jonas: Cheap casino\n    words: Word: casino" in told
    assert "on 3 comments that moderators decided about: 2 would have been decided otherwise." in told
    assert "words      0 of 1, 0 of 2 (precision unknown, recall 0.0%)  →  1 of 1, 1 of 2" in told
    assert (found["changed"], len(found["otherwise"])) == (2, 1)
    assert found["after"]["precision"] == 0.5

    file.write_text('{"spam_word": "casino"}')
    assert "did you mean spam_words?" in here.attempt(*trying).stderr
    file.write_text("casino")
    assert "is no JSON" in here.attempt(*trying).stderr

    here.run("site", "set", "blog", "spam_words=casino")
    asyncio.run(_waiting(database_url))
    asked = here.run("rules", "recheck", "--site", "blog")
    assert "pending → spam\n    Jonas: A casino again\n    Word: casino\n" in asked
    assert asked.endswith("Checked 1 comment of blog: 1 would go to Spam, 0 would appear.\n")
    done = here.run("rules", "recheck", "--site", "blog", "--apply", "--list", "0")
    assert done == "Checked 1 comment of blog: 1 went to Spam, 0 appeared.\n"
    assert here.run("rules", "recheck", "--site", "blog").startswith("Checked 0 comments")
    assert here.attempt("rules", "recheck", "--site", "blog", "--queue", "spam", "--apply").returncode == 2
