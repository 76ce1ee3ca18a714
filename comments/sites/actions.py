"""What changes sites, and the notes about the whole installation."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from comments.errors import Invalid
from comments.ids import new_id
from comments.keys import Keyring
from comments.sites.errors import (
    SettingRefused,
    SiteChangedMeanwhile,
    SiteExists,
    SiteNameRefused,
    SiteUnknown,
    WrongKey,
)
from comments.sites.events import SiteChanged
from comments.sites.models import InstallationFact, Site
from comments.sites.queries import held_site, origins_of, settings_of, site_by_name
from comments.sites.settings import changed_settings, settings_in_words
from comments.sites.urls.origins import parse_origins
from comments.storage import announce, unhurried

SITE_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")
FINGERPRINT = "key-fingerprint"


@dataclass(frozen=True, slots=True)
class SiteWish:
    """What shall be other about a site. `seen_version` is the version that whoever asks has looked at."""

    settings: Mapping[str, str] = field(default_factory=dict)
    origins: Sequence[str] | None = None
    seen_version: int | None = None


@dataclass(frozen=True, slots=True)
class SiteChange:
    """A site as it is after a change, and the names of the settings that are other than before."""

    site: Site
    changed: tuple[str, ...]


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
    """Replace a site's origins; raises SiteUnknown, SettingRefused."""
    return change_site(session, name, SiteWish(origins=origins)).site


def set_settings(session: Session, name: str, changes: Mapping[str, str]) -> Site:
    """Change some of a site's settings, given as words; raises SiteUnknown, SettingRefused."""
    return change_site(session, name, SiteWish(changes)).site


def change_site(session: Session, name: str, wish: SiteWish) -> SiteChange:
    """Change settings and origins of a site, all of it or nothing.

    Raises SiteUnknown; SiteChangedMeanwhile if the site is not as it was seen; SettingRefused, which names
    everything that cannot be, the origins too.
    """
    site = held_site(session, name)
    if wish.seen_version not in {None, site.version}:
        raise SiteChangedMeanwhile(
            "Somebody else has changed this site in the meantime. Nothing was saved.", version=site.version
        )
    before = _all_in_words(site)
    errors: dict[str, str] = {}
    try:
        site.settings = changed_settings(site.settings, wish.settings)
    except SettingRefused as refused:
        errors |= refused.errors
    try:
        site.origins = site.origins if wish.origins is None else _origins_json(wish.origins)
    except Invalid as refused:
        errors |= refused.errors
    if errors:
        raise SettingRefused("\n".join(f"{name}: {fault}" for name, fault in errors.items()), errors=errors)
    after = _all_in_words(site)
    changed = tuple(name for name, words in after.items() if before[name] != words)
    if changed:
        _note(session, site)
    return SiteChange(site, changed)


def remove_site(session: Session, name: str) -> Site:
    """Delete a site with everything on it; raises SiteUnknown."""
    site = site_by_name(session, name)
    unhurried(session)
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


def note_change(session: Session, site_id: UUID) -> None:
    """Let every process look at the site anew: posts ask its card whether anybody is to be told, or asked."""
    _note(session, session.get_one(Site, site_id, with_for_update=True))


def _note(session: Session, site: Site) -> None:
    site.version += 1
    announce(session, SiteChanged(site.id, site.name))


def _origins_json(origins: Sequence[str]) -> str:
    return json.dumps(parse_origins(origins), ensure_ascii=False)


def _all_in_words(site: Site) -> dict[str, str]:
    return {"origins": ",".join(origins_of(site)), **settings_in_words(settings_of(site))}
