"""What a request needs to know of its site, read at once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.orm import Session

from comments.identity.accounts.team_queries import team_names
from comments.sites.queries import origins_of, settings_of, site_facts
from comments.sites.settings import SiteSettings
from comments.text.plain import skeletons
from comments.threads.models import KEPT_OPEN, OPEN
from comments.threads.queries.find_threads import ThreadRow

_ALWAYS_RESERVED = ("admin", "administrator", "moderator", "owner")


@dataclass(frozen=True, slots=True)
class SiteCard:
    """A site with its settings, its origins, and the skeletons of the names that only its team may use.

    At the moment it is asked for, discussions that began before `closed_before` are closed by their age.
    """

    id: UUID
    name: str
    version: int
    origins: tuple[str, ...]
    settings: SiteSettings
    reserved: frozenset[str]
    closed_before: datetime | None = None
    has_webhooks: bool = False
    has_checks: bool = False
    sends_mail: bool = False

    def state_of(self, thread: ThreadRow | Row[Any]) -> str:
        """Return `open` or `closed`, whether by hand, by its age, or with all of the site."""
        is_old = self.closed_before is not None and thread.created_at < self.closed_before
        is_over = is_old and thread.state != KEPT_OPEN
        return "closed" if is_over or self.settings.closed or thread.state not in OPEN else "open"

    def closes_at(self, thread: ThreadRow | Row[Any]) -> datetime | None:
        """Return when a thread that is open will be closed by its age, None for never."""
        days = self.settings.close_after_days
        if not days or thread.state == KEPT_OPEN or self.state_of(thread) != "open":
            return None
        closes: datetime = thread.created_at + timedelta(days=days)
        return closes


def site_card(session: Session, name: str) -> SiteCard:
    """Return a site's card. Raises SiteUnknown."""
    site = site_facts(session, name)
    names = [*team_names(session, site.id), *_ALWAYS_RESERVED]
    reserved = frozenset().union(*map(skeletons, names))
    return SiteCard(
        site.id,
        site.name,
        site.version,
        origins_of(site),
        settings_of(site),
        reserved,
        has_webhooks=site.has_webhooks,
        has_checks=site.has_checks,
    )
