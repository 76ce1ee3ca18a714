"""`comments site`: add, snippet, list, set, remove; where it is seen, and its figures."""

import asyncio

import click

from comments.cli.output import counted, table
from comments.installation import Installation, in_installation
from comments.sites import actions, queries
from comments.sites.models import SeenOrigin
from comments.sites.settings import READERS, settings_in_words
from comments.sites.snippets import count_line, page_lines
from comments.sites.urls.origins import origin_allowed, read_origins

MOST_DAYS = 90
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
        click.echo(f"Embed it with: {page_lines(here.settings.base_url, name).partition(chr(10))[0]}")

    in_installation(work)


@site.command()
@click.argument("name")
def snippet(name: str) -> None:
    """Print the lines that show a site's discussions: for the page template, and for lists of pages."""

    async def work(here: Installation) -> None:
        found, base_url = await here.db.read(queries.site_by_name, name), here.settings.base_url
        click.echo(page_lines(base_url, found.name))
        click.echo(count_line(base_url, found.name))

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
    from comments.background import maintenance

    async def work(here: Installation) -> None:
        found = await here.db.read(queries.site_by_name, name)
        comments = await here.db.scan(maintenance.comments_on, found.id)
        question = f"Delete the site {name} and its {counted(comments, 'comment')} for ever?"
        if not yes and not await asyncio.to_thread(click.confirm, question, err=True):
            raise click.Abort
        while await here.db.write(maintenance.erase_some_of_site, found.id):
            pass
        await here.db.write(actions.remove_site, name)
        click.echo(f"Removed the site {name} and its {counted(comments, 'comment')}.")

    in_installation(work)


@site.command()
@click.argument("name")
def seen(name: str) -> None:
    """List where pages showed the site's discussions in the last 30 days, the last first."""

    async def work(here: Installation) -> None:
        found = await here.db.read(queries.site_by_name, name)
        allowed = queries.origins_of(found)
        rows = await here.db.read(queries.seen_origins, found.id)
        if not rows:
            click.echo("No page has shown a discussion of it in the last 30 days.")
        table([_seen(one, allowed) for one in rows])

    in_installation(work)


@site.command()
@click.argument("name")
@click.option("--days", type=click.IntRange(1, MOST_DAYS), default=7, show_default=True)
def figures(name: str, days: int) -> None:
    """Say how many comments each queue has, and what came in on the last days (UTC)."""
    from comments.moderation.messages import size
    from comments.moderation.queue.activity import OUTCOMES, last_days
    from comments.moderation.queue.sizes import queue_sizes

    async def work(here: Installation) -> None:
        found = await here.db.read(queries.site_by_name, name)
        sizes = await here.db.read(queue_sizes, found.id)
        table([(queue, size(count)) for queue, count in sizes.items()])
        click.echo()
        counted_days = await here.db.scan(last_days, found.id, here.clock.now(), days)
        rows = [(str(one.day), *(str(getattr(one, name)) for name in OUTCOMES)) for one in counted_days]
        table([("day", *OUTCOMES), *rows])

    in_installation(work)


def _seen(one: SeenOrigin, allowed: tuple[str, ...]) -> tuple[str, ...]:
    may = "allowed" if origin_allowed(one.origin, allowed) else "not allowed"
    return one.origin, may, f"{one.at:%Y-%m-%d %H:%M}", one.url


def _pair(change: str) -> tuple[str, str]:
    key, equals, value = change.partition("=")
    if not equals:
        raise click.UsageError(f"{change!r} is not KEY=VALUE. {SETTINGS_HELP}")
    return key.strip(), value
