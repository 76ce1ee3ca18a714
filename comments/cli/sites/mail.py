"""`comments mail`: a test mail, and what could not be delivered."""

from uuid import UUID

import click

from comments.cli.output import counted, table
from comments.installation import Installation, in_installation
from comments.notifications.digests.queries import spoken_by
from comments.notifications.senders.factory import mailer
from comments.notifications.trial_mail import TrialFailed, send_test, trial_letter
from comments.outbox.actions import revive
from comments.outbox.queries import Failure, failures
from comments.sites.queries import site_by_name
from comments.web.html.template_engine import all_templates
from comments.web.html.templating import date_and_time

MOST_LISTED = 200
of_site = click.option("--site", "site_name", metavar="NAME", help="Only what this site sends.")


@click.group()
def mail() -> None:
    """Send a test mail, see what could not be delivered, and try it again."""


@mail.command()
@click.argument("address")
@click.option(
    "--site", "site_name", metavar="NAME", help="In the language of this site's mails, not English."
)
def test(address: str, site_name: str | None) -> None:
    """Send a test mail to ADDRESS now, and say what the mail server answers."""

    async def work(here: Installation) -> None:
        sending, now = mailer(here.settings, here.clock, all_templates()), here.clock.now()
        site_id = await _site_id(here, site_name)
        lang = await here.db.read(spoken_by, site_id) if site_id else "en"
        letter = trial_letter(lang, here.settings.base_url, now)
        try:
            said = await send_test(sending, address, letter, at=now)
        except TrialFailed as failed:
            raise click.ClickException(str(failed)) from None
        click.echo(said)

    in_installation(work)


@mail.command()
@of_site
def failed(site_name: str | None) -> None:
    """List what could not be delivered: what waits for another attempt, and what was given up."""

    async def work(here: Installation) -> None:
        found = await here.db.read(failures, await _site_id(here, site_name), limit=MOST_LISTED)
        if not found:
            click.echo("Nothing failed.")
        table([_row(one) for one in found])

    in_installation(work)


@mail.command()
@click.argument("ids", nargs=-1, type=click.UUID)
@of_site
def again(ids: tuple[UUID, ...], site_name: str | None) -> None:
    """Try what was given up once more: the IDS of `comments mail failed`, or without any all of it."""

    async def work(here: Installation) -> None:
        site_id = await _site_id(here, site_name)
        wanted = ids or [one.id for one in await here.db.read(failures, site_id, limit=MOST_LISTED)]
        number = await here.db.write(revive, wanted, site_id, at=here.clock.now())
        click.echo(f"{number} {'waits' if number == 1 else 'wait'} for another attempt.")

    in_installation(work)


async def _site_id(here: Installation, site_name: str | None) -> UUID | None:
    return (await here.db.read(site_by_name, site_name)).id if site_name else None


def _row(failure: Failure) -> tuple[str, ...]:
    is_dead = failure.state == "dead"
    state = "given up" if is_dead else f"next attempt {date_and_time(failure.due_at)}"
    return (str(failure.id), failure.kind, state, counted(failure.attempts, "attempt"), failure.last_error)
