"""`comments webhook`: add, list, remove, test, answers, resend."""

import json
from uuid import UUID

import click

from comments.cli.output import counted, table
from comments.installation import Installation, in_installation
from comments.outside.calling import CallFailed, CallRefused
from comments.outside.models import WebhookCall
from comments.outside.queries import last_calls
from comments.outside.signing import shown_secret
from comments.outside.webhooks.actions import send_again
from comments.outside.webhooks.handlers import Webhooks
from comments.sites.queries import site_by_name, webhook_by_id, webhooks_of
from comments.sites.webhook_actions import add_webhook, remove_webhook
from comments.sites.webhooks import EVENTS
from comments.web.html.templating import date_and_time

MOST_LISTED = 50

of_site = click.option("--site", "site_name", required=True, metavar="NAME", help="The site's name.")
of_webhook = click.argument("webhook_id", metavar="ID", type=click.UUID)


@click.group()
def webhook() -> None:
    """Have other programs told what happens on a site."""


@webhook.command()
@click.argument("url")
@of_site
@click.option("--event", "events", multiple=True, metavar="EVENT", help=f"Only these: {', '.join(EVENTS)}.")
def add(url: str, site_name: str, events: tuple[str, ...]) -> None:
    """Have URL told what happens on a site, and print the secret that its messages are signed with."""

    async def work(here: Installation) -> None:
        site = await here.db.read(site_by_name, site_name)
        made = await here.db.write(add_webhook, site.id, url, events, at=here.clock.now())
        click.echo(
            f"Added webhook {made.id} to {site_name}. Its secret is {shown_secret(here.keys, made.id)}"
        )

    in_installation(work)


@webhook.command("list")
@of_site
def list_webhooks(site_name: str) -> None:
    """List a site's webhooks, with what each answered last."""

    async def work(here: Installation) -> None:
        site = await here.db.read(site_by_name, site_name)
        found = await here.db.read(webhooks_of, site.id)
        if not found:
            click.echo(f"{site_name} has no webhooks.")
        rows = []
        for one in found:
            calls = await here.db.read(last_calls, one.id, limit=1)
            last = _said(calls[0]) if calls else "not called yet"
            rows.append((str(one.id), one.url, ", ".join(json.loads(one.events)) or "all events", last))
        table(rows)

    in_installation(work)


@webhook.command()
@of_webhook
@of_site
def remove(webhook_id: UUID, site_name: str) -> None:
    """Tell the webhook ID nothing more."""

    async def work(here: Installation) -> None:
        site = await here.db.read(site_by_name, site_name)
        await here.db.write(remove_webhook, site.id, webhook_id)
        click.echo(f"Removed webhook {webhook_id} from {site_name}.")

    in_installation(work)


@webhook.command()
@of_webhook
@of_site
def test(webhook_id: UUID, site_name: str) -> None:
    """Send a message about nothing to the webhook ID now, and say what it answers."""

    async def work(here: Installation) -> None:
        await _check(here, site_name, webhook_id)
        try:
            answer = await Webhooks(here.settings, here.keys, here.clock, here.db).trial(webhook_id)
        except (CallFailed, CallRefused) as fault:
            raise click.ClickException(f"No answer. {fault}") from None
        if answer is None or not answer.is_good:
            said = f"It answered {answer.status}. {answer.text}" if answer else "It is gone."
            raise click.ClickException(said.strip())
        click.echo(f"It answered {answer.status}.")

    in_installation(work)


@webhook.command()
@of_webhook
@of_site
def answers(webhook_id: UUID, site_name: str) -> None:
    """List the last messages to the webhook ID, and what it answered."""

    async def work(here: Installation) -> None:
        await _check(here, site_name, webhook_id)
        found = await here.db.read(last_calls, webhook_id, limit=MOST_LISTED)
        if not found:
            click.echo("It was told nothing yet.")
        table(
            [(str(one.message_id), one.event, counted(one.attempts, "attempt"), _said(one)) for one in found]
        )

    in_installation(work)


@webhook.command()
@of_webhook
@click.argument("message_ids", metavar="MESSAGE…", nargs=-1, required=True, type=click.UUID)
@of_site
def resend(webhook_id: UUID, message_ids: tuple[UUID, ...], site_name: str) -> None:
    """Send messages to the webhook ID once more, each under its id: about the comments as they are now."""

    async def work(here: Installation) -> None:
        site = await here.db.read(site_by_name, site_name)
        for message_id in message_ids:
            await here.db.write(send_again, site.id, webhook_id, message_id, at=here.clock.now())
        waits = "waits" if len(message_ids) == 1 else "wait"
        click.echo(f"{counted(len(message_ids), 'message')} {waits} to be sent.")

    in_installation(work)


async def _check(here: Installation, site_name: str, webhook_id: UUID) -> None:
    site = await here.db.read(site_by_name, site_name)
    await here.db.read(webhook_by_id, site.id, webhook_id)


def _said(call: WebhookCall) -> str:
    answer = f"{call.status or 'no answer'} {call.answer}".strip()
    return f"{date_and_time(call.answered_at)}: {answer}"
