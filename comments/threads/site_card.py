"""What a request needs to know of its site, read at once."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from comments.identity.queries import team_names
from comments.sites.queries import origins_of, settings_of, site_by_name
from comments.sites.settings import SiteSettings
from comments.text.plain import skeletons

_ALWAYS_RESERVED = ("admin", "administrator", "moderator", "owner")


@dataclass(frozen=True, slots=True)
class SiteCard:
    """A site with its settings, its origins, and the skeletons of the names that only its team may use."""

    id: UUID
    name: str
    version: int
    origins: tuple[str, ...]
    settings: SiteSettings
    reserved: frozenset[str]


def site_card(session: Session, name: str) -> SiteCard:
    """Return a site's card. Raises SiteUnknown."""
    site = site_by_name(session, name)
    names = [*team_names(session, site.id), *_ALWAYS_RESERVED]
    reserved = frozenset().union(*map(skeletons, names))
    return SiteCard(site.id, site.name, site.version, origins_of(site), settings_of(site), reserved)
