"""What lives as long as the application: the database, what is kept in memory, and work beside requests."""

import asyncio
import contextlib
import logging
import resource
from collections.abc import AsyncIterator

from starlette.applications import Starlette

from comments.background.invalidation import Invalidation
from comments.background.maintenance import keep_searchable, keep_tidy
from comments.background.outbox_handlers import delivery
from comments.broadcast import Peers, channels_of, valkey_of
from comments.classifier.cache import ModelCache
from comments.clock import Clock
from comments.config import Settings
from comments.importers.jobs.worker import ImportJobs
from comments.keys import Keyring
from comments.limits import Limits, share
from comments.live import hub
from comments.live.hub import Hub
from comments.sites.actions import check_fingerprint
from comments.sites.urls.seen_actions import store_seen
from comments.storage import Database, open_database
from comments.threads.site_cache import SiteCache
from comments.web.html.template_engine import all_templates
from comments.web.page_cache import PageCache
from comments.web.service import Service
from comments.web.stop_signals import on_stop

STOP_SECONDS = 5
"""How long work beside the requests may take to give back what it has claimed."""

logger = logging.getLogger(__name__)


@contextlib.asynccontextmanager
async def running(app: Starlette, settings: Settings, clock: Clock) -> AsyncIterator[None]:
    """Open the database and put what the routes need into `app.state`; end all of it afterwards.

    Where `app.state.maintains` is true it also does the upkeep, the outbox and imports.
    """
    db = await open_database(settings.database_url, replica_url=settings.database_read_url)
    try:
        keys = Keyring(settings.secret_key, settings.secret_key_old)
        await db.write(check_fingerprint, keys)
        app.state.service = svc = _service(settings, keys, clock, db)
        app.state.site_cache = sites = SiteCache(
            db, svc.clock, svc.cache.clear, sends_mail=bool(settings.smtp_url)
        )
        app.state.model_cache = ModelCache(db)
        app.state.hub = live = _hub(svc, sites)
        with on_stop(live.close):
            async with _telling_of_changes(app, svc, live), _maintenance(app, svc):
                yield
    finally:
        await db.close()


def _service(settings: Settings, keys: Keyring, clock: Clock, db: Database) -> Service:
    return Service(
        settings=settings,
        keys=keys,
        clock=clock,
        db=db,
        limits=Limits(on=settings.rate_limits),
        templates=all_templates(),
        cache=PageCache(now=clock.now),
    )


def _hub(svc: Service, sites: SiteCache) -> Hub:
    # A stream is an open file, and requests need some too.
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = min(hub.MOST_STREAMS, files * 3 // 4) if files != resource.RLIM_INFINITY else hub.MOST_STREAMS
    an_address = hub.STREAMS_AN_ADDRESS if svc.settings.rate_limits else most
    return Hub(svc.db, svc.keys, sites.card, most=most, most_an_address=an_address)


@contextlib.asynccontextmanager
async def _telling_of_changes(app: Starlette, svc: Service, live: Hub) -> AsyncIterator[None]:
    """Hear of changes here and in other processes, for the page cache and for who listens."""
    fresh = Invalidation(
        svc, app.state.site_cache, thread_changed=live.thread_changed, sites_are=live.sites_are
    )
    channels = channels_of(svc.settings, svc.db, valkey_of(svc.settings, svc.keys))
    app.state.peers = peers = Peers(svc.db, channels)
    works = [fresh.watch(peers.calm), peers.run(fresh.look_soon), live.run(), keep_seen(svc)]
    if channels:
        works.append(share(svc.limits, svc.keys, svc.db, peers.say))
    tasks = [asyncio.create_task(work) for work in works]
    try:
        yield
    finally:
        live.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await peers.close()


@contextlib.asynccontextmanager
async def _maintenance(app: Starlette, svc: Service) -> AsyncIterator[None]:
    """Do the upkeep, what waits in the outbox, and imports; any number of processes may."""
    if not app.state.maintains:
        yield
        return
    admission, metrics = app.state.admission, app.state.metrics
    delivering = delivery(svc, metrics.observe_delivery)
    tasks = [
        asyncio.create_task(keep_tidy(svc.db, svc.keys, svc.clock)),
        asyncio.create_task(keep_searchable(svc.db, is_busy=lambda: admission.inside > 0)),
        asyncio.create_task(delivering.run()),
        asyncio.create_task(ImportJobs(svc.db, svc.settings, svc.keys, svc.clock).run()),
    ]
    try:
        yield
    finally:
        await delivering.stop()
        for task in tasks:
            task.cancel()
        # An import gives itself back, while there is a database to say so.
        await asyncio.wait(tasks, timeout=STOP_SECONDS)


async def keep_seen(svc: Service, *, every: float = 5.0) -> None:
    """Store where discussions were seen, for ever: every few seconds, if there is anything."""
    while True:
        await asyncio.sleep(every)
        if noted := svc.seen.take():
            try:
                await svc.db.write(store_seen, noted, at=svc.clock.now())
            except Exception:
                logger.exception("where discussions were seen is not stored; what comes next is")
