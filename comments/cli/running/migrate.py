"""`comments migrate`: bring the database to this release."""

import click

from comments.installation import settings_here
from comments.storage import migrate_now


@click.command()
def migrate() -> None:
    """Bring the database to this release; a SQLite file is copied first."""
    done = migrate_now(settings_here().unpooled_url)
    if done.before == "current":
        click.echo(f"Nothing to do: the database is at {done.revision} already.")
    elif done.copy is not None:
        click.echo(f"Migrated the database to {done.revision}; it is kept as it was in {done.copy}")
    else:
        click.echo(f"The database is at {done.revision} now.")
