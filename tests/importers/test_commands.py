"""`comments import` and `comments export` as typed in a shell, beside a running service, and killed."""

import contextlib
import gzip
import json
import signal
import sqlite3
import subprocess
import time
import urllib.request
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.importers.exports import disqus, item, post, thread, wp_comment, wxr
from tests.importers.helpers import helpers_in
from tests.support.disqus_export import write_disqus_export
from tests.support.live import COMMENTS, Installation

EXPORT = disqus(thread(1), post(1), post(2, parent=1), post(3, thread=2))


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "export.xml"
    path.write_text(EXPORT)
    return path


def test_an_import_says_what_it_did_and_adds_up(installation: Installation, export: Path) -> None:
    installation.run("site", "add", "blog", "--origin", "https://blog.example")

    trial = installation.run("import", "auto", str(export), "--site", "blog", "--dry-run")
    done = json.loads(installation.run("import", "disqus", str(export), "--site", "blog", "--json"))
    again = installation.run("import", "disqus", str(export), "--site", "blog")

    assert trial.startswith("Nothing has been changed yet. 2 would be imported, 1 skipped. 3 were read.\n")
    assert (done["read"], done["imported"], done["skipped"]) == (3, 2, {"its page is not in the file": 1})
    assert again.startswith("Done: 0 imported, 3 skipped. 3 were read.\n")


def test_an_export_goes_to_a_file_or_to_the_terminal_and_comes_back(
    installation: Installation, fresh: Installation, export: Path, tmp_path: Path
) -> None:
    installation.run("site", "add", "blog", "--origin", "https://blog.example")
    installation.run("import", "auto", str(export), "--site", "blog")
    packed = tmp_path / "blog.jsonl.gz"

    said = installation.run("export", "--site", "blog", str(packed))
    written = installation.run("export", "--site", "blog")
    fresh.run("import", "auto", str(packed), "--site", "blog")

    assert said == f"Exported 2 comments on 1 page of the site blog to {packed}.\n"
    assert gzip.decompress(packed.read_bytes()).decode() == written
    assert fresh.run("export", "--site", "blog") == written


@pytest.mark.parametrize("name", ["wxr", "wordpress"])
def test_wordpress_has_two_names(installation: Installation, tmp_path: Path, name: str) -> None:
    installation.run("site", "add", "blog", "--origin", "https://blog.example")
    file = tmp_path / "wordpress.xml"
    file.write_text(wxr(item(wp_comment(1))))

    said = installation.run("import", name, str(file), "--site", "blog", "--json")

    assert json.loads(said)["imported"] == 1


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (
            ("auto", "{broken}", "--site", "blog"),
            1,
            "This file ends in the middle of comment 2. Nothing was imported.",
        ),
        (("auto", "{broken}", "--site", "blogg"), 1, "There is no site named 'blogg'."),
        (("auto", "{export}"), 2, "Missing option '--site'"),
        (("coral", "{export}", "--site", "blog"), 2, "'coral' is not one of"),
        (("disqus", "missing.xml", "--site", "blog"), 2, "does not exist"),
    ],
)
def test_a_failure_gives_its_reason_and_an_exit_code(
    fresh: Installation, export: Path, tmp_path: Path, arguments: tuple[str, ...], code: int, words: str
) -> None:
    broken = tmp_path / "broken.xml"
    broken.write_text(EXPORT[: EXPORT.index("Post 2")])
    fresh.run("site", "add", "blog", "--origin", "https://blog.example")

    given = [one.format(broken=broken, export=export) for one in arguments]
    failed = fresh.attempt("import", *given)

    assert (failed.returncode, failed.stdout) == (code, "")
    assert words in failed.stderr
    assert "Traceback" not in failed.stderr


def test_an_export_that_fails_leaves_the_old_file(fresh: Installation, tmp_path: Path) -> None:
    fresh.run("site", "add", "blog", "--origin", "https://blog.example")
    path = tmp_path / "blog.jsonl"
    path.write_text("precious")

    failed = fresh.attempt("export", "--site", "blogg", str(path))

    assert failed.returncode == 1
    assert path.read_text() == "precious"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["blog.jsonl", "data"]


def test_a_running_service_shows_what_was_imported_within_a_second(
    installation: Installation, export: Path
) -> None:
    installation.run("site", "add", "blog", "--origin", "https://blog.example")
    with installation.serving() as service:
        query = urlencode({"url": "https://blog.example/a"})
        address = f"{service.base_url}/api/v1/sites/blog/thread?{query}"
        assert shown(address) == []
        installation.run("import", "auto", str(export), "--site", "blog")
        deadline = time.monotonic() + 1.0
        while not (found := shown(address)) and time.monotonic() < deadline:
            time.sleep(0.05)

    assert found == ["<p>Post 1</p>"]


def shown(address: str) -> list[str]:
    with urllib.request.urlopen(address) as answer:  # noqa: S310  # an address of our own
        return [comment["html"] for comment in json.load(answer)["comments"]]


@pytest.mark.slow
def test_an_import_killed_in_the_middle_is_continued(fresh: Installation, tmp_path: Path) -> None:
    path = tmp_path / "big.xml.gz"
    written = write_disqus_export(path, 6_000)
    fresh.run("site", "add", "blog", "--origin", "https://blog.example")
    database = fresh.data_folder / "comments.db"
    command = [*COMMENTS, "import", "disqus", str(path), "--site", "blog"]
    # In a group of its own, by which its helpers are known when it is gone.
    process = subprocess.Popen(
        command, env=fresh.environment(), stdout=subprocess.DEVNULL, start_new_session=True
    )
    try:
        while process.poll() is None and stored(database) < 1_000:
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
    finally:
        process.kill()
        process.wait()
    before = stored(database)
    assert 1_000 <= before < written.by_state.total()
    assert wait_for_helpers(process.pid) == []

    report = json.loads(fresh.run("import", "auto", str(path), "--site", "blog", "--json"))

    assert report["imported"] == written.by_state.total() - before
    assert report["skipped"]["it is already imported"] == before
    assert stored(database) == written.by_state.total()


def stored(database: Path) -> int:
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        count: int = connection.execute("SELECT count(*) FROM comments").fetchone()[0]
    return count


def wait_for_helpers(group: int) -> list[int]:
    """Return the processes that a killed import has left behind, once they have had time to notice."""
    deadline = time.monotonic() + 10.0
    while (left := helpers_in(group)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return left
