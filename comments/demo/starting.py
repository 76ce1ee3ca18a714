"""What the demo needs in the database: its site, with the discussion that comes with the program."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from comments.clock import Clock
from comments.demo.pages import SITE
from comments.identity.actions import add_moderator, make_sign_in_link
from comments.importers.run import Order, run_import
from comments.keys import Keyring
from comments.sites.actions import set_origins
from comments.sites.errors import SiteUnknown
from comments.sites.queries import origins_of, site_by_name
from comments.storage import Database

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
        order = Order(DISCUSSION, SITE, "comments", shift=shift, helpers=0)
        await run_import(db, order, keys=keys, clock=clock)
    return await db.write(_open_the_door, keys, base_url, at=clock.now())


def demo_origins(base_url: str) -> list[str]:
    """Return the origins of the demo's own pages: the address it has, and the other name of this machine."""
    parts = urlsplit(base_url)
    port = f":{parts.port}" if parts.port else ""
    names = [parts.hostname or "127.0.0.1", "127.0.0.1", "localhost"]
    return [f"{parts.scheme}://{name}{port}" for name in dict.fromkeys(names)]


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
    account = add_moderator(session, site.id, email, role="owner", name=name, at=at)
    # The link refers to the account.
    session.flush()
    return make_sign_in_link(session, keys, account.id, at=at)
