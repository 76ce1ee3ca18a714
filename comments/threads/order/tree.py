"""Where a comment stands: paths that sort a root's replies into reading order, and nesting rows into a tree.

A path is a chain of segments of 24 bytes, one for each ancestor below the root and one for the comment
itself: 8 bytes of time (microseconds since 1970, big-endian) and the 16 bytes of its id. Sorted bytewise,
a root's replies come depth first, oldest first, so a prefix of the walk is always a whole tree.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

DEEPEST = 12
"""Nesting is stored to this depth; past it all replies of that ancestor form one list by time."""

SEGMENT = 24

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class TreePosition:
    """A comment's place: `root_id` is None and `path` empty for a top-level comment."""

    root_id: UUID | None
    depth: int
    path: bytes


TOP = TreePosition(None, 0, b"")


def place_below(parent_id: UUID, parent: TreePosition, comment_id: UUID, at: datetime) -> TreePosition:
    """Return the place of a reply written at `at` to the comment `parent_id` that stands at `parent`.

    The segment's time is at least its parent's plus one microsecond: past the deepest level a reply stands
    beside its parent and must come after it, whatever an import says of their times.
    """
    micros = _micros(at)
    base = parent.path
    if parent.depth:
        micros = max(micros, int.from_bytes(parent.path[-SEGMENT : 8 - SEGMENT], "big") + 1)
    if parent.depth >= DEEPEST:
        base = parent.path[:-SEGMENT]
    segment = micros.to_bytes(8, "big") + comment_id.bytes
    return TreePosition(parent.root_id or parent_id, min(parent.depth + 1, DEEPEST), base + segment)


def ancestors(place: TreePosition) -> list[UUID]:
    """Return the ids of the comments it stands under, the root first."""
    if place.root_id is None:
        return []
    inner = range(0, len(place.path) - SEGMENT, SEGMENT)
    return [place.root_id, *(UUID(bytes=place.path[at + 8 : at + SEGMENT]) for at in inner)]


def path_above(path: bytes) -> bytes:
    """Return the path of the comment directly above a reply; past the deepest level not whom it answers."""
    return path[:-SEGMENT]


def after_branch(path: bytes) -> bytes:
    """Return the smallest path that sorts after `path` and everything below it."""
    return path + b"\xff"


def _micros(at: datetime) -> int:
    since = at - _EPOCH
    return max(0, (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds)
