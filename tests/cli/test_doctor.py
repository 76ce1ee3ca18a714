"""`comments doctor`: names what is wrong and what to do, and changes nothing."""

import json
import re
import socket
from pathlib import Path
from typing import Any

import pytest

from tests.support.databases import PostgresqlDatabases
from tests.support.in_process import InThisProcess
from tests.support.live import Installation
from tests.support.ports import free_port
from tests.support.valkey_server import ValkeyServer

OPERATING = Path(__file__).parents[2] / "docs" / "how-to" / "operate.md"


def with_settings(here: Installation, **settings: str) -> Installation:
    return InThisProcess(here.data_folder, here.database_url, settings)


def test_it_changes_nothing_where_nothing_is_yet(fresh: Installation) -> None:
    found = with_settings(fresh, COMMENTS_PORT=str(free_port())).run("doctor")

    assert "nothing wrong" in found
    assert "made at the first start" in found
    assert not fresh.data_folder.exists()


def test_it_is_content_with_a_sound_installation(here: Installation) -> None:
    here = with_settings(here, COMMENTS_PORT=str(free_port()))
    here.run("site", "add", "blog", "--origin", "https://a.example")
    here.run("moderator", "add", "ana@mail.example", "--site", "blog")

    found = here.run("doctor", "--thorough")

    assert "WRONG" not in found
    assert "look" not in found
    assert "the key is the database's own" in found
    assert "site blog on https://a.example" in found


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"COMMENTS_PORT": "x"}, "COMMENTS_PORT: 'x' is not a whole number"),
        ({"COMMENTS_PROT": "80"}, "there is no such setting; did you mean COMMENTS_PORT?"),
        ({"COMMENTS_HOST": "::"}, "set COMMENTS_BASE_URL"),
        ({"COMMENTS_BASE_URL": "http://talk.example"}, "is not https"),
        ({"COMMENTS_BASE_URL": "https://talk.example"}, "Set COMMENTS_TRUSTED_PROXIES"),
        ({"COMMENTS_RATE_LIMITS": "off"}, "anybody can post without end"),
    ],
)
def test_settings_that_cannot_work_are_named(
    fresh: Installation, settings: dict[str, str], words: str
) -> None:
    done = with_settings(fresh, **settings).attempt("doctor")

    assert words in done.stdout
    assert ("WRONG" in done.stdout) == (done.returncode == 1)


def test_a_taken_port_is_told_from_the_service_itself(fresh: Installation) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        done = with_settings(fresh, COMMENTS_PORT=str(other.getsockname()[1])).attempt("doctor")

    assert done.returncode == 1
    assert "taken by another program" in done.stdout


def test_a_key_that_others_can_read_is_named(fresh: Installation) -> None:
    fresh.run("site", "list")
    (fresh.data_folder / "secret.key").chmod(0o644)

    done = fresh.attempt("doctor")

    assert done.returncode == 1
    assert "chmod 600" in done.stdout


def test_a_damaged_database_is_named(fresh: Installation) -> None:
    fresh.run("site", "list")
    (fresh.data_folder / "comments.db").write_bytes(b"this is no database" * 1000)

    done = fresh.attempt("doctor")

    assert done.returncode == 1
    assert "comments.db" in done.stdout
    assert "damaged" in done.stdout


def test_a_site_that_nobody_moderates_is_named(fresh: Installation) -> None:
    fresh.run("site", "add", "blog", "--origin", "https://a.example")

    assert "comments moderator add EMAIL --site blog" in fresh.run("doctor")


@pytest.mark.postgresql
def test_other_ways_to_the_database_are_tried(
    postgresql_databases: PostgresqlDatabases, tmp_path: Path
) -> None:
    url = postgresql_databases.create(migrated=True)
    nowhere = "postgresql://talk@127.0.0.1:9/talk"
    ways = {"COMMENTS_DATABASE_DIRECT_URL": url, "COMMENTS_DATABASE_READ_URL": nowhere}

    found = InThisProcess(tmp_path / "data", url, ways).attempt("doctor").stdout

    assert "ok     database by COMMENTS_DATABASE_DIRECT_URL" in found
    assert "ok     PostgreSQL tells processes of changes and counts" in found
    assert "WRONG  database by COMMENTS_DATABASE_READ_URL: PostgreSQL cannot be reached" in found

    itself = InThisProcess(tmp_path / "data", url, {"COMMENTS_DATABASE_READ_URL": url})
    assert "look   database by COMMENTS_DATABASE_READ_URL: is no replica" in itself.attempt("doctor").stdout
    postgresql_databases.drop(url)


def documented_checks() -> set[str]:
    table = OPERATING.read_text().partition("| check | what it looks at |")[2].partition("\n\n")[0]
    return set(re.findall(r"^\| `([a-z-]+)` \|", table, re.MULTILINE))


def checks(done: Any) -> dict[str, list[str]]:
    found = json.loads(done.stdout)
    assert found.keys() == {"release", "ok", "checks"}
    assert found["ok"] == (done.returncode == 0)
    by_check: dict[str, list[str]] = {}
    for check in found["checks"]:
        assert check.keys() == {"check", "state", "what", "advice"}
        by_check.setdefault(check["check"], []).append(check["state"])
    return by_check


def test_programs_are_told_in_json_of_every_check(here: Installation) -> None:
    here = with_settings(here, COMMENTS_PORT=str(free_port()))
    here.run("site", "add", "blog", "--origin", "https://a.example")

    found = checks(here.attempt("doctor", "--json"))

    assert documented_checks() - found.keys() == {"disk", "backup"}
    assert found["site"] == ["ok", "look"]
    assert {state for name, states in found.items() if name != "site" for state in states} == {"ok"}


def test_programs_are_told_in_json_of_what_is_wrong(fresh: Installation) -> None:
    done = with_settings(fresh, COMMENTS_PORT="x", COMMENTS_PROT="80").attempt("doctor", "--json")

    assert checks(done) == {"settings": ["look", "wrong"]}
    assert done.returncode == 1


def test_valkey_is_asked(here: Installation, own_valkey: ValkeyServer) -> None:
    here = with_settings(here, COMMENTS_PORT=str(free_port()), COMMENTS_REDIS_URL=own_valkey.url)
    assert "ok     Valkey " in here.run("doctor")
    own_valkey.stop()

    found = here.attempt("doctor").stdout

    assert "WRONG  Valkey: " in found
    assert "see COMMENTS_REDIS_URL" in found


def test_several_processes_on_one_file_are_told_that_they_count_apart(fresh: Installation) -> None:
    found = with_settings(fresh, COMMENTS_PORT=str(free_port()), COMMENTS_WORKERS="4").run("doctor")

    assert "look   4 processes on one file: each counts rate limits for itself" in found
