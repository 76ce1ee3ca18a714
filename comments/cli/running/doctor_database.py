"""What `comments doctor` looks at in the database, and in what stands beside it."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from comments.broadcast import Valkey, ValkeyAway, channels_of
from comments.cli.failures import reason
from comments.cli.running.doctor_findings import Finding, of_kind
from comments.config import LOOPBACK_HOSTS, Settings, SettingsFault, with_secret_key
from comments.errors import Unavailable
from comments.identity.accounts.team_queries import team
from comments.keys import Keyring
from comments.outbox.queries import counts
from comments.sites.actions import FINGERPRINT
from comments.sites.queries import installation_fact, last_backup, origins_of, sites
from comments.storage import has_statistics, is_replica, open_database, state
from comments.storage.backup import faults_of
from comments.storage.migrating import CARRY_OVER
from comments.web.html.templating import date_and_time

STATES: dict[str, tuple[str, bool]] = {
    "current": ("", False),
    "empty": ("has no tables yet; the first start makes them", False),
    "older": ("is of an older release; stop all services, make a backup, then: comments migrate", True),
    "newer": ("is of a newer release; install that one", True),
    "unreleased": (CARRY_OVER[0].lower() + CARRY_OVER[1:], True),
    "foreign": ("holds tables of something else; give Comments one of its own", True),
}

STATISTICS = "pages may become slow with the next release's indexes; comments migrate takes them away"


def of_database(settings: Settings, *, thorough: bool) -> Iterator[Finding]:
    """Yield what is found of the database, the other ways to it, and of what tells processes of changes."""
    yield from _database(settings, thorough=thorough)
    yield from _other_ways(settings)
    yield from _shared(settings)


def database_is_there(settings: Settings) -> bool:
    file = settings.database_file
    return file is None or (file.exists() and file.stat().st_size > 0)


def _database(settings: Settings, *, thorough: bool) -> Iterator[Finding]:
    file = settings.database_file
    name = f"database {file}" if file else "database on PostgreSQL"
    if file and not database_is_there(settings):
        yield Finding(f"{name}, made at the first start")
        return
    try:
        found = state(settings.database_url)
        yield Finding(name, *STATES[found])
        if found == "current":
            if file and has_statistics(settings.database_url):
                yield Finding(f"{name} has statistics of ANALYZE", STATISTICS)
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
        db = await open_database(settings.database_url)
    except Unavailable:
        return Finding(what, "not asked, for the database does not answer")
    try:
        (line,) = channels_of(settings, db, None)
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
    if settings.database_direct_url:
        yield _way("COMMENTS_DATABASE_DIRECT_URL", settings.database_direct_url)
    if settings.database_read_url:
        yield _way("COMMENTS_DATABASE_READ_URL", settings.database_read_url, reads_replica=True)


def _way(name: str, url: str, *, reads_replica: bool = False) -> Finding:
    what = f"database by {name}"
    try:
        finding = Finding(what, *STATES[state(url)])
        if reads_replica and not finding.advice and not is_replica(url):
            return Finding(what, "is no replica, so it is not asked: name one that follows, or take it out")
    except Exception as fault:
        return Finding(what, reason(fault), is_wrong=True)
    return finding


def _soundness(name: str, file: Path) -> Iterator[Finding]:
    faults = faults_of(file)
    if faults:
        yield Finding(
            name, f"is damaged ({faults[0]}); restore a backup: comments restore FILE --force", True
        )
    else:
        yield Finding(f"{name} is sound")


async def _contents(settings: Settings) -> Sequence[Finding]:
    db = await open_database(settings.database_url)
    try:
        noted = await db.read(installation_fact, FINGERPRINT)
        found = [*of_kind("key", [_fingerprint(settings, noted)])] if noted is not None else []
        made = await db.read(last_backup)
        if made is not None:
            when = f"{date_and_time(made.made_at)} UTC"
            found.append(Finding(f"last backup {made.file}, {when}", check="backup"))
        found += of_kind("outbox", _outbox(await db.read(counts)))
        for site in await db.read(sites):
            found += of_kind("site", _origins(settings, site.name, origins_of(site)))
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
