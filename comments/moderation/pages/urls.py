"""Where the moderators' pages are, and the way back that each of their forms carries."""

from collections.abc import Mapping
from urllib.parse import parse_qsl, quote, urlencode

import msgspec

from comments.moderation import schemas

_KEPT = ("state", "q", "author", "page", "sort", "alike")
_LISTS = {"state", "q", "author", "page"}
"""What makes another list of it, in which a group is no more looked at."""
_USUAL = {("state", "pending"), ("sort", "newest")}


def desk_address(site: str, rest: str = "") -> str:
    """Return the path of a page of this site's desk, such as `rest` = "/log"."""
    return f"/moderate/{quote(site)}{rest}"


def queue_address(site: str, query: schemas.QueueQuery | None = None, **changes: str) -> str:
    """Return the path of a queue; what stays out of `changes` is as in `query`, and its cursor is dropped."""
    wanted = {name: getattr(query, name) for name in _KEPT} if query else {}
    if changes.keys() & _LISTS:
        wanted["alike"] = ""
    wanted |= changes
    given = {name: value for name, value in wanted.items() if value and (name, value) not in _USUAL}
    return desk_address(site, f"?{urlencode(given)}" if given else "")


def way_back(query: schemas.QueueQuery) -> str:
    """Return where a form leads back to, as `list_behind` reads it."""
    kept = msgspec.to_builtins(query)
    return urlencode({name: kept[name] for name in (*_KEPT, "cursor") if kept[name]})


def list_behind(fields: Mapping[str, str]) -> schemas.QueueQuery:
    """Return the list that a form was on; whatever else came instead of it leads to what waits."""
    try:
        return msgspec.convert(dict(parse_qsl(fields.get("back", ""))), schemas.QueueQuery)
    except (msgspec.ValidationError, ValueError):
        return schemas.QueueQuery()
