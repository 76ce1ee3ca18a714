"""`comments token`: list, revoke."""

import click

from comments.cli.output import table
from comments.cli.sites.moderator import of_site
from comments.identity.accounts import team_queries, token_actions, token_queries
from comments.identity.sessions import queries as sessions_queries
from comments.installation import Installation, in_installation
from comments.sites.queries import site_by_name


@click.group()
def token() -> None:
    """See a site's API tokens and end them. `comments moderator token` makes one."""


@token.command("list")
@of_site
def list_(site_name: str) -> None:
    """List a site's API tokens: handle, whose, what for, what they may do, when last used."""

    async def work(here: Installation) -> None:
        site = await here.db.read(site_by_name, site_name)
        team = {one.account.id: one.account.email for one in await here.db.read(team_queries.team, site.id)}
        rows = []
        for one in await here.db.read(token_queries.tokens_of, site_id=site.id):
            used = f"used {one.used_at.date()}" if one.used_at else "not used yet"
            allowed = ",".join(sorted(token_queries.decoded_scopes(one.scopes)))
            named = sessions_queries.handle(here.keys, one.token_hash)
            rows.append((named, team.get(one.account_id, ""), one.name, allowed, used))
        table(rows)

    in_installation(work)


@token.command()
@click.argument("handle")
@of_site
def revoke(handle: str, site_name: str) -> None:
    """End an API token at once, by its handle from `comments token list`."""

    async def work(here: Installation) -> None:
        site = await here.db.read(site_by_name, site_name)
        await here.db.write(token_actions.end_api_token, here.keys, handle, site_id=site.id)
        click.echo(f"The token {handle} of {site_name} is good for nothing any more.")

    in_installation(work)
