"""`comments thread remap`, as typed in a shell, on both databases."""

from pathlib import Path

from tests.cli.test_thread import blog
from tests.support.live import Installation

FILE = """old,new
https://a.example/one,https://a.example/new/one
https://a.example/two,https://a.example/three

https://a.example/none,https://a.example/new/none
http://old.example/x,https://a.example/new/x
https://a.example/four/,https://a.example/new/one
"""


def test_a_file_of_urls_is_tried_then_done_and_done_again(
    here: Installation, database_url: str, tmp_path: Path
) -> None:
    blog(here, database_url, "/one", "/two", "/three", "/four")
    file = tmp_path / "urls.csv"
    file.write_text(FILE, encoding="utf-8-sig")
    remap = ("thread", "remap", str(file), "--site", "blog")

    tried = here.run(*remap, "--dry-run").splitlines()
    assert tried == [
        "line 2: https://a.example/one → https://a.example/new/one is renamed",
        "line 3: https://a.example/two → https://a.example/three is merged, 0 comments",
        "line 5: https://a.example/none → https://a.example/new/none has no discussion",
        "line 6: http://old.example/x → https://a.example/new/x has no discussion",
        "line 7: https://a.example/four/ → https://a.example/new/one is merged, 0 comments",
        "Would rename 1 page, merge 2 (0 comments); 0 so already, 2 without a discussion.",
    ]
    assert here.attempt("thread", "show", "/new/one", "--site", "blog").returncode == 1

    first, second = here.run(*remap), here.run(*remap)

    assert first == "Renamed 1 page, merged 2 (0 comments); 0 so already, 2 without a discussion.\n"
    assert second == "Renamed 0 pages, merged 0 (0 comments); 3 so already, 2 without a discussion.\n"
    found = here.run("thread", "show", "/four", "--site", "blog")
    assert "https://a.example/new/one" in found
    assert found == here.run("thread", "show", "/one", "--site", "blog")
    assert "is whole: 4 entries" in here.run("log", "verify", "--site", "blog")


def test_a_file_with_faults_changes_nothing_and_names_their_lines(
    here: Installation, database_url: str, tmp_path: Path
) -> None:
    blog(here, database_url, "/one")
    file = tmp_path / "urls.csv"
    file.write_text(
        "https://a.example/one,https://a.example/new\n"
        "https://a.example/two\n"
        "nonsense,https://a.example/x\n"
        "https://a.example/y,https://b.example/y\n"
        "https://www.a.example/one/,https://a.example/other\n"
        "https://a.example/new,https://a.example/newer\n"
    )

    refused = here.attempt("thread", "remap", str(file), "--site", "blog")

    assert refused.returncode == 1
    told = refused.stderr.splitlines()
    assert told[:3] == [
        "Nothing was changed.",
        "line 1: https://a.example/new is an old URL in line 6; write where the page is in the end",
        "line 2: has 1 columns, not two: old,new",
    ]
    assert told[3].startswith("line 3: The page's address ")
    assert told[4].startswith("line 4: Pages of https://b.example have no comments here.")
    assert told[5:] == ["line 5: https://www.a.example/one/ goes elsewhere in line 1"]
    assert here.attempt("thread", "show", "/new", "--site", "blog").returncode == 1
    latin = tmp_path / "latin.csv"
    latin.write_bytes(b"https://a.example/\xe4,https://a.example/b\n")
    unread = here.attempt("thread", "remap", str(latin), "--site", "blog")
    assert (unread.returncode, "line 1: cannot be read" in unread.stderr) == (1, True)
