"""`comments site`: add, list, set, remove."""

import asyncio

import click

from comments.cli.installation import Installation, in_installation
from comments.cli.words import counted, table
from comments.sites import actions, queries
from comments.sites.origins import read_origins
from comments.sites.settings import READERS, settings_in_words

SETTINGS_HELP = "Settings: origins, " + ", ".join(READERS) + ". Lists have commas between their words."


@click.group()
def site() -> None:
    """Add, list, change and remove sites."""


@site.command()
@click.argument("name")
@click.option(
    "--origin",
    "origins",
    multiple=True,
    required=True,
    help="Where the site's pages are, such as https://blog.example; may be repeated.",
)
def add(name: str, origins: tuple[str, ...]) -> None:
    """Add a site whose pages may show and take comments."""

    async def work(here: Installation) -> None:
        added = await here.db.write(actions.add_site, name, origins, at=here.clock.now())
        click.echo(f"Added the site {added.name} for {', '.join(queries.origins_of(added))}.")
        source = f"{here.settings.base_url}/embed.js"
        click.echo(f'Embed it with: <script async src="{source}" data-site="{name}"></script>')

    in_installation(work)


@site.command("list")
def list_() -> None:
    """List the sites with their origins."""

    async def work(here: Installation) -> None:
        sites = await here.db.read(queries.sites)
        if not sites:
            click.echo("There is no site yet. Add one: comments site add NAME --origin https://…")
        table([(site.name, " ".join(queries.origins_of(site))) for site in sites])

    in_installation(work)


@site.command("set", epilog=SETTINGS_HELP)
@click.argument("name")
@click.argument("changes", nargs=-1, metavar="[KEY=VALUE]…")
def set_(name: str, changes: tuple[str, ...]) -> None:
    """Change settings of a site, or show them all if none is given."""
    pairs = dict(_pair(change) for change in changes)
    origins = pairs.pop("origins", None)

    async def work(here: Installation) -> None:
        found = await here.db.read(queries.site_by_name, name)
        if changes:
            written = None if origins is None else read_origins(origins)
            await here.db.write(actions.change_site, name, actions.SiteWish(pairs, written))
            click.echo(f"Set {', '.join(sorted(dict(map(_pair, changes))))} of the site {name}.")
        else:
            shown = {
                "origins": ",".join(queries.origins_of(found)),
                **settings_in_words(queries.settings_of(found)),
            }
            table(sorted(shown.items()), between=" = ")

    in_installation(work)


@site.command()
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
def remove(name: str, yes: bool) -> None:
    """Delete a site with all its comments."""
    from comments import upkeep

    async def work(here: Installation) -> None:
        found = await here.db.read(queries.site_by_name, name)
        comments = await here.db.scan(upkeep.comments_on, found.id)
        question = f"Delete the site {name} and its {counted(comments, 'comment')} for ever?"
        if not yes and not await asyncio.to_thread(click.confirm, question, err=True):
            raise click.Abort
        while await here.db.write(upkeep.erase_some_of_site, found.id):
            pass
        await here.db.write(actions.remove_site, name)
        click.echo(f"Removed the site {name} and its {counted(comments, 'comment')}.")

    in_installation(work)


def _pair(change: str) -> tuple[str, str]:
    key, equals, value = change.partition("=")
    if not equals:
        raise click.UsageError(f"{change!r} is not KEY=VALUE. {SETTINGS_HELP}")
    return key.strip(), value
