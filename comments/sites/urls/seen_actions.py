"""What changes about where a site's discussions were seen."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from comments.sites.models import SeenOrigin, Site
from comments.sites.urls.addresses import AddressFault, parse_web_address
from comments.storage import WITHOUT_SYNC
from comments.web.seen_origins import MOST_OF_SITE, OriginSighting

KEPT = timedelta(days=30)
LONGEST_URL = 2_000


def store_seen(session: Session, noted: Iterable[OriginSighting], *, at: datetime) -> None:
    """Keep when each origin was last seen: 20 of a site at most, none longer than 30 days.

    Somebody who makes up origins can take the room of others for that long; what is known is not pushed out.
    """
    session.execute(delete(SeenOrigin).where(SeenOrigin.at < at - KEPT), execution_options=WITHOUT_SYNC)
    for one in noted:
        site_id = session.scalar(select(Site.id).where(Site.name == one.site).with_for_update())
        origin = _origin(one.origin)
        if site_id is None or origin is None:
            continue
        row = session.get(SeenOrigin, (site_id, origin))
        if row is None:
            of_site = select(func.count()).where(SeenOrigin.site_id == site_id)
            if session.execute(of_site).scalar_one() >= MOST_OF_SITE:
                continue
            session.add(SeenOrigin(site_id=site_id, origin=origin, url=_page(one.url, origin), at=one.at))
            session.flush()  # Two processes may bring the same one: the next of this list must find it.
        elif row.at < one.at:
            row.url, row.at = _page(one.url, origin), one.at


def _origin(written: str) -> str | None:
    try:
        return parse_web_address(written).origin
    except AddressFault:
        return None


def _page(url: str, origin: str) -> str:
    """Return the page's address without what may be private in it; its origin if it is another's."""
    try:
        page = parse_web_address(url)
    except AddressFault:
        return origin
    return f"{page.origin}{page.path}"[:LONGEST_URL] if page.origin == origin else origin
