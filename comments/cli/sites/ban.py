"""`comments ban`: add, list, lift, restore."""

from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import click

from comments.cli.output import counted, table
from comments.identity.accounts.queries import moderator_by_email
from comments.installation import Installation, in_installation
from comments.moderation.bans.actions import BanWish, ban_somebody, lift_ban, undo_lift
from comments.policy.actions import KINDS
from comments.policy.queries import bans
from comments.sites.queries import site_by_name

MOST_LISTED = 1_000

of_site = click.option("--site", "site_name", required=True, metavar="NAME", help="The site's name.")


@click.group()
def ban() -> None:
    """Keep somebody from commenting on a site."""


@ban.command()
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("value", required=False, default="")
@of_site
@click.option("--by", "email", required=True, metavar="EMAIL", help="The moderator whose decision it is.")
@click.option("--comment", "comment_id", type=click.UUID, help="Ban its author, or their address and so on.")
@click.option("--days", type=click.IntRange(1, 36_500), help="For so long; without it for good.")
@click.option("--silent", is_flag=True, help="Take their comments without a word, and show them to nobody.")
@click.option("--remove", is_flag=True, help="Remove what they wrote, too.")
@click.option("--reason", default="", help="For the list of bans and the log.")
def add(kind: str, value: str, site_name: str, email: str, days: int | None, **more: Any) -> None:
    """Ban an author, an address, a network (/24, or /48 of IPv6) or a mail domain.

    VALUE is the address, network or domain; with --comment it is that comment's.
    """

    async def work(here: Installation) -> None:
        at = here.clock.now()
        site = await here.db.read(site_by_name, site_name)
        wish = BanWish(
            moderator=await here.db.read(moderator_by_email, site.id, email),
            kind=kind,
            comment_id=more["comment_id"],
            value=value,
            outcome="silent" if more["silent"] else "refuse",
            until=at + timedelta(days=days) if days else None,
            reason=more["reason"],
            removes=more["remove"],
        )
        made = await here.db.write(ban_somebody, wish, here.keys, at=at)
        removed = f" Removed {counted(made.removed, 'comment')}." if wish.removes else ""
        click.echo(f"Banned {made.ban.label} from {site_name}: {made.ban.id}.{removed}")

    in_installation(work)


@ban.command("list")
@of_site
def list_(site_name: str) -> None:
    """List the bans that stand, the newest first."""

    async def work(here: Installation) -> None:
        site = await here.db.read(site_by_name, site_name)
        found = await here.db.read(bans, site.id, here.clock.now(), limit=MOST_LISTED)
        if not found:
            click.echo(f"Nobody is banned from {site_name}.")
        ends = [f"until {one.until:%Y-%m-%d}" if one.until else "for good" for one in found]
        table(
            [
                (str(one.id), one.kind, one.label, one.outcome, end)
                for one, end in zip(found, ends, strict=True)
            ]
        )

    in_installation(work)


@ban.command("lift")
@click.argument("ban_id", type=click.UUID)
@of_site
def lift_(ban_id: UUID, site_name: str) -> None:
    """Let somebody comment again; `comments ban list` names the bans."""

    async def work(here: Installation) -> None:
        site = await here.db.read(site_by_name, site_name)
        lifting = partial(lift_ban, by=None, at=here.clock.now())
        lifted = await here.db.write(lifting, here.keys, site.id, ban_id)
        click.echo(f"{lifted.ban.label} may comment on {site_name} again.")
        click.echo(f"To take it back: comments ban restore {lifted.number} --site {site_name}", err=True)

    in_installation(work)


@ban.command()
@click.argument("number", type=click.IntRange(1, 2**31 - 1))
@of_site
def restore(number: int, site_name: str) -> None:
    """Let a ban stand again that was lifted within the last hour, by the NUMBER that `lift` has told."""

    async def work(here: Installation) -> None:
        site = await here.db.read(site_by_name, site_name)
        restoring = partial(undo_lift, by=None, at=here.clock.now())
        found = await here.db.write(restoring, here.keys, site.id, number)
        click.echo(f"{found.label} is banned from {site_name} again.")

    in_installation(work)
