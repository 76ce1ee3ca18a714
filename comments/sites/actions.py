"""What changes sites, and the notes about the whole installation."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from comments.ids import new_id
from comments.keys import Keyring
from comments.sites.errors import SiteExists, SiteNameRefused, SiteUnknown, WrongKey
from comments.sites.events import SiteChanged
from comments.sites.models import InstallationFact, Site
from comments.sites.origins import parse_origins
from comments.sites.queries import site_by_name
from comments.sites.settings import changed_settings
from comments.storage import announce

SITE_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")
FINGERPRINT = "key-fingerprint"


def add_site(session: Session, name: str, origins: Sequence[str], *, at: datetime) -> Site:
    """Add a site whose pages live under these origins.

    Raises SiteNameRefused, SiteExists, and what `parse_origins` raises.
    """
    if not SITE_NAME.fullmatch(name):
        problem = "has 1 to 63 small letters, digits, and . _ - after the first"
        raise SiteNameRefused(f"{name!r} cannot be a site's name: it {problem}.", errors={"name": problem})
    try:
        site_by_name(session, name)
    except SiteUnknown:
        site = Site(
            id=new_id(at), name=name, origins=_origins_json(origins), settings="{}", version=1, created_at=at
        )
        session.add(site)
        announce(session, SiteChanged(site.id, site.name))
        return site
    raise SiteExists(f"There is a site named {name!r} already.", site=name)


def set_origins(session: Session, name: str, origins: Sequence[str]) -> Site:
    """Replace a site's origins; raises SiteUnknown and what `parse_origins` raises."""
    site = site_by_name(session, name)
    site.origins = _origins_json(origins)
    return _changed(session, site)


def set_settings(session: Session, name: str, changes: Mapping[str, str]) -> Site:
    """Change some of a site's settings, given as words; raises SiteUnknown, SettingRefused."""
    site = site_by_name(session, name)
    site.settings = changed_settings(site.settings, changes)
    return _changed(session, site)


def remove_site(session: Session, name: str) -> Site:
    """Delete a site with everything on it; raises SiteUnknown."""
    site = site_by_name(session, name)
    session.delete(site)
    announce(session, SiteChanged(site.id, site.name))
    return site


def check_fingerprint(session: Session, keys: Keyring) -> None:
    """Note which key the database is used with, on first use and when the key is changed.

    Raises WrongKey if it was another one: all tokens and addresses in it would be strange.
    """
    fact = session.get(InstallationFact, FINGERPRINT)
    if fact is None:
        session.add(InstallationFact(name=FINGERPRINT, value=keys.fingerprint()))
    elif fact.value not in keys.fingerprints():
        raise WrongKey(
            "This database was made with another secret key. Put that one back, or give it by "
            "COMMENTS_SECRET_KEY; to change it, give it by COMMENTS_SECRET_KEY_OLD beside the new one; "
            "if it is lost for ever: comments doctor --new-key"
        )
    elif fact.value != keys.fingerprint():
        fact.value = keys.fingerprint()


def accept_key(session: Session, keys: Keyring) -> None:
    """Use the database with this key from now on, when the one before is lost: all its tokens end."""
    session.merge(InstallationFact(name=FINGERPRINT, value=keys.fingerprint()))


def _origins_json(origins: Sequence[str]) -> str:
    return json.dumps(parse_origins(origins), ensure_ascii=False)


def _changed(session: Session, site: Site) -> Site:
    site.version += 1
    announce(session, SiteChanged(site.id, site.name))
    return site
