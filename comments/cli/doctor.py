"""`comments doctor`: looks at everything that can be wrong, changes nothing, and says what to do."""

import asyncio
import difflib
import http.client
import json
import os
import shutil
import socket
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import click

from comments import __version__
from comments.app import templates
from comments.cli.installation import plain_settings, settings_here
from comments.cli.reasons import reason
from comments.clock import SystemClock
from comments.config import KEY_FILE, LOOPBACK_HOSTS, SETTING_NAMES, Settings, SettingsFault, with_secret_key
from comments.errors import Unavailable
from comments.events.queries import counts
from comments.identity.queries import team
from comments.keys import Keyring
from comments.notifications.sending import mailer
from comments.notifications.smtp import MailFailed
from comments.siblings import Valkey, ValkeyAway, lines_of
from comments.sites.actions import FINGERPRINT, accept_key
from comments.sites.queries import installation_fact, last_backup, origins_of, sites
from comments.storage import Database, state
from comments.storage.backup import faults_of
from comments.web.templating import date_and_time

LEAST_FREE_BYTES = 200_000_000


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: fine, worth a look (there is advice), or wrong."""

    what: str
    advice: str = ""
    is_wrong: bool = False
    check: str = ""
    """What kind of thing it is, for programs: names may be added, never changed."""

    @property
    def state(self) -> str:
        return "wrong" if self.is_wrong else "look" if self.advice else "ok"


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
        db = await Database.open(settings.database_url)
        try:
            await db.write(accept_key, Keyring(settings.secret_key))
        finally:
            await db.close()

    asyncio.run(accept())
    click.echo(
        "The database has a new key. Moderators need new links and tokens; guests cannot edit any more."
    )


def _all_findings(*, thorough: bool) -> Iterator[Finding]:
    yield from _of("settings", _unknown_settings())
    try:
        settings = plain_settings()
    except SettingsFault as fault:
        yield from _of("settings", (Finding(*_parts(problem), is_wrong=True) for problem in fault.problems))
        return
    yield from _of("settings", [Finding("settings")])
    yield from _of("data-folder", _data_folder(settings))
    yield from _of("key", _key(settings))
    yield from _of("addresses", _addresses(settings))
    yield from _of("mail", _mail(settings))
    yield from _of("port", _port(settings))
    yield from _of("database", _database(settings, thorough=thorough))
    yield from _of("database", _other_ways(settings))
    yield from _of("database", _shared(settings))


def _of(check: str, findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield findings of a kind, except for those that say themselves what they are."""
    for finding in findings:
        yield finding if finding.check else replace(finding, check=check)


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
    if not file.exists() and not _database_is_there(settings):
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


def _database_is_there(settings: Settings) -> bool:
    file = settings.database_file
    return file is None or (file.exists() and file.stat().st_size > 0)


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
    sending = mailer(settings, SystemClock(), templates())
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


def _database(settings: Settings, *, thorough: bool) -> Iterator[Finding]:
    file = settings.database_file
    name = f"database {file}" if file else "database on PostgreSQL"
    if file and not _database_is_there(settings):
        yield Finding(f"{name}, made at the first start")
        return
    try:
        found = state(settings.database_url)
        yield Finding(name, *STATES[found])
        if found == "current":
            if file and thorough:
                yield from _soundness(name, file)
            yield from asyncio.run(_contents(settings))
    except Exception as fault:
        yield Finding(name, reason(fault), is_wrong=True)


def _shared(settings: Settings) -> Iterator[Finding]:
    """Say by what processes tell each other what changes, and count together what is limited."""
    if settings.redis_url:
        yield asyncio.run(_valkey(settings.redis_url))
    if not settings.on_sqlite:
        yield asyncio.run(_listening(settings))
    elif settings.workers > 1 and not settings.redis_url:
        advice = "each counts rate limits for itself; set COMMENTS_REDIS_URL to have them counted together"
        yield Finding(f"{settings.workers} processes on one file", advice)


async def _valkey(url: str) -> Finding:
    valkey = Valkey(url, "comments:doctor")
    try:
        return Finding(f"{await valkey.version()} tells processes of changes and counts")
    except ValkeyAway as away:
        return Finding("Valkey", f"{away}; see COMMENTS_REDIS_URL", is_wrong=True)
    finally:
        await valkey.close()


async def _listening(settings: Settings) -> Finding:
    what = "PostgreSQL tells processes of changes and counts"
    try:
        db = await Database.open(settings.database_url)
    except Unavailable:
        return Finding(what, "not asked, for the database does not answer")
    try:
        (line,) = lines_of(settings, db, None)
        listens = asyncio.Event()
        listening = asyncio.create_task(line.listen(listens.set, lambda _: None))
        hearing = asyncio.create_task(listens.wait())
        done, waiting = await asyncio.wait({listening, hearing}, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        if listening in done:
            return Finding(what, f"not to this one: {listening.exception()}; changes are looked for instead")
        return Finding(what)
    finally:
        await db.close()


def _other_ways(settings: Settings) -> Iterator[Finding]:
    ways = {
        "COMMENTS_DATABASE_DIRECT_URL": settings.database_direct_url,
        "COMMENTS_DATABASE_READ_URL": settings.database_read_url,
    }
    for name, url in ways.items():
        if url:
            try:
                yield Finding(f"database by {name}", *STATES[state(url)])
            except Exception as fault:
                yield Finding(f"database by {name}", reason(fault), is_wrong=True)


STATES: dict[str, tuple[str, bool]] = {
    "current": ("", False),
    "empty": ("has no tables yet; the first start makes them", False),
    "older": ("is of an older release; stop all services, make a backup, then: comments migrate", True),
    "newer": ("is of a newer release; install that one", True),
    "foreign": ("holds tables of something else; give Comments one of its own", True),
}


def _soundness(name: str, file: Path) -> Iterator[Finding]:
    faults = faults_of(file)
    if faults:
        yield Finding(
            name, f"is damaged ({faults[0]}); restore a backup: comments restore FILE --force", True
        )
    else:
        yield Finding(f"{name} is sound")


async def _contents(settings: Settings) -> Sequence[Finding]:
    db = await Database.open(settings.database_url)
    try:
        noted = await db.read(installation_fact, FINGERPRINT)
        found = [*_of("key", [_fingerprint(settings, noted)])] if noted is not None else []
        made = await db.read(last_backup)
        if made is not None:
            when = f"{date_and_time(made.made_at)} UTC"
            found.append(Finding(f"last backup {made.file}, {when}", check="backup"))
        found += _of("outbox", _outbox(await db.read(counts)))
        for site in await db.read(sites):
            found += _of("site", _origins(settings, site.name, origins_of(site)))
            if not await db.read(team, site.id):
                advice = f"nobody moderates it; type: comments moderator add EMAIL --site {site.name}"
                found.append(Finding(f"site {site.name}", advice, check="site"))
        return found
    finally:
        await db.close()


def _outbox(numbers: Mapping[tuple[str, str], int]) -> Iterator[Finding]:
    given_up = {kind: number for (state, kind), number in numbers.items() if state == "dead"}
    for kind, number in sorted(given_up.items()):
        advice = "the owner's page says why; they can be tried again there for 30 days"
        yield Finding(f"{number} tasks given up: {kind}", advice)
    if not given_up:
        yield Finding("no task was given up")


def _fingerprint(settings: Settings, noted: str) -> Finding:
    try:
        keyed = with_secret_key(settings)
    except SettingsFault as fault:
        return Finding("secret key", str(fault), is_wrong=True)
    if noted in Keyring(keyed.secret_key, keyed.secret_key_old).fingerprints():
        return Finding("the key is the database's own")
    return Finding(
        "secret key", "the database was made with another one; give that by COMMENTS_SECRET_KEY", True
    )


def _origins(settings: Settings, name: str, origins: Sequence[str]) -> list[Finding]:
    shown = f"site {name} on {', '.join(origins)}"
    base = urlsplit(settings.base_url)
    secure = any(origin.startswith("https:") for origin in origins)
    if secure and base.scheme == "http" and base.hostname not in LOOPBACK_HOSTS:
        return [Finding(shown, "browsers let no https page load from an http base URL", is_wrong=True)]
    return [Finding(shown)]
