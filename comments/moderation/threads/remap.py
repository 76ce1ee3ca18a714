"""Many pages move at once: a file of old and new URLs, what it would do, and doing it line by line."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy.orm import Session

from comments.errors import CommentsError, Invalid
from comments.keys import Keyring
from comments.moderation.threads.actions import ThreadActor, merge, set_thread
from comments.threads.actions.settings import ThreadWish
from comments.threads.addresses.page_keys import PageKeys, check_page_origin, page_keys
from comments.threads.queries.find_threads import thread_if_any, threads_by_key_hashes

MOST_FAULTS = 20
_AT_ONCE = 500

Kind = Literal["rename", "merge", "done", "nothing"]


class RemapRefused(Invalid):
    """A file of URLs in which something cannot be meant; each fault names its line."""

    code = "remap-refused"


@dataclass(frozen=True, slots=True)
class RemapLine:
    """One line of the file: the page at `old` is at `new` from now on."""

    number: int
    old: PageKeys
    new: PageKeys


@dataclass(frozen=True, slots=True)
class RemapStep:
    """What becomes of a line: a new URL, or a merge of so many public comments.

    `done` is so already; where it is `nothing`, nobody has written.
    """

    line: RemapLine
    kind: Kind
    thread_id: UUID | None = None
    into: UUID | None = None
    comments: int = 0


def read_lines(rows: Iterable[str], origins: Sequence[str]) -> list[RemapLine]:
    """Read a CSV of two columns, `old` and `new`; a first row with these words is passed over.

    New URLs must be under the site's origins, old ones need not be. No URL may be new in one line and old in
    another: what such a file does would depend on how often it is run. Raises RemapRefused.
    """
    found = _RemapReader(origins)
    reader = csv.reader(rows)
    try:
        for row in reader:
            found.take(reader.line_num, [cell.strip() for cell in row])
    except (csv.Error, UnicodeDecodeError) as fault:
        found.fault(reader.line_num + 1, f"cannot be read: {fault}")
    found.compare()
    if found.faults:
        more = len(found.faults) - MOST_FAULTS
        told = [f"line {number}: {said}" for number, said in sorted(found.faults)[:MOST_FAULTS]]
        rest = [f"and {more} more"] if more > 0 else []
        raise RemapRefused("\n".join(["Nothing was changed.", *told, *rest]), errors={"file": told[0]})
    return found.lines


def plan(session: Session, site_id: UUID, lines: Sequence[RemapLine]) -> list[RemapStep]:
    """Return what each line would do, after all those before it."""
    leads: dict[bytes, UUID] = {}
    sizes: dict[UUID, int] = {}
    hashes = list({key for line in lines for page in (line.old, line.new) for key in page.hashes})
    for start in range(0, len(hashes), _AT_ONCE):
        some = threads_by_key_hashes(session, site_id, hashes[start : start + _AT_ONCE])
        for key, row in some.items():
            leads[key], sizes[row.id] = row.id, row.comment_count
    steps: list[RemapStep] = []
    urls: dict[UUID, str | None] = {}
    merged: dict[UUID, UUID] = {}
    for line in lines:
        (old,), (new,) = line.old.hashes, line.new.hashes
        here, there = (_followed(merged, leads.get(key)) for key in (old, new))
        if here is None:
            steps.append(RemapStep(line, "nothing"))
        elif there is not None and there != here:
            steps.append(RemapStep(line, "merge", here, there, sizes[here]))
            merged[here] = there
            sizes[there] += sizes[here]
        else:
            if here not in urls:
                thread = thread_if_any(session, here)
                urls[here] = thread.url if thread else None
            is_so = there == here and urls[here] == line.new.url
            steps.append(RemapStep(line, "done" if is_so else "rename", here))
            leads[new], urls[here] = here, line.new.url
    return steps


def _followed(merged: Mapping[UUID, UUID], thread_id: UUID | None) -> UUID | None:
    while thread_id is not None and thread_id in merged:
        thread_id = merged[thread_id]
    return thread_id


def carry_out(
    session: Session, keys: Keyring, acting: ThreadActor, line: RemapLine, *, at: datetime
) -> RemapStep:
    """Do what one line says, as things are now; return what that was."""
    (step,) = plan(session, acting.site_id, [line])
    if step.kind == "rename" and step.thread_id is not None:
        set_thread(session, keys, acting, step.thread_id, ThreadWish(url=line.new.url), at=at)
    elif step.thread_id is not None and step.into is not None:
        merge(session, keys, acting, step.thread_id, step.into, at=at)
    return step


@dataclass(slots=True)
class _RemapReader:
    origins: Sequence[str]
    lines: list[RemapLine] = field(default_factory=list)
    faults: list[tuple[int, str]] = field(default_factory=list)

    def take(self, number: int, cells: Sequence[str]) -> None:
        is_head = not self.lines and [cell.casefold() for cell in cells] == ["old", "new"]
        if is_head or not any(cells):
            return
        if len(cells) != 2:
            self.fault(number, f"has {len(cells)} columns, not two: old,new")
            return
        try:
            old, new = page_keys(cells[0], None), page_keys(cells[1], None)
            check_page_origin(new, self.origins)
        except CommentsError as fault:
            self.fault(number, str(fault))
        else:
            self.lines.append(RemapLine(number, old, new))

    def fault(self, number: int, said: str) -> None:
        self.faults.append((number, said))

    def compare(self) -> None:
        """Find what contradicts itself between the lines."""
        by_old: dict[str | None, RemapLine] = {}
        for line in self.lines:
            first = by_old.setdefault(line.old.url_key, line)
            if first.new.url_key != line.new.url_key:
                self.fault(line.number, f"{line.old.url} goes elsewhere in line {first.number}")
        for line in self.lines:
            on = by_old.get(line.new.url_key)
            if on is not None and on.old.url_key != on.new.url_key:
                said = f"{line.new.url} is an old URL in line {on.number}; write where the page is in the end"
                self.fault(line.number, said)
