"""Our own export: JSON Lines, a header first and an end last (`exporters.native` says what is in them)."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from comments.errors import CommentsError
from comments.identity.models import Account, GuestToken, Membership
from comments.importers.errors import FileBroken, file_broken
from comments.importers.formats.json_lines import lines
from comments.importers.formats.native_rows import (
    AUTHORS_BELONGINGS,
    People,
    author_from_exact,
    ban_from_exact,
    comment_from_exact,
    row_from_exact,
    texts_of_exact,
    thread_from_exact,
)
from comments.importers.pipeline.sanitise import RenderedImport
from comments.importers.records import (
    ImportedAccount,
    ImportedAuthor,
    ImportedComment,
    ImportedKey,
    ImportedSite,
    ImportedThread,
    Record,
)
from comments.sites.models import Site
from comments.sites.settings import parsed_settings
from comments.sites.urls.origins import parse_origins
from comments.storage.rows.plain import PlainValueRefused
from comments.threads.models import ThreadKey

VERSION = 1
KINDS = ("account", "author", "thread", "comment")
NOT_OF_THE_SITE_LINE = frozenset({"id", "version"})
"""A site keeps the id it has here; its version counts what this database has seen of it."""

FAULTS = (
    PlainValueRefused,
    CommentsError,
    msgspec.MsgspecError,
    KeyError,
    TypeError,
    ValueError,
    AttributeError,
    OverflowError,
)
"""What reading a value raises that nobody has written there but a faulty disk or a clever hand."""

Plain = dict[str, Any]


def looks_like(head: bytes) -> bool:
    """Whether a file that begins with `head` is one of these."""
    return head.startswith(b'{"format":"comments"')


def records(pieces: Iterable[bytes], *, shift: timedelta = timedelta()) -> Iterator[Record]:
    """Yield what the export holds, every value checked; raises FileBroken. All times are moved by `shift`."""
    reading = _NativeReader(shift)
    for line in lines(pieces):
        found = reading.read(line)
        if found is not None:
            yield found
    reading.check_end()


class _NativeReader:
    def __init__(self, shift: timedelta) -> None:
        self._shift = shift
        self._counts: Counter[str] = Counter()
        self._number = 0
        self._end: dict[str, int] | None = None
        self._readers: Mapping[str, Callable[[Plain], Record]] = {
            "site": _site,
            "account": _account,
            "author": _author,
            "thread": _thread,
            "comment": _comment,
        }

    def read(self, line: bytes) -> Record | None:
        self._number += 1
        if self._end is not None:
            raise file_broken(f"This file goes on after its end, in line {self._number:,}.")
        value = self._decoded(line)
        if self._number == 1:
            _check_header(value)
            return None
        kind, plain = next(iter(value.items()), ("", None))
        if kind == "end":
            self._end = plain
            return None
        if kind not in self._readers or not isinstance(plain, dict) or len(value) != 1:
            raise file_broken(
                f"This file is broken in line {self._number:,}: {kind[:40]!r} is nothing we know."
            )
        self._counts[kind] += 1
        return self._record(kind, plain)

    def check_end(self) -> None:
        """Raise FileBroken unless the file came to its end, and all that it counts there was in it."""
        if self._end is None:
            raise file_broken(f"This file ends early, after {self._last()}.")
        for kind in KINDS:
            if self._end.get(f"{kind}s") != self._counts[kind]:
                expected = self._end.get(f"{kind}s")
                raise file_broken(
                    f"This file has {self._counts[kind]:,} {kind}s, and {expected} by its own count."
                )

    def _decoded(self, line: bytes) -> Plain:
        try:
            value = msgspec.json.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError):
            value = None
        if isinstance(value, dict):
            return value
        if self._number == 1:
            raise file_broken("This is not an export of Comments: its first line is no header.")
        if line.startswith(b'{"comment"'):
            raise file_broken(f"This file ends in the middle of comment {self._counts['comment'] + 1:,}.")
        raise file_broken(f"This file is broken in line {self._number:,}, after {self._last()}.")

    def _record(self, kind: str, plain: Plain) -> Record:
        try:
            return self._readers[kind](shifted(plain, self._shift) if self._shift else plain)
        except FAULTS as error:
            what = f"{error} is missing" if isinstance(error, KeyError) else error
            raise self._fault(kind, what) from error

    def _fault(self, kind: str, what: object) -> FileBroken:
        return file_broken(
            f"This file is broken in {kind} {self._counts[kind]:,}, line {self._number:,}: {what}."
        )

    def _last(self) -> str:
        found = [f"{kind} {self._counts[kind]:,}" for kind in KINDS if self._counts[kind]]
        return found[-1] if found else "its header"


def _check_header(value: Plain) -> None:
    if value.get("format") != "comments":
        raise file_broken("This is not an export of Comments: its first line is no header.")
    if value.get("version") != VERSION:
        raise file_broken(
            f"This export has version {value.get('version')!r}, and this release reads {VERSION}:"
            " a newer release may help."
        )


def _site(plain: Plain) -> ImportedSite:
    bans = tuple(plain.pop("bans", ()))
    for one in bans:
        ban_from_exact(one)
    row = row_from_exact(Site, plain, NOT_OF_THE_SITE_LINE)
    parsed_settings(row["settings"])
    parse_origins(msgspec.json.decode(row["origins"], type=list[str]))
    return ImportedSite(plain, bans)


def _account(plain: Plain) -> ImportedAccount:
    account = {name: value for name, value in plain.items() if name != "membership"}
    row_from_exact(Account, account, frozenset())
    row_from_exact(Membership, plain["membership"], frozenset({"account_id", "site_id"}))
    return ImportedAccount(plain)


def _author(plain: Plain) -> ImportedAuthor:
    author_from_exact({name: value for name, value in plain.items() if name not in AUTHORS_BELONGINGS})
    for one in plain.get("bans", ()):
        ban_from_exact(one)
    for token in plain["tokens"]:
        row_from_exact(GuestToken, token, frozenset({"site_id", "author_id"}))
    return ImportedAuthor(_id(plain["id"]), plain["name"] or "", plain["email"], plain["website"], plain)


def _thread(plain: Plain) -> ImportedThread:
    keys = tuple(_key(key) for key in plain.pop("keys"))
    row = thread_from_exact(plain)
    return ImportedThread(
        reference=_id(plain["id"]),
        url=row["url"],
        identifier=row["identifier"],
        title=row["title"],
        created_at=row["created_at"],
        closed=row["state"] == "closed",
        keys=keys,
        exact=plain,
    )


def _key(plain: Plain) -> ImportedKey:
    row = row_from_exact(ThreadKey, plain, frozenset({"site_id", "key_hash", "thread_id"}))
    return ImportedKey(row["kind"], row["key"], row["created_at"])


def _comment(plain: Plain) -> ImportedComment:
    comment_id, parent = _id(plain.pop("id")), plain.pop("parent_id")
    thread, author = _id(plain.pop("thread_id")), _id(plain.pop("author_id"))
    created_at, source = _time(plain.pop("created_at")), plain.pop("source")
    seen = iter([RenderedImport(text.html or "", text.renderer) for text in texts_of_exact(source, plain)])
    comment_from_exact(UUID(comment_id), source, plain, seen, _NOBODY)
    voters = {
        _id(one["author_id"]) for name in ("votes", "reports", "watches") for one in plain.get(name, ())
    }
    return ImportedComment(
        source_id=comment_id,
        thread=thread,
        parent=None if parent is None else _id(parent),
        author=ImportedAuthor(author, plain["author_name"]),
        created_at=created_at,
        state=plain["state"],
        source=source,
        source_format=plain["source_format"],
        exact=plain,
        voters=tuple(sorted(voters)),
    )


_NOBODY = People(UUID, {})


def _id(value: str) -> str:
    """Return an id as text, in the one form that is compared."""
    return str(UUID(value))


def _time(value: str) -> datetime:
    found = datetime.fromisoformat(value)
    if found.tzinfo is None:
        raise ValueError("a time without a zone")
    return found


def shifted(plain: Any, shift: timedelta) -> Any:
    """Return the value with every time in it moved; times are fields whose name is `at` or ends in `_at`."""
    if isinstance(plain, list):
        return [shifted(one, shift) for one in plain]
    if not isinstance(plain, dict):
        return plain
    return {
        name: (_time(value) + shift).isoformat(timespec="microseconds")
        if (name == "at" or name.endswith("_at")) and isinstance(value, str)
        else shifted(value, shift)
        for name, value in plain.items()
    }
