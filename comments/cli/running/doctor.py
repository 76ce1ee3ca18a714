"""`comments doctor`: looks at everything that can be wrong, changes nothing, and says what to do."""

import asyncio
import difflib
import http.client
import json
import os
import shutil
import socket
import stat
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

import click

from comments import __version__
from comments.cli.failures import reason
from comments.cli.running.doctor_database import database_is_there, of_database
from comments.cli.running.doctor_findings import Finding, of_kind
from comments.clock import SystemClock
from comments.config import KEY_FILE, LOOPBACK_HOSTS, SETTING_NAMES, Settings, SettingsFault, with_secret_key
from comments.installation import plain_settings, settings_here
from comments.keys import Keyring
from comments.notifications.senders.factory import mailer
from comments.notifications.senders.smtp import MailFailed
from comments.sites.actions import accept_key
from comments.storage import open_database
from comments.web.html.template_engine import all_templates

LEAST_FREE_BYTES = 200_000_000


@click.command()
@click.option("--thorough", is_flag=True, help="Read the whole database file; takes a while if it is large.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, for programs.")
@click.option(
    "--new-key",
    is_flag=True,
    help="The key is lost for ever: go on with a new one. All sign-ins and tokens end; comments stay.",
)
def doctor(thorough: bool, as_json: bool, new_key: bool) -> None:
    """Check settings, data folder, key, mail server, database, sites and port; changes nothing.

    Ends with 0 if nothing is wrong, with 1 if something is.
    """
    if new_key:
        _give_the_key_up()
        return
    findings = list(_all_findings(thorough=thorough))
    wrong = sum(finding.is_wrong for finding in findings)
    click.echo(_as_json(findings) if as_json else "\n".join(map(_in_words, findings)))
    if wrong:
        raise click.ClickException(f"{wrong} of {len(findings)} checks found something wrong.")
    if not as_json:
        click.echo(f"{len(findings)} checks, nothing wrong.")


def _in_words(finding: Finding) -> str:
    mark = {"wrong": "WRONG", "look": "look ", "ok": "ok   "}[finding.state]
    return f"{mark}  {finding.what}{': ' if finding.advice else ''}{finding.advice}"


def _as_json(findings: Sequence[Finding]) -> str:
    checks = [
        {"check": found.check, "state": found.state, "what": found.what, "advice": found.advice}
        for found in findings
    ]
    nothing_wrong = not any(found.is_wrong for found in findings)
    return json.dumps({"release": __version__, "ok": nothing_wrong, "checks": checks}, ensure_ascii=False)


def _give_the_key_up() -> None:
    settings = settings_here()

    async def accept() -> None:
        db = await open_database(settings.database_url)
        try:
            await db.write(accept_key, Keyring(settings.secret_key))
        finally:
            await db.close()

    asyncio.run(accept())
    click.echo(
        "The database has a new key. Moderators need new links and tokens; guests cannot edit any more."
    )


def _all_findings(*, thorough: bool) -> Iterator[Finding]:
    yield from of_kind("settings", _unknown_settings())
    try:
        settings = plain_settings()
    except SettingsFault as fault:
        faults = (Finding(*_parts(problem), is_wrong=True) for problem in fault.problems)
        yield from of_kind("settings", faults)
        return
    yield from of_kind("settings", [Finding("settings")])
    yield from of_kind("data-folder", _data_folder(settings))
    yield from of_kind("key", _key(settings))
    yield from of_kind("addresses", _addresses(settings))
    yield from of_kind("mail", _mail(settings))
    yield from of_kind("port", _port(settings))
    yield from of_kind("database", of_database(settings, thorough=thorough))


def _parts(problem: str) -> tuple[str, str]:
    what, _, advice = problem.partition(": ")
    return what, advice


def _unknown_settings() -> Iterator[Finding]:
    ours = (name for name in os.environ if name.startswith("COMMENTS_") and name not in SETTING_NAMES)
    for name in sorted(ours):
        if not name.startswith("COMMENTS_TEST_"):
            close = difflib.get_close_matches(name, SETTING_NAMES, n=1)
            yield Finding(name, "there is no such setting" + (f"; did you mean {close[0]}?" if close else ""))


def _data_folder(settings: Settings) -> Iterator[Finding]:
    folder = settings.data_dir
    if not folder.exists():
        yield Finding(f"data folder {folder}, made at the first start")
        return
    if not folder.is_dir() or not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        yield Finding(
            f"data folder {folder}",
            "is no folder that can be written; make it yours, or set COMMENTS_DATA_DIR",
            True,
        )
        return
    yield Finding(f"data folder {folder}")
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE_BYTES:
        yield Finding(f"disk of {folder}", f"only {free // 1_000_000} MB are free", True, "disk")


def _key(settings: Settings) -> Iterator[Finding]:
    if settings.secret_key:
        yield Finding("secret key from COMMENTS_SECRET_KEY")
        return
    file = settings.data_dir / KEY_FILE
    if not file.exists() and not database_is_there(settings):
        yield Finding("secret key, made at the first start")
        return
    try:
        with_secret_key(settings)
    except (SettingsFault, OSError) as fault:
        yield Finding(*_parts(reason(fault)), is_wrong=True)
        return
    if stat.S_IMODE(file.stat().st_mode) & 0o077:
        yield Finding(f"secret key in {file}", f"others can read it; type: chmod 600 {file}", is_wrong=True)
    else:
        yield Finding(f"secret key in {file}")


def _addresses(settings: Settings) -> Iterator[Finding]:
    parts = urlsplit(settings.base_url)
    local = parts.hostname in LOOPBACK_HOSTS
    if local and settings.host not in LOOPBACK_HOSTS:
        yield Finding(
            f"base URL {settings.base_url}",
            "only this machine can follow it; set COMMENTS_BASE_URL",
            is_wrong=True,
        )
    elif parts.scheme == "http" and not local:
        yield Finding(f"base URL {settings.base_url}", "is not https: pages on https cannot load from it")
    else:
        yield Finding(f"base URL {settings.base_url}")
    if parts.scheme == "https" and not settings.trusted_proxies:
        yield Finding(
            "trusted proxies",
            "none; behind a proxy all readers seem to have its address. Set COMMENTS_TRUSTED_PROXIES",
        )
    if not settings.rate_limits:
        yield Finding("rate limits", "are off; anybody can post without end", is_wrong=not local)


def _mail(settings: Settings) -> Iterator[Finding]:
    sending = mailer(settings, SystemClock(), all_templates())
    if sending is None:
        yield Finding("mail is not sent: no server is set by COMMENTS_SMTP_URL")
        return
    where = f"mail server {sending.server.where}"
    try:
        asyncio.run(sending.check())
    except MailFailed as failed:
        yield Finding(where, f"does not let us in. {failed}; see COMMENTS_SMTP_URL", is_wrong=True)
    else:
        yield Finding(f"{where} lets us in")
    if sending.post.domain == "localhost":
        advice = "no server believes that others' mail comes from there; set COMMENTS_MAIL_FROM"
        yield Finding(f"mails come from {sending.post.address}", advice)
    else:
        yield Finding(f"mails come from {sending.post.address}")


def _port(settings: Settings) -> Iterator[Finding]:
    where = f"port {settings.port} of {settings.host}"
    try:
        with socket.create_connection((_reachable(settings.host), settings.port), timeout=2):
            pass
    except OSError:
        yield Finding(f"{where} is free")
        return
    if _is_ours(settings):
        yield Finding(f"{where}: the service answers")
    else:
        yield Finding(
            where, "is taken by another program; stop that one, or set COMMENTS_PORT", is_wrong=True
        )


def _reachable(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  # it is asked, not bound


def _is_ours(settings: Settings) -> bool:
    connection = http.client.HTTPConnection(_reachable(settings.host), settings.port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
