"""Who uses the data folder: services share it, a restore wants it alone."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from comments.config import Settings

LOCK_FILE = "serving.lock"


@contextmanager
def serving(settings: Settings) -> Iterator[None]:
    """Note, for as long as it lasts, that a service uses the data folder; OSError if it is not writable."""
    if not settings.on_sqlite:
        yield
        return
    with _lock_file(settings).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            raise click.ClickException(
                "A backup is being restored here; try again when it is done."
            ) from None
        yield


@contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """Have the data folder to oneself; fails if a service uses it."""
    with _lock_file(settings).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise click.ClickException("A service is running on this database; stop it first.") from None
        yield


def _lock_file(settings: Settings) -> Path:
    return settings.data_dir / LOCK_FILE
