"""`comments backup` and `comments restore`: a SQLite installation as one file."""

import asyncio
import json
import os
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click

from comments import __version__
from comments.cli.output import counted
from comments.config import DATABASE_FILE, KEY_FILE, Settings, SettingsFault
from comments.installation import Installation, in_installation, plain_settings, settings_here
from comments.privacy.erase import replay_everywhere
from comments.privacy.models import Erasure
from comments.server.data_folder import alone
from comments.sites.backup_actions import note_backup
from comments.sites.queries import Backup
from comments.storage import StorageDamaged, migrate_now, open_database, state
from comments.storage.backup import back_up, copy_rows, faults_of
from comments.storage.migrating import CARRY_OVER

MANIFEST = "manifest.json"
FORMAT = "comments-backup-1"


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--without-key", is_flag=True, help="Leave the secret key out; keep it elsewhere then.")
def backup(file: Path, without_key: bool) -> None:
    """Copy database and key into one FILE, while the service goes on.

    The file is for its owner alone: it holds e-mail addresses, and the key.
    """
    settings = settings_here()
    database = _own_file(settings)
    if not database.exists():
        raise click.ClickException(f"{database}: there is no database yet, so there is nothing to back up.")
    with _beside(file) as folder:
        copy = folder / DATABASE_FILE
        back_up(database, copy)
        made = folder / "backup.zip"
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(MANIFEST, _manifest(with_key=not without_key))
            archive.write(copy, DATABASE_FILE)
            if not without_key:
                archive.writestr(KEY_FILE, settings.secret_key + "\n")
        made.chmod(0o600)
        with made.open("rb") as whole:
            os.fsync(whole.fileno())
        made.replace(file)
    _note(settings, file, with_key=not without_key)
    what = "the database without its key" if without_key else "the database and its key"
    click.echo(f"Backed {what} up to {file}, {_size(file)}.")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option(
    "--force", is_flag=True, help="Replace a database that is there; it is kept beside the new one."
)
def restore(file: Path, force: bool) -> None:
    """Put the database and key of a backup into the data folder, brought to this release.

    Readers whom the database that was there before has erased since the backup are erased again.
    """
    settings = plain_settings()
    database = _own_file(settings)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    key_file = settings.data_dir / KEY_FILE
    with alone(settings), _beside(database) as folder:
        key = _unpack(file, folder)
        if key and settings.secret_key and key != settings.secret_key:
            raise SettingsFault(
                f"COMMENTS_SECRET_KEY: is not the key in {file}; unset it, or set it to that one"
            )
        _refuse_unusable(folder / DATABASE_FILE, file)
        # In this folder, so that the copy that a migration makes goes with it: the backup is there.
        migrate_now(f"sqlite:///{folder / DATABASE_FILE}")
        kept = _move_aside(database, force=force)
        (folder / DATABASE_FILE).replace(database)
        if key:
            _replace_key(key_file, key, kept)
        erasures = 0 if kept is None else _erasures_since(kept, database)
    click.echo(f"Restored the database{' and its key' if key else ''} from {file}.")
    if kept is not None:
        click.echo(f"What was there before is in {kept}")
    has_key = bool(key or settings.secret_key or key_file.exists())
    if erasures and has_key:
        count = in_installation(_replay)
        click.echo(f"Erased again, because they were since the backup: {counted(count, 'reader')}.")
    elif erasures:
        click.echo("Then type: comments privacy replay", err=True)
    if not has_key:
        click.echo(
            f"The backup has no key: put it into {key_file}, or give it by COMMENTS_SECRET_KEY.", err=True
        )


def _note(settings: Settings, file: Path, *, with_key: bool) -> None:
    """Let the database know of its backup: `comments doctor` and the owners' pages say when it was made."""
    if state(settings.database_url) != "current":
        return

    made = Backup(datetime.now(UTC), str(file.absolute()), with_key)

    async def note() -> None:
        db = await open_database(settings.database_url)
        try:
            await db.write(note_backup, made)
        finally:
            await db.close()

    asyncio.run(note())


def _erasures_since(kept: Path, database: Path) -> int:
    """Let the database that was restored know whom the one before it has erased since; return how many."""
    try:
        return copy_rows(kept, database, Erasure.__tablename__)
    except StorageDamaged:
        click.echo(
            "Whom it has erased since the backup cannot be read. Erase them again by their receipts: "
            "comments privacy replay FILE …",
            err=True,
        )
        return 0


async def _replay(here: Installation) -> int:
    return await replay_everywhere(here.db, here.keys, here.clock, here.settings.data_dir)


def _own_file(settings: Settings) -> Path:
    database = settings.database_file
    if database is None:
        raise click.ClickException(
            "The database is on PostgreSQL: back it up with pg_dump and restore it with pg_restore. "
            "`comments export` and `comments import` move a site between databases."
        )
    return database


@contextmanager
def _beside(file: Path) -> Iterator[Path]:
    """Give a folder on the same disk as `file`, readable by its owner alone, gone afterwards."""
    if not file.parent.is_dir():
        raise click.ClickException(f"{file.parent}: there is no such folder.")
    with tempfile.TemporaryDirectory(dir=file.parent, prefix=".comments-") as folder:
        yield Path(folder)


def _manifest(*, with_key: bool) -> str:
    made_at = datetime.now(UTC).isoformat(timespec="seconds")
    return json.dumps({"format": FORMAT, "release": __version__, "made_at": made_at, "with_key": with_key})


def _unpack(file: Path, folder: Path) -> str:
    """Put the backup's database into `folder` and return its key, or "" if it has none."""
    not_ours = click.ClickException(f"{file}: this is not a whole backup of Comments; nothing was changed.")
    try:
        with zipfile.ZipFile(file) as archive:
            if json.loads(archive.read(MANIFEST))["format"] != FORMAT:
                raise not_ours
            archive.extract(DATABASE_FILE, folder)
            return archive.read(KEY_FILE).decode().strip() if KEY_FILE in archive.namelist() else ""
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, EOFError):
        raise not_ours from None


def _move_aside(database: Path, *, force: bool) -> Path | None:
    """Move what the backup will replace out of the way; return where to, or None if there is nothing.

    It is moved and not copied, because it may be damaged: that is what backups are for.
    """
    if not _holds_something(database):
        return None
    if not force:
        raise click.ClickException(
            f"{database}: there is a database already; --force replaces it, and keeps it beside the new one."
        )
    kept = database.with_name(
        f"{database.stem}-before-restore-{datetime.now(UTC):%Y%m%d-%H%M%S}{database.suffix}"
    )
    for ending in ("", "-wal", "-shm"):
        part = database.with_name(database.name + ending)
        if part.exists():
            part.rename(kept.with_name(kept.name + ending))
    return kept


def _holds_something(database: Path) -> bool:
    if not database.exists() or database.stat().st_size == 0:
        return False
    try:
        return state(f"sqlite:///{database}") != "empty"
    except StorageDamaged:
        return True


def _replace_key(key_file: Path, key: str, kept: Path | None) -> None:
    if key_file.exists():
        if key_file.read_text().strip() == key:
            return
        key_file.rename(kept.with_suffix(".key") if kept else key_file.with_name("secret-before-restore.key"))
    draft = key_file.with_name(f".{key_file.name}.draft")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
        file.write(key + "\n")
        file.flush()
        os.fsync(file.fileno())
    draft.replace(key_file)


def _refuse_unusable(copy: Path, file: Path) -> None:
    faults = faults_of(copy)
    if faults:
        raise click.ClickException(f"{file}: the database in it is damaged, nothing was changed: {faults[0]}")
    found = state(f"sqlite:///{copy}")
    if found == "unreleased":
        raise click.ClickException(f"{file}: {CARRY_OVER[0].lower()}{CARRY_OVER[1:]}.")
    if found in {"newer", "foreign"}:
        raise click.ClickException(f"{file}: a newer release of Comments made it; install that one first.")
    copy.chmod(0o600)


def _size(file: Path) -> str:
    size = file.stat().st_size
    return f"{size / 1_000_000:,.1f} MB" if size >= 100_000 else f"{size / 1_000:,.1f} kB"
