"""`comments backup` and `comments restore`: one file that has everything, and how it comes back."""

import stat
import zipfile
from pathlib import Path

import pytest

from comments.storage import state
from tests.storage.test_migrating import with_another
from tests.support.in_process import InThisProcess
from tests.support.live import Installation

__all__ = ["with_another"]


@pytest.fixture
def blog(fresh: Installation) -> Installation:
    """An installation with a site and a moderator."""
    fresh.run("site", "add", "blog", "--origin", "https://a.example")
    fresh.run("moderator", "add", "ana@mail.example", "--site", "blog")
    return fresh


def test_a_backup_is_one_file_for_its_owner_alone(blog: Installation, tmp_path: Path) -> None:
    file = tmp_path / "backup.zip"

    said = blog.run("backup", str(file))

    assert said.startswith(f"Backed the database and its key up to {file}, ")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with zipfile.ZipFile(file) as archive:
        assert sorted(archive.namelist()) == ["comments.db", "manifest.json", "secret.key"]
        assert archive.read("secret.key").decode() == (blog.data_folder / "secret.key").read_text()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup.zip", "data"]
    assert f"last backup {file}, " in blog.attempt("doctor").stdout


def test_a_backup_can_leave_the_key_out(blog: Installation, tmp_path: Path) -> None:
    blog.run("backup", str(tmp_path / "backup.zip"), "--without-key")

    with zipfile.ZipFile(tmp_path / "backup.zip") as archive:
        assert "secret.key" not in archive.namelist()


def test_a_backup_made_while_serving_comes_back_somewhere_else(blog: Installation, tmp_path: Path) -> None:
    file = tmp_path / "backup.zip"
    with blog.serving():
        blog.run("backup", str(file))
    other = InThisProcess(tmp_path / "other")

    assert other.run("restore", str(file)).startswith(f"Restored the database and its key from {file}.")

    assert other.run("site", "list") == "blog  https://a.example\n"
    assert other.run("moderator", "list", "--site", "blog") == "ana@mail.example  moderator  Moderator\n"
    assert stat.S_IMODE((other.data_folder / "secret.key").stat().st_mode) == 0o600
    assert stat.S_IMODE((other.data_folder / "comments.db").stat().st_mode) == 0o600


def test_a_restore_replaces_a_database_only_when_told_to_and_keeps_it(
    blog: Installation, tmp_path: Path
) -> None:
    file = tmp_path / "backup.zip"
    blog.run("backup", str(file))
    blog.run("site", "add", "later", "--origin", "https://b.example")

    refused = blog.attempt("restore", str(file))
    assert refused.returncode == 1
    assert "--force" in refused.stderr
    assert "later" in blog.run("site", "list")

    said = blog.run("restore", str(file), "--force")
    assert "later" not in blog.run("site", "list")
    kept = Path(said.split("What was there before is in ")[1].strip())
    kept.replace(blog.data_folder / "comments.db")
    assert "later" in blog.run("site", "list")


def test_a_damaged_database_is_replaced_too(blog: Installation, tmp_path: Path) -> None:
    blog.run("backup", str(tmp_path / "backup.zip"))
    (blog.data_folder / "comments.db").write_bytes(b"no database any more" * 500)
    assert blog.attempt("site", "list").returncode == 1

    blog.run("restore", str(tmp_path / "backup.zip"), "--force")

    assert "blog" in blog.run("site", "list")


def test_a_backup_of_an_older_release_comes_back_as_this_one(
    blog: Installation, tmp_path: Path, with_another: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blog.run("backup", str(tmp_path / "backup.zip"))
    other = InThisProcess(tmp_path / "other")
    monkeypatch.setattr("comments.storage.migrating.SCRIPTS", with_another)

    other.run("restore", str(tmp_path / "backup.zip"))

    assert "blog" in other.run("site", "list")
    assert [path.name for path in other.data_folder.glob("*.db")] == ["comments.db"]
    assert state(f"sqlite:///{other.data_folder}/comments.db") == "current"


def test_a_restore_waits_for_nobody(blog: Installation, tmp_path: Path) -> None:
    blog.run("backup", str(tmp_path / "backup.zip"))
    with blog.serving():
        refused = blog.attempt("restore", str(tmp_path / "backup.zip"), "--force")

    assert refused.returncode == 1
    assert "A service is running on this database; stop it first." in refused.stderr


@pytest.mark.parametrize("content", [b"", b"not a zip file", b"PK\x05\x06" + b"\0" * 18])
def test_what_is_no_backup_changes_nothing(blog: Installation, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "wrong.zip").write_bytes(content)

    refused = blog.attempt("restore", str(tmp_path / "wrong.zip"), "--force")

    assert refused.returncode == 1
    assert "not a whole backup of Comments; nothing was changed" in refused.stderr
    assert "blog" in blog.run("site", "list")


def test_a_backup_cut_short_changes_nothing(blog: Installation, tmp_path: Path) -> None:
    file = tmp_path / "backup.zip"
    blog.run("backup", str(file))
    file.write_bytes(file.read_bytes()[:-200])

    assert blog.attempt("restore", str(file), "--force").returncode == 1
    assert "blog" in blog.run("site", "list")


def test_an_empty_installation_has_nothing_to_back_up(fresh: Installation, tmp_path: Path) -> None:
    done = fresh.attempt("backup", str(tmp_path / "backup.zip"))

    assert done.returncode == 1
    assert "there is no database yet" in done.stderr


def test_a_key_from_the_environment_is_backed_up_and_must_be_the_same(
    fresh: Installation, tmp_path: Path
) -> None:
    key = "a key of the environment, long enough"
    keyed = InThisProcess(fresh.data_folder, settings={"COMMENTS_SECRET_KEY": key})
    keyed.run("site", "add", "blog", "--origin", "https://a.example")
    keyed.run("backup", str(tmp_path / "backup.zip"))

    other = InThisProcess(tmp_path / "other", settings={"COMMENTS_SECRET_KEY": f"not {key}"})
    refused = other.attempt("restore", str(tmp_path / "backup.zip"))

    assert refused.returncode == 1
    assert "COMMENTS_SECRET_KEY" in refused.stderr
    assert key not in refused.stderr
    assert InThisProcess(tmp_path / "third").run("restore", str(tmp_path / "backup.zip"))
