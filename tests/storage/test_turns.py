"""Processes that write to one SQLite file take turns."""

import fcntl
import time
from pathlib import Path
from threading import Thread

from comments.storage.sqlite.turns import WriterLocks


def is_somebody_next(path: Path) -> bool:
    with path.with_name(f"{path.name}-next").open() as line:
        try:
            fcntl.flock(line, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


def test_who_has_written_comes_after_who_was_waiting(tmp_path: Path) -> None:
    path, wrote = tmp_path / "comments.db", []
    first, second = WriterLocks(path, patience_seconds=60), WriterLocks(path, patience_seconds=60)

    def write_second() -> None:
        with second.taken() as has_waited:
            wrote.append("second" if has_waited else "second, at once")

    other = Thread(target=write_second)
    with first.taken():
        other.start()
        while not is_somebody_next(path):
            time.sleep(0.001)
    with first.taken():
        wrote.append("first")
    other.join()

    assert wrote == ["second", "first"]
    first.close()
    second.close()


def test_who_is_alone_waits_for_nobody(tmp_path: Path) -> None:
    alone = WriterLocks(tmp_path / "comments.db")

    with alone.taken() as has_waited:
        assert not has_waited

    alone.close()


def test_who_never_hands_on_the_turn_keeps_nobody_from_writing(tmp_path: Path) -> None:
    path = tmp_path / "comments.db"
    stopped, other = WriterLocks(path), WriterLocks(path, patience_seconds=0)

    with stopped.taken(), other.taken():
        assert not is_somebody_next(path)

    stopped.close()
    other.close()
