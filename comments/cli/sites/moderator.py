"""`comments moderator`: add, invite, invitations, uninvite, list, digest, remove, erase, token."""

import click

from comments.cli.output import counted, table
from comments.config import Settings
from comments.identity.accounts import (
    actions,
    invitation_actions,
    queries,
    team_actions,
    team_queries,
    token_actions,
)
from comments.identity.accounts.actions import DEFAULT_ROLE, ROLE_NAMES
from comments.identity.accounts.sections import decoded_sections
from comments.identity.models import Invitation
from comments.identity.sessions import queries as sessions_queries
from comments.identity.sign_in import email_link_actions
from comments.installation import Installation, in_installation
from comments.keys import Keyring
from comments.notifications.digests.actions import CHOICES, choose_digest
from comments.privacy.erase import forget_bytes
from comments.privacy.moderator_actions import erase_moderator
from comments.sites.queries import site_by_name
from comments.web.access import SCOPES
from comments.web.html.templating import date_and_time

of_site = click.option("--site", "site_name", required=True, metavar="NAME", help="The site's name.")


@click.group()
def moderator() -> None:
    """Say who moderates a site, and give them ways to sign in."""


@moderator.command()
@click.argument("email")
@of_site
@click.option("--role", type=click.Choice(list(ROLE_NAMES)), help="Default: moderator.")
@click.option(
    "--section",
    "sections",
    multiple=True,
    metavar="/PATH/",
    help="Only pages below this path; may be repeated. / is the whole site again.",
)
@click.option("--name", help="The name shown beside what they write. Default: Moderator, or Owner.")
def add(email: str, site_name: str, role: str | None, sections: tuple[str, ...], name: str | None) -> None:
    """Make somebody a moderator or owner of a site, and print a link that signs them in once.

    Somebody who is one already gets a new link, and keeps role and name unless others are given.
    """

    async def work(here: Installation) -> None:
        at = here.clock.now()
        site = await here.db.read(site_by_name, site_name)
        account = await here.db.write(
            actions.add_moderator, site.id, email, role=role, name=name, sections=sections, at=at
        )
        secret = await here.db.write(email_link_actions.make_sign_in_link, here.keys, account.id, at=at)
        found = await here.db.read(queries.moderator_by_email, site.id, email)
        where = f"{' and '.join(found.sections)} on {site_name}" if found.sections else site_name
        click.echo(f"{found.name} is {found.role} of {where}. To sign in, once, within 24 hours:")
        click.echo(sign_in_address(here.settings, secret))

    in_installation(work)


@moderator.command()
@click.argument("email")
@of_site
@click.option("--role", type=click.Choice(list(ROLE_NAMES)), default=DEFAULT_ROLE, show_default=True)
@click.option(
    "--section",
    "sections",
    multiple=True,
    metavar="/PATH/",
    help="Only pages below this path; may be repeated.",
)
def invite(email: str, site_name: str, role: str, sections: tuple[str, ...]) -> None:
    """Print a link that makes whoever takes it a moderator or owner of a site; nobody is mailed.

    It is good once, for a week, and ends an older one for the same address.
    """

    async def work(here: Installation) -> None:
        site = await here.db.read(site_by_name, site_name)
        secret = await here.db.write(
            invitation_actions.invite,
            here.keys,
            site.id,
            email,
            role=role,
            sections=sections,
            at=here.clock.now(),
        )
        click.echo(f"Send this to {email}. It is good once, for a week:")
        click.echo(invitation_actions.invitation_address(here.settings.base_url, secret))

    in_installation(work)


@moderator.command()
@of_site
def invitations(site_name: str) -> None:
    """List the invitations of a site that nobody has taken yet: id, address, role, sections, until when."""

    async def work(here: Installation) -> None:
        site = await here.db.read(site_by_name, site_name)
        found = await here.db.read(team_queries.invitations_of, site.id, here.clock.now())
        if not found:
            click.echo(f"Nobody is invited to {site_name}.")
        table([_invited(here.keys, one) for one in found])

    in_installation(work)


@moderator.command()
@click.argument("id")
@of_site
def uninvite(id: str, site_name: str) -> None:  # noqa: A002
    """Take an invitation back, by its ID as comments moderator invitations lists it."""

    async def work(here: Installation) -> None:
        site = await here.db.read(site_by_name, site_name)
        await here.db.write(invitation_actions.end_invitation, here.keys, site.id, id, at=here.clock.now())
        click.echo(f"The invitation {id} to {site_name} is good for nothing any more.")

    in_installation(work)


@moderator.command("list")
@of_site
def list_(site_name: str) -> None:
    """List who moderates a site."""

    async def work(here: Installation) -> None:
        site = await here.db.read(site_by_name, site_name)
        team = await here.db.read(team_queries.team, site.id)
        if not team:
            click.echo(
                f"Nobody moderates {site_name}. Add one: comments moderator add EMAIL --site {site_name}"
            )
        table([(one.account.email, one.role, one.account.name, " ".join(one.sections or ())) for one in team])

    in_installation(work)


@moderator.command()
@click.argument("email")
@click.argument("often", type=click.Choice(CHOICES))
@of_site
def digest(email: str, often: str, site_name: str) -> None:
    """Say how OFTEN somebody is mailed what waits, at most."""

    async def work(here: Installation) -> None:
        site = await here.db.read(site_by_name, site_name)
        found = await here.db.read(queries.moderator_by_email, site.id, email)
        await here.db.write(choose_digest, site.id, found.account_id, often)
        click.echo(f"{found.name} is mailed what waits on {site_name}: {often}.")

    in_installation(work)


@moderator.command()
@click.argument("email")
@of_site
def remove(email: str, site_name: str) -> None:
    """Take somebody's part in a site away, with their API tokens for it.

    A site keeps an owner, here too: where the last one goes, add another first (comments moderator add EMAIL
    --site NAME --role owner).
    """

    async def work(here: Installation) -> None:
        site = await here.db.read(site_by_name, site_name)
        found = await here.db.read(queries.moderator_by_email, site.id, email)
        await here.db.write(team_actions.remove_member, site.id, found.account_id)
        click.echo(f"{email} does not moderate {site_name} any more.")

    in_installation(work)


@moderator.command()
@click.argument("who")
@of_site
def erase(who: str, site_name: str) -> None:
    """Erase the name of WHO, who is not in the team any more, from decisions, their log and bans.

    WHO is the name as the log shows it, or the address of somebody who still moderates another site. The
    log's chain still verifies. What they wrote is erased like a reader's: comments privacy erase.
    """

    async def work(here: Installation) -> None:
        site = await here.db.read(site_by_name, site_name)
        done = await here.db.write(erase_moderator, here.keys, site.id, who, at=here.clock.now())
        await forget_bytes(here.db)
        counts = f"{counted(done['decisions'], 'decision')} and {counted(done['bans'], 'ban')}"
        click.echo(f"Erased who made {counts} of {site_name}.")

    in_installation(work)


@moderator.command()
@click.argument("email")
@of_site
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice(list(SCOPES)),
    help="What it may do; may be repeated. Default: read and moderate.",
)
@click.option("--label", default="", help="What it is for.")
def token(email: str, site_name: str, scopes: tuple[str, ...], label: str) -> None:
    """Print a new API token of a moderator; it is shown this once."""

    async def work(here: Installation) -> None:
        site = await here.db.read(site_by_name, site_name)
        found = await here.db.read(queries.moderator_by_email, site.id, email)
        made = await here.db.write(
            token_actions.make_api_token,
            here.keys,
            site.id,
            found.account_id,
            scopes=scopes or ("read", "moderate"),
            name=label,
            at=here.clock.now(),
        )
        click.echo(f"A token of {found.name} for {site_name}, sent as Authorization: Bearer …", err=True)
        click.echo(made)

    in_installation(work)


def sign_in_address(settings: Settings, secret: str) -> str:
    """Return the address at which a link's secret signs in."""
    return f"{settings.base_url}/sign-in/{secret}"


def _invited(keys: Keyring, one: Invitation) -> tuple[str, ...]:
    sections = " ".join(decoded_sections(one.sections) or ())
    named = sessions_queries.handle(keys, one.token_hash)
    return named, one.email, one.role, f"until {date_and_time(one.expires_at)}", sections
