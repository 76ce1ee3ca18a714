"""`comments check`: akismet, http, list, test, answers, remove."""

import sys

import click

from comments.cli.output import counted, table
from comments.installation import Installation, in_installation
from comments.outside.external_checks.checks import Checks
from comments.outside.models import CheckCall
from comments.outside.queries import last_check_calls
from comments.outside.signing import shown_secret
from comments.sites.check_actions import remove_check, set_check
from comments.sites.checks import AKISMET, AKISMET_URL, HTTP, KINDS, CheckOrder
from comments.sites.queries import check_of, checks_of, site_by_name
from comments.web.html.templating import date_and_time

MOST_LISTED = 50

of_site = click.option("--site", "site_name", required=True, metavar="NAME", help="The site's name.")
of_kind = click.argument("kind", metavar="KIND", type=click.Choice(KINDS))
with_email = click.option(
    "--with-email", is_flag=True, help="Send the author's mail address along, where they gave one."
)


@click.group()
def check() -> None:
    """Have others asked about comments before they are public: Akismet, or a program of your own."""


@check.command()
@of_site
@click.option("--url", default="", help=f"Who is asked, if not {AKISMET_URL}.")
@with_email
def akismet(site_name: str, url: str, with_email: bool) -> None:
    """Have Akismet asked. Its key is read from the keyboard, or from standard input."""
    key = _typed("Akismet key (empty keeps the one that is kept)")

    async def work(here: Installation) -> None:
        site = await here.db.read(site_by_name, site_name)
        order = CheckOrder(AKISMET, url, key, with_email)
        made = await here.db.write(set_check, site.id, order, here.keys, at=here.clock.now())
        click.echo(f"From now on {made.url} is asked about comments on {site_name}.")

    in_installation(work)


@check.command()
@click.argument("url")
@of_site
@with_email
def http(url: str, site_name: str, with_email: bool) -> None:
    """Have the program at URL asked, and print the secret that questions are signed with."""

    async def work(here: Installation) -> None:
        site = await here.db.read(site_by_name, site_name)
        order = CheckOrder(HTTP, url, sends_email=with_email)
        made = await here.db.write(set_check, site.id, order, here.keys, at=here.clock.now())
        secret = shown_secret(here.keys, made.id)
        click.echo(f"From now on {made.url} is asked about comments on {site_name}. Its secret is {secret}")

    in_installation(work)


@check.command("list")
@of_site
def list_checks(site_name: str) -> None:
    """List who is asked about a site's comments, with what each answered last."""

    async def work(here: Installation) -> None:
        site = await here.db.read(site_by_name, site_name)
        found = await here.db.read(checks_of, site.id)
        if not found:
            click.echo(f"Nobody is asked about comments on {site_name}.")
        rows = []
        for one in found:
            calls = await here.db.read(last_check_calls, one.id, limit=1)
            last = _said(calls[0]) if calls else "not asked yet"
            rows.append((one.kind, one.url, "with mail address" if one.sends_email else "", last))
        table(rows)

    in_installation(work)


@check.command()
@of_kind
@of_site
def test(kind: str, site_name: str) -> None:
    """Ask Akismet whether it knows the key, or your program about nothing, now."""

    async def work(here: Installation) -> None:
        site = await here.db.read(site_by_name, site_name)
        found = await here.db.read(check_of, site.id, kind)
        tried = await Checks(here.settings, here.keys, here.clock, here.db).trial(found)
        if not tried.works:
            raise click.ClickException(tried.answer)
        click.echo(tried.answer)

    in_installation(work)


@check.command()
@of_kind
@of_site
def answers(kind: str, site_name: str) -> None:
    """List what it was asked last, and what it answered."""

    async def work(here: Installation) -> None:
        site = await here.db.read(site_by_name, site_name)
        found = await here.db.read(check_of, site.id, kind)
        calls = await here.db.read(last_check_calls, found.id, limit=MOST_LISTED)
        if not calls:
            click.echo("It was asked nothing yet.")
        table([(str(one.comment_id), counted(one.attempts, "attempt"), _said(one)) for one in calls])

    in_installation(work)


@check.command()
@of_kind
@of_site
def remove(kind: str, site_name: str) -> None:
    """Ask it no more. What waits for its answer waits for a moderator."""

    async def work(here: Installation) -> None:
        site = await here.db.read(site_by_name, site_name)
        await here.db.write(remove_check, site.id, kind)
        click.echo(f"Comments on {site_name} are not sent to it any more.")

    in_installation(work)


def _typed(question: str) -> str:
    """Return a secret that stands on no command line, where every process of the machine could read it."""
    if sys.stdin.isatty():
        typed: str = click.prompt(question, default="", hide_input=True, show_default=False)
        return typed.strip()
    return sys.stdin.readline().strip()


def _said(call: CheckCall) -> str:
    told = f", told {call.told} since" if call.told else ""
    return f"{date_and_time(call.answered_at)}: {call.outcome or 'no answer'} ({call.answer}){told}"
