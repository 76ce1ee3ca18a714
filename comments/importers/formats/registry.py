"""The formats an import reads: one line each."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from types import ModuleType

from comments.importers.errors import FormatUnknown
from comments.importers.formats import commento, disqus, isso, native, remark42, wordpress
from comments.importers.records import Record

AUTO = "auto"


@dataclass(frozen=True, slots=True)
class Format:
    """A format by its name. `system` is where its comments come from; None for our own, which has ids."""

    name: str
    title: str
    system: str | None
    looks_like: Callable[[bytes], bool]
    records: Callable[[Iterable[bytes]], Iterator[Record]]
    other_names: tuple[str, ...] = ()
    """Names that people try as well."""


def _format(name: str, title: str, module: ModuleType, system: str | None, *other_names: str) -> Format:
    return Format(name, title, system, module.looks_like, module.records, other_names)


FORMATS = (
    _format("disqus", "Disqus XML", disqus, disqus.SYSTEM),
    _format("wxr", "WordPress XML (WXR), also with dsq: elements", wordpress, wordpress.SYSTEM, "wordpress"),
    _format("isso", "Isso: its database, or the JSON of its generic import", isso, isso.SYSTEM),
    _format("remark42", "a backup of Remark42", remark42, remark42.SYSTEM),
    _format("commento", "an export of Commento", commento, commento.SYSTEM),
    _format("comments", "an export of this program", native, None),
)
NAMES = tuple(one.name for one in FORMATS)
ALL_NAMES = tuple(name for one in FORMATS for name in (one.name, *one.other_names))


def find_format(name: str, head: bytes) -> Format:
    """Return the format of that name; `auto` goes by the first bytes of the file. Raises FormatUnknown."""
    if name == AUTO:
        found = next((one for one in FORMATS if one.looks_like(head)), None)
        if found is None:
            raise FormatUnknown(
                f"This file is in no format that is known here. Known are {', '.join(NAMES)}."
            )
        return found
    for one in FORMATS:
        if name == one.name or name in one.other_names:
            return one
    raise FormatUnknown(f"There is no format {name!r}. Known are {', '.join(NAMES)}, and auto.")
