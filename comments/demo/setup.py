"""What the demo needs in the database: its site, with the discussion that comes with the program."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from comments.clock import Clock
from comments.demo.articles import PAGES, SITE
from comments.identity.accounts.actions import add_moderator
from comments.identity.sign_in.email_link_actions import make_sign_in_link
from comments.importers.pipeline.run import ImportOrder, run_import
from comments.keys import Keyring
from comments.sites.actions import set_origins
from comments.sites.errors import SiteUnknown
from comments.sites.queries import origins_of, site_by_name
from comments.storage import Database, insert_ignoring
from comments.threads.addresses.page_keys import key_hash, page_keys
from comments.threads.models import Thread, ThreadKey
from comments.threads.queries.find_threads import thread_by_keys

DISCUSSION = Path(__file__).parent / "discussion.jsonl"

NEWEST = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
"""When the last comment of the discussion was written."""

OWNER = ("ana@slowlines.example", "Ana Petrović")


async def set_up(db: Database, keys: Keyring, clock: Clock, base_url: str) -> str:
    """Make the demo's site if it is not there, let it answer at `base_url`, and return a sign-in secret.

    The discussion is moved in time so that it has just happened. What was written since stays.
    """
    if not await db.read(_is_there):
        shift = clock.now() - timedelta(minutes=2) - NEWEST
        order = ImportOrder(DISCUSSION, SITE, "comments", shift=shift, helpers=0)
        await run_import(db, order, keys=keys, clock=clock)
    return await db.write(_open_the_door, keys, base_url, at=clock.now())


def demo_origins(base_url: str) -> list[str]:
    """Return the origins of the demo's own pages: the address it has, and the other name of this machine."""
    parts = urlsplit(base_url)
    port = f":{parts.port}" if parts.port else ""
    names = [parts.hostname or "127.0.0.1", "127.0.0.1", "localhost"]
    return [f"{parts.scheme}://{name}{port}" for name in dict.fromkeys(names)]


def _move_pages(session: Session, site_id: UUID, base_url: str, at: datetime) -> None:
    """Let the articles' threads lead to where they are today: the demo may have been on another port."""
    for identifier, path in PAGES.items():
        thread = thread_by_keys(session, site_id, page_keys(None, identifier))
        url = base_url + path
        if thread is None or thread.url == url:
            continue
        session.execute(update(Thread).where(Thread.id == thread.id).values(url=url))
        keys = [
            {"site_id": site_id, "key_hash": key_hash(kind, key), "kind": kind, "key": key}
            | {"thread_id": thread.id, "created_at": at}
            for kind, key in page_keys(url, None).pairs
        ]
        insert_ignoring(session, ThreadKey, keys)


def _is_there(session: Session) -> bool:
    try:
        site_by_name(session, SITE)
    except SiteUnknown:
        return False
    return True


def _open_the_door(session: Session, keys: Keyring, base_url: str, *, at: datetime) -> str:
    site = site_by_name(session, SITE)
    origins = demo_origins(base_url)
    if list(origins_of(site)) != origins:
        set_origins(session, SITE, origins)
    email, name = OWNER
    _move_pages(session, site.id, base_url, at)
    account = add_moderator(session, site.id, email, role="owner", name=name, at=at)
    # The link refers to the account.
    session.flush()
    return make_sign_in_link(session, keys, account.id, at=at)
