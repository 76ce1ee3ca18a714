"""The commands for sites and moderators, as typed in a shell, on both databases."""

import asyncio
import json
import re
from datetime import UTC, datetime

import click
import pytest

from comments.cli import COMMANDS, program
from comments.sites.urls.seen_actions import store_seen
from comments.storage import open_database
from comments.web.seen_origins import OriginSighting
from tests.support.in_process import InThisProcess
from tests.support.live import Installation


def test_a_site_is_added_listed_changed_and_removed(here: Installation) -> None:
    added = here.run("site", "add", "blog", "--origin", "https://a.example", "--origin", "https://b.example")
    assert added.startswith("Added the site blog for https://a.example, https://b.example.\n")
    assert '<script async src="http://127.0.0.1:8080/embed.js" data-site="blog"></script>' in added
    assert here.run("site", "list") == "blog  https://a.example https://b.example\n"

    lines = here.run("site", "snippet", "blog").splitlines()
    assert added.splitlines()[1].endswith(lines[0])
    assert lines[1].startswith('<noscript><a href="http://127.0.0.1:8080/d/blog"')
    assert lines[2] == '<script async src="http://127.0.0.1:8080/count.js" data-site="blog"></script>'

    changed = here.run("site", "set", "blog", "hold_words=casino, pills", "origins=https://c.example")
    assert changed == "Set hold_words, origins of the site blog.\n"
    shown = here.run("site", "set", "blog")
    assert re.search(r"^hold_words +=? casino,pills$", shown, re.MULTILINE)
    assert re.search(r"^origins += https://c.example$", shown, re.MULTILINE)

    refused = here.attempt("site", "remove", "blog", stdin="n\n")
    assert refused.returncode != 0
    assert "blog" in here.run("site", "list")
    assert here.run("site", "remove", "blog", "--yes") == "Removed the site blog and its 0 comments.\n"
    assert "no site yet" in here.run("site", "list")


def test_a_site_says_where_it_is_seen_and_what_came_in(here: Installation) -> None:
    here.run("site", "add", "blog", "--origin", "https://a.example")

    assert here.run("site", "seen", "blog") == "No page has shown a discussion of it in the last 30 days.\n"
    asyncio.run(show_once(str(here.database_url)))
    assert re.fullmatch(
        r"https://other\.example +not allowed +\d{4}-\d\d-\d\d \d\d:\d\d +https://other\.example/page\n",
        here.run("site", "seen", "blog"),
    )
    queues, _, days = here.run("site", "figures", "blog", "--days", "2").partition("\n\n")
    assert ["pending", "0"] in [line.split() for line in queues.splitlines()]
    assert days.split()[:5] == ["day", "approved", "pending", "spam", "removed"]
    assert len(days.splitlines()) == 3
    assert here.attempt("site", "figures", "none").returncode == 1


async def show_once(database_url: str) -> None:
    db, now = await open_database(database_url), datetime.now(UTC)
    try:
        seen = OriginSighting("blog", "https://other.example", "https://other.example/page", now)
        await db.write(store_seen, [seen], at=now)
    finally:
        await db.close()


def test_a_moderator_is_added_listed_given_a_token_and_removed(here: Installation) -> None:
    here.run("site", "add", "blog", "--origin", "https://a.example")

    added = here.run(
        "moderator", "add", "Ana@Mail.example", "--site", "blog", "--role", "owner", "--name", "Ana"
    )
    assert added.startswith("Ana is owner of blog. To sign in, once, within 24 hours:\n")
    assert re.fullmatch(r"http://127\.0\.0\.1:8080/sign-in/l_[\w-]{43}", added.splitlines()[1])
    assert here.run("moderator", "list", "--site", "blog") == "ana@mail.example  owner  Ana\n"
    token = here.run("moderator", "token", "ana@mail.example", "--site", "blog")
    assert re.fullmatch(r"m_[\w-]{43}\n", token)

    often = here.run("moderator", "digest", "ana@mail.example", "daily", "--site", "blog")
    assert often == "Ana is mailed what waits on blog: daily.\n"
    assert here.attempt("moderator", "digest", "ana@mail.example", "often", "--site", "blog").returncode == 2
    remove = ("moderator", "remove", "ana@mail.example", "--site", "blog")
    demote = ("moderator", "add", "ana@mail.example", "--site", "blog", "--role", "moderator")
    for command in (remove, demote):
        kept = here.attempt(*command)
        assert (kept.returncode, "A site keeps an owner." in kept.stderr) == (1, True)
    here.run("moderator", "add", "mia@mail.example", "--site", "blog", "--role", "owner")
    assert here.run(*remove) == "ana@mail.example does not moderate blog any more.\n"
    assert here.run("moderator", "list", "--site", "blog") == "mia@mail.example  owner  Owner\n"


def test_somebody_is_invited_listed_and_uninvited(here: Installation) -> None:
    here.run("site", "add", "blog", "--origin", "https://a.example")
    of = ("--site", "blog")

    made = here.run("moderator", "invite", "nils@mail.example", *of, "--section", "/news/")
    assert re.search(r"^http://127\.0\.0\.1:8080/invitation/i_[\w-]{43}$", made, re.MULTILINE)
    listed = here.run("moderator", "invitations", *of)
    assert re.fullmatch(r"\w{12}  nils@mail\.example  moderator  until \d.* \d\d:\d\d  /news/\n", listed)
    id_ = listed.split()[0]
    assert here.run("moderator", "uninvite", id_, *of).startswith(f"The invitation {id_} to blog")
    assert here.run("moderator", "invitations", *of) == "Nobody is invited to blog.\n"
    assert here.attempt("moderator", "uninvite", id_, *of).returncode == 1


def test_a_part_is_limited_to_sections_and_given_back(here: Installation) -> None:
    here.run("site", "add", "blog", "--origin", "https://a.example")
    add = ("moderator", "add", "nils@mail.example", "--site", "blog")
    listed = ("moderator", "list", "--site", "blog")

    added = here.run(*add, "--section", "/news/", "--section", "/sport/")
    assert added.startswith("Moderator is moderator of /news/ and /sport/ on blog.")
    assert here.run(*listed) == "nils@mail.example  moderator  Moderator  /news/ /sport/\n"
    refused = here.attempt(*add, "--role", "owner", "--section", "/news/")
    assert (refused.returncode, "An owner has the whole site." in refused.stderr) == (1, True)
    assert here.run(*add, "--section", "/").startswith("Moderator is moderator of blog.")
    assert here.run(*listed) == "nils@mail.example  moderator  Moderator\n"


def test_tokens_are_listed_without_their_secret_and_revoked(here: Installation) -> None:
    here.run("site", "add", "blog", "--origin", "https://a.example")
    here.run("site", "add", "other", "--origin", "https://b.example")
    here.run("moderator", "add", "ana@mail.example", "--site", "blog")
    make = ("moderator", "token", "ana@mail.example", "--site", "blog")
    made = here.run(*make, "--scope", "read", "--label", "Dashboard").strip()

    listed = here.run("token", "list", "--site", "blog")
    found = re.fullmatch(r"(\w{12})  ana@mail\.example  Dashboard  read  not used yet\n", listed)
    assert found is not None, listed
    assert made not in listed
    assert here.run("token", "list", "--site", "other") == ""
    of_another_site = here.attempt("token", "revoke", found[1], "--site", "other")
    assert of_another_site.returncode == 1
    assert here.run("token", "list", "--site", "blog") == listed

    revoked = here.run("token", "revoke", found[1], "--site", "blog")
    assert revoked == f"The token {found[1]} of blog is good for nothing any more.\n"
    assert here.run("token", "list", "--site", "blog") == ""
    again = here.attempt("token", "revoke", found[1], "--site", "blog")
    assert (again.returncode, again.stderr.startswith("Traceback")) == (1, False)


def test_the_address_given_first_is_never_the_name(fresh: Installation) -> None:
    fresh.run("site", "add", "blog", "--origin", "https://a.example")

    assert fresh.run("moderator", "add", "ana@mail.example", "--site", "blog").startswith(
        "Moderator is moderator"
    )


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("site set blog closed=yes", "There is no site named 'blog'."),
        ("site set other colour=red", "colour: there is no such setting"),
        ("site add other --origin https://a.example", "There is a site named 'other' already."),
        ("site add Blog --origin https://a.example", "'Blog' cannot be a site's name"),
        ("moderator add nobody --site other", "'nobody' is not an e-mail address."),
        ("moderator token a@b.example --site other", "Nobody with the address a@b.example moderates here."),
        ("moderator list --site blog", "There is no site named 'blog'."),
        ("restore nothing.zip", "nothing.zip"),
    ],
)
def test_a_failure_gives_its_reason_on_stderr_without_a_traceback(
    shared: Installation, command: str, words: str
) -> None:
    done = shared.attempt(*command.split())

    assert (done.returncode, done.stdout) == (2 if command.startswith("restore") else 1, "")
    assert words in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """An installation with the site `other`, for commands that change nothing."""
    here = InThisProcess(tmp_path_factory.mktemp("shared") / "data")
    here.run("site", "add", "other", "--origin", "https://other.example")
    return here


@pytest.mark.parametrize(
    "command", ["", "nonsense", "site", "site add", "serve --port many", "site set other closed", "import"]
)
def test_wrong_usage_is_told_apart(shared: Installation, command: str) -> None:
    done = shared.attempt(*command.split())

    assert done.returncode == 2 or (command in {"", "site"} and "Usage:" in done.stdout + done.stderr)
    assert "Traceback" not in done.stderr


def test_all_settings_that_are_wrong_are_named_and_no_secret_is_shown(fresh: Installation) -> None:
    wrong = InThisProcess(
        fresh.data_folder, settings={"COMMENTS_PORT": "x", "COMMENTS_SECRET_KEY": "hunter2"}
    )

    done = wrong.attempt("site", "list")

    assert done.returncode == 1
    assert "COMMENTS_PORT: 'x' is not a whole number" in done.stderr
    assert "COMMENTS_SECRET_KEY: needs at least 32 characters" in done.stderr
    assert "hunter2" not in done.stderr
    assert not fresh.data_folder.exists()


def test_a_database_of_another_key_is_refused(fresh: Installation) -> None:
    fresh.run("site", "list")
    (fresh.data_folder / "secret.key").write_text("another key than the one that was made first\n")

    done = fresh.attempt("site", "list")

    assert done.returncode == 1
    assert "made with another secret key" in done.stderr


def test_a_lost_key_can_be_given_up_on_purpose(fresh: Installation) -> None:
    fresh.run("site", "add", "blog", "--origin", "https://a.example")
    (fresh.data_folder / "secret.key").unlink()
    assert "made with another secret key" in fresh.attempt("site", "list").stderr

    assert "new key" in fresh.run("doctor", "--new-key")

    assert "blog" in fresh.run("site", "list")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    found = program.get_command(click.Context(program), command)

    assert found is not None
    assert found.get_short_help_str()


def test_the_openapi_document_is_printed_without_a_database(fresh: Installation) -> None:
    document = json.loads(fresh.run("openapi"))

    assert document["openapi"] == "3.1.0"
    assert document["paths"]
    assert not fresh.data_folder.exists()


def test_migrating_says_what_it_did(unmigrated_url: str, fresh: Installation) -> None:
    here = InThisProcess(fresh.data_folder, unmigrated_url)

    assert re.fullmatch(r"The database is at \w+ now\.\n", here.run("migrate"))
    assert re.fullmatch(r"Nothing to do: the database is at \w+ already\.\n", here.run("migrate"))


def test_upkeep_can_be_done_once(here: Installation) -> None:
    assert here.run("worker", "--once") == "Upkeep: nothing to do. Outbox: 0 tasks.\n"
