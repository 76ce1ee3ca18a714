"""Questions about sites."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import Session

from comments.sites.errors import CheckUnknown, SiteUnknown, WebhookUnknown
from comments.sites.models import InstallationFact, OutsideCheck, SeenOrigin, Site, Webhook
from comments.sites.settings import SiteSettings, parsed_settings

LAST_BACKUP = "last-backup"

# Every process asks these twice or four times a second while somebody writes, and readers wait meanwhile.
_VERSIONS = select(Site.id, Site.version)
_FACTS = select(
    Site.id,
    Site.name,
    Site.version,
    Site.origins,
    Site.settings,
    exists().where(Webhook.site_id == Site.id).label("has_webhooks"),
    exists().where(OutsideCheck.site_id == Site.id).label("has_checks"),
).where(Site.name == bindparam("name"))


@dataclass(frozen=True, slots=True)
class Backup:
    """The last copy that `comments backup` made of the whole installation. `file` is for who runs it."""

    made_at: datetime
    file: str
    with_key: bool


def last_backup(session: Session) -> Backup | None:
    """Return the last backup that is known, None if none is."""
    known = session.scalar(select(InstallationFact.value).where(InstallationFact.name == LAST_BACKUP))
    if known is None:
        return None
    facts = json.loads(known)
    return Backup(datetime.fromisoformat(facts["made_at"]), facts["file"], facts["with_key"])


def site_by_name(session: Session, name: str) -> Site:
    """Return the site; raises SiteUnknown."""
    return _one(session.scalar(select(Site).where(Site.name == name)), name)


def held_site(session: Session, name: str) -> Site:
    """Return the site, which nobody else changes until this is committed; raises SiteUnknown."""
    return _one(session.scalar(select(Site).where(Site.name == name).with_for_update()), name)


def sites(session: Session) -> Sequence[Site]:
    """Return all sites, by name."""
    return session.scalars(select(Site).order_by(Site.name)).all()


def site_versions(session: Session) -> dict[UUID, int]:
    """Return every site's version, which rises with each change of its origins or settings."""
    return {row.id: row.version for row in session.execute(_VERSIONS)}


class SiteFacts(NamedTuple):
    """What the routes for readers have to know of a site; `origins` and `settings` are as they are stored."""

    id: UUID
    name: str
    version: int
    origins: str
    settings: str
    has_webhooks: bool
    has_checks: bool


def site_facts(session: Session, name: str) -> SiteFacts:
    """Return them, asked at once; raises SiteUnknown."""
    rows = session.execute(_FACTS, {"name": name}).all()
    if not rows:
        raise _unknown(name)
    return SiteFacts(*rows[0])


def settings_of(site: Site | SiteFacts) -> SiteSettings:
    return parsed_settings(site.settings)


def origins_of(site: Site | SiteFacts) -> tuple[str, ...]:
    """Return the site's origins as its owner wrote them."""
    return tuple(json.loads(site.origins))


def origins_of_site(session: Session, site_id: UUID) -> tuple[str, ...]:
    """Return the same of the site with this id, which is known to be there."""
    written = session.execute(select(Site.origins).where(Site.id == site_id)).scalar_one()
    return tuple(json.loads(written))


def installation_fact(session: Session, name: str) -> str | None:
    """Return what is noted about the whole database under this name."""
    return session.scalar(select(InstallationFact.value).where(InstallationFact.name == name))


def seen_origins(session: Session, site_id: UUID) -> Sequence[SeenOrigin]:
    """Return where a site's discussions were seen lately, the last first."""
    mine = select(SeenOrigin).where(SeenOrigin.site_id == site_id)
    return session.scalars(mine.order_by(SeenOrigin.at.desc(), SeenOrigin.origin)).all()


def webhooks_of(session: Session, site_id: UUID) -> Sequence[Webhook]:
    """Return a site's webhooks, in the order they were added."""
    return session.scalars(select(Webhook).where(Webhook.site_id == site_id).order_by(Webhook.id)).all()


def webhook_by_id(session: Session, site_id: UUID, webhook_id: UUID) -> Webhook:
    """Return a webhook of a site. Raises WebhookUnknown."""
    found = session.scalar(select(Webhook).where(Webhook.site_id == site_id, Webhook.id == webhook_id))
    if found is None:
        raise WebhookUnknown("There is no such webhook on this site.")
    return found


def _one(site: Site | None, name: str) -> Site:
    if site is None:
        raise _unknown(name)
    return site


def _unknown(name: str) -> SiteUnknown:
    return SiteUnknown(f"There is no site named {name!r}.", site=name)


def has_webhooks(session: Session, site_id: UUID) -> bool:
    return session.execute(select(exists().where(Webhook.site_id == site_id))).scalar_one()


def checks_of(session: Session, site_id: UUID) -> Sequence[OutsideCheck]:
    """Return who outside is asked about a site's comments."""
    mine = select(OutsideCheck).where(OutsideCheck.site_id == site_id)
    return session.scalars(mine.order_by(OutsideCheck.kind)).all()


def check_of(session: Session, site_id: UUID, kind: str) -> OutsideCheck:
    """Return a site's check of a kind. Raises CheckUnknown."""
    mine = (OutsideCheck.site_id == site_id) & (OutsideCheck.kind == kind)
    found = session.scalar(select(OutsideCheck).where(mine))
    if found is None:
        raise CheckUnknown("The site has no outside check of this kind.")
    return found


def has_checks(session: Session, site_id: UUID, kind: str | None = None) -> bool:
    """Say whether anybody outside is asked about a site's comments, or somebody of this kind."""
    mine = OutsideCheck.site_id == site_id
    if kind is not None:
        mine &= OutsideCheck.kind == kind
    return session.execute(select(exists().where(mine))).scalar_one()
