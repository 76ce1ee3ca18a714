"""What a moderator types into the search box: `author:"Ana" is:edited words -without`. Pure."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from difflib import get_close_matches

QUEUE_NAMES = {
    "waiting": "pending",
    "pending": "pending",
    "approved": "approved",
    "spam": "spam",
    "silent": "silent",
    "removed": "removed",
    "deleted": "deleted",
    "reported": "reported",
}
"""What `is:` may name a queue by, and which."""

FLAGS = ("edited", "reply", "imported", "team", "featured")
"""What else `is:` may say about a comment."""

OPERATORS = ("author", "page", "is", "reason", "before", "after")

# Phones type quotation marks of their own.
_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»", '"'))
_PIECE = re.compile(
    r'(?P<without>-)?(?:(?P<operator>[^\W\d_]+):)?(?:"(?P<quoted>[^"]*)(?:"|\Z)|(?P<bare>[^\s"]+))(?P<quoted_star>\*)?'
)
_NEEDS_QUOTES = re.compile(r"\A\s*\Z|\s|\A-|:|\*\Z")


@dataclass(frozen=True, slots=True)
class QueryPart:
    """One thing that is asked; `operator` is empty for words. `begins`: what goes on after `value` counts.

    `value` has no quotation mark. Of words, those of one part stand together.
    """

    operator: str
    value: str
    without: bool = False
    begins: bool = False


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """What was asked. `faults` are parts that mean nothing, in words; `hints` what may have been meant."""

    parts: tuple[QueryPart, ...] = ()
    faults: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()

    def of(self, operator: str) -> list[QueryPart]:
        return [part for part in self.parts if part.operator == operator]

    @property
    def queue(self) -> str | None:
        """The queue that `is:` names, None if it names none."""
        named = [QUEUE_NAMES[part.value] for part in self.of("is") if part.value in QUEUE_NAMES]
        return named[-1] if named else None

    @property
    def flags(self) -> list[QueryPart]:
        return [part for part in self.of("is") if part.value in FLAGS]

    @property
    def before(self) -> datetime | None:
        """The beginning (UTC) of the earliest day of all `before:`; what is asked for was written earlier."""
        return min((_day(part.value) for part in self.of("before")), default=None)

    @property
    def after(self) -> datetime | None:
        """The beginning (UTC) of the latest day of all `after:`; what is asked for is not older."""
        return max((_day(part.value) for part in self.of("after")), default=None)


def parse(text: str) -> ParsedQuery:
    """Return what a text asks for; every text asks for something, if only for words."""
    parts: dict[QueryPart, None] = {}
    faults: list[str] = []
    hints: list[str] = []
    for piece in _PIECE.finditer(text.translate(_QUOTES)):
        part, name = _part(piece)
        if not part.value.strip():
            if part.operator:
                faults.append(f"Say what after “{part.operator}:”.")
            continue
        if name and not part.operator:
            hints.extend(_about_unknown(name))
        fault = _CHECKS.get(part.operator, _nothing)(part)
        if fault:
            faults.append(fault)
        else:
            parts[part] = None
    return ParsedQuery(tuple(parts), tuple(dict.fromkeys(faults)), tuple(dict.fromkeys(hints)))


def written(asking: ParsedQuery) -> str:
    """Return a text that asks for the same."""
    return " ".join(_written(part) for part in asking.parts)


def _part(piece: re.Match[str]) -> tuple[QueryPart, str]:
    """Return a part, and the word before its colon."""
    name = (piece["operator"] or "").lower()
    known = name if name in OPERATORS else ""
    quoted = piece["quoted"] is not None
    value = piece["quoted"] if quoted else piece["bare"]
    begins = bool(piece["quoted_star"]) if quoted else value.endswith("*")
    if not quoted:
        value = value.rstrip("*")
    if name and not known:
        value = f"{piece['operator']}:{value}"
    if known in {"is", "before", "after"}:
        value, begins = value.strip().lower(), False
    return QueryPart(known, value, bool(piece["without"]), begins), name


def _written(part: QueryPart) -> str:
    value = f'"{part.value}"' if _NEEDS_QUOTES.search(part.value) else part.value
    operator = f"{part.operator}:" if part.operator else ""
    return f"{'-' * part.without}{operator}{value}{'*' * part.begins}"


def _about_unknown(name: str) -> list[str]:
    """Say what may have been meant by an operator that there is not; an address is no operator."""
    meant = get_close_matches(name, OPERATORS, 1, 0.7)
    return [f"There is no “{name}:”. Did you mean “{meant[0]}:”?"] if meant else []


def _nothing(part: QueryPart) -> str:
    return ""


def _check_is(part: QueryPart) -> str:
    if part.value in QUEUE_NAMES:
        return f"“-is:{part.value}” cannot be searched; choose a queue." if part.without else ""
    if part.value in FLAGS:
        return ""
    return f"There is no “is:{part.value}”. There are: {_listed([*QUEUE_NAMES, *FLAGS])}."


def _check_day(part: QueryPart) -> str:
    if part.without:
        return f"Leave the “-” before “{part.operator}:” out."
    try:
        _day(part.value)
    except ValueError:
        return f"“{part.operator}:{part.value}” is no day. Write it like {part.operator}:2026-01-31."
    return ""


_CHECKS: dict[str, Callable[[QueryPart], str]] = {"is": _check_is, "before": _check_day, "after": _check_day}


def _day(value: str) -> datetime:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise ValueError(value)
    found = date.fromisoformat(value)
    return datetime(found.year, found.month, found.day, tzinfo=UTC)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(dict.fromkeys(names))
