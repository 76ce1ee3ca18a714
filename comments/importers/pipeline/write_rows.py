"""The writes of an import: each is whole in itself, keeps every counter exact, and may be run again."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import Any, TypeVar, cast
from uuid import UUID

from sqlalchemy import Table, bindparam, case, select, update
from sqlalchemy.orm import Session

from comments.errors import Unavailable
from comments.identity.models import Author
from comments.ids import new_id
from comments.importers.pipeline.drafts import (
    LATE,
    AuthorDraft,
    Batch,
    CommentRowDraft,
    PageDraft,
    Row,
    WrittenBatch,
)
from comments.importers.pipeline.plan import Target, comments_here
from comments.keys import Keyring
from comments.moderation.audit.log import add_to_log, decision_entry
from comments.moderation.models import Decision
from comments.storage import Base, announce, insert_all, insert_ignoring
from comments.storage.rows.plain import defaults_of
from comments.threads.addresses.page_keys import key_hash
from comments.threads.addresses.urls import page_path
from comments.threads.counters import NEVER_PUBLIC
from comments.threads.events import ThreadChanged, ThreadOpened
from comments.threads.models import Comment, Report, Revision, Thread, ThreadKey, Vote, Watch
from comments.threads.queries.find_threads import threads_by_key_hashes

Draft = TypeVar("Draft")

THREAD_DEFAULTS, AUTHOR_DEFAULTS = defaults_of(Thread), defaults_of(Author)

# Put together once, and of tables, not of what sessions keep: that takes longer than running them.
_THREADS, _COMMENTS, _AUTHORS = (cast(Table, one.__table__) for one in (Thread, Comment, Author))
THREADS_HELD = (
    select(_THREADS.c.id, _THREADS.c.version)
    .where(_THREADS.c.id.in_(bindparam("thread_ids", expanding=True)))
    .order_by(_THREADS.c.id)
    .with_for_update()
)
PUBLISH = (
    update(_THREADS)
    .where(_THREADS.c.id == bindparam("changed"))
    .values(
        comment_count=_THREADS.c.comment_count + bindparam("more"),
        version=bindparam("risen"),
        updated_at=bindparam("at"),
    )
)
COUNT_BELOW = (
    update(_COMMENTS)
    .where(_COMMENTS.c.id == bindparam("counted"))
    .values(
        reply_total=_COMMENTS.c.reply_total + bindparam("more"),
        listed=True,
        changed_version=bindparam("risen"),
        content_version=case(
            (_COMMENTS.c.state == "approved", _COMMENTS.c.content_version), else_=bindparam("risen")
        ),
    )
)
AUTHORS_HERE = select(_AUTHORS.c.source_id, _AUTHORS.c.id).where(
    _AUTHORS.c.site_id == bindparam("site"),
    _AUTHORS.c.source_system == bindparam("system"),
    _AUTHORS.c.source_id.in_(bindparam("keys", expanding=True)),
)

BELONGINGS: Mapping[str, type[Base]] = {
    "revisions": Revision,
    "votes": Vote,
    "reports": Report,
    "decisions": Decision,
    "watches": Watch,
}


class WrittenMeanwhile(Unavailable):
    """Somebody else has just written one of these rows; the same write again finds it there."""

    code = "import-overtaken"


def write_batch(
    session: Session, batch: Batch, before: WrittenBatch, keys: Keyring, *, looks: bool, at: datetime
) -> WrittenBatch:
    """Write the comments of a batch that are not here yet, with their pages and authors. Raises Overtaken.

    `before` is what came of the write that went on while the batch was drafted. Whether its comments are here
    by now is looked up only if it `looks`: else a single one that is refuses them all.
    """
    drafts, values = batch.comments, batch.rows
    if looks:
        here = comments_here(session, batch.target, [draft.source_id for draft in drafts])
        new = [at for at, draft in enumerate(drafts) if draft.source_id not in here]
        drafts, values = [drafts[at] for at in new], [values[at] for at in new]
    thread_ids, pages = _known(
        before.thread_ids, batch.pages, (draft.page for draft in drafts if draft.thread_id is None)
    )
    thread_ids |= _thread_ids(session, batch.target.site_id, pages, at)
    author_ids, authors = _known(before.author_ids, batch.authors, (draft.author for draft in drafts))
    author_ids |= _author_ids(session, batch.target, authors)
    placed = [draft.thread_id or thread_ids[draft.page] for draft in drafts]
    published = Counter(
        [thread_id for draft, thread_id in zip(drafts, placed, strict=True) if draft.is_public]
    )
    versions = _publish(session, batch, published, thread_ids, at)
    below = Counter(chain.from_iterable([draft.above for draft in drafts if draft.is_public]))
    columns, rows = (*batch.columns, *LATE), []
    for draft, thread_id, given in zip(drafts, placed, values, strict=True):
        replies = below.pop(draft.comment_id, 0)
        is_listed = draft.is_public or replies > 0
        version = versions[thread_id] if is_listed else NEVER_PUBLIC
        late = (thread_id, author_ids[draft.author], replies, is_listed, version, version)
        rows.append({**batch.same, **dict(zip(columns, (*given, *late), strict=True))})
    _insert_all(session, Comment, rows)
    _write_belongings(session, batch.target.site_id, keys, drafts, at)
    if below:
        # All of these answer a comment of one thread, in which they are.
        within = {
            one: thread_id for draft, thread_id in zip(drafts, placed, strict=True) for one in draft.above
        }
        _count_below(session, {one: (more, versions[within[one]]) for one, more in below.items()})
    return WrittenBatch(len(drafts), thread_ids, author_ids)


def _write_belongings(
    session: Session, site_id: UUID, keys: Keyring, drafts: Sequence[CommentRowDraft], at: datetime
) -> None:
    """Write what came along, and log the decisions among it: from now on nobody changes them unseen."""
    drafts = [draft for draft in drafts if draft.belongings]
    for table, entity in BELONGINGS.items():
        belonging = [row for draft in drafts for row in draft.belongings.get(table, ())]
        insert_ignoring(session, entity, [{**row, "site_id": site_id} for row in belonging])
    entries = [
        decision_entry(decision, draft.author_name, kind="imported")
        for draft in drafts
        for decision in draft.belongings.get("decisions", ())
    ]
    add_to_log(session, keys, site_id, entries, at=at)


def open_pages(session: Session, target: Target, pages: Sequence[PageDraft], *, at: datetime) -> WrittenBatch:
    """Open the threads of pages on which nobody has written any more. Raises Overtaken."""
    return WrittenBatch(0, _thread_ids(session, target.site_id, pages, at), {})


def _known(
    ids: Mapping[int, UUID], drafts: Mapping[int, Draft], numbers: Iterable[int]
) -> tuple[dict[int, UUID], list[Draft]]:
    """Return the ids of those that have one, and the drafts of the others."""
    wanted = sorted(set(numbers))
    return (
        {number: ids[number] for number in wanted if number in ids},
        [drafts[number] for number in wanted if number not in ids],
    )


def _insert_all(session: Session, entity: type[Base], rows: Sequence[Row]) -> None:
    _must_be_new(insert_all(session, entity, rows))


def _must_be_new(were_new: bool) -> None:
    if not were_new:
        raise WrittenMeanwhile(
            "Somebody else is importing the same; run the import again when they are done."
        )


def _count_below(session: Session, below: Mapping[bytes, tuple[int, int]]) -> None:
    """Count public replies on comments that were here before; one that has any is listed, if as a place.

    `below` has for each of them, by its id, how many there are and which version its thread has risen to.
    """
    session.connection().execute(
        COUNT_BELOW,
        # In one order, so that two writers wait for one another and not crosswise.
        [
            {"counted": UUID(bytes=comment_id), "more": more, "risen": risen}
            for comment_id, (more, risen) in sorted(below.items())
        ],
    )


def _publish(
    session: Session, batch: Batch, published: Counter[UUID], thread_ids: Mapping[int, UUID], at: datetime
) -> dict[UUID, int]:
    """Count the public comments of each thread, raise its version and announce it.

    Returns the version that these comments carry, by thread. A thread that comes with its version from our
    own export is below it until `settle_versions`, while its comments carry it already: so it ends with that
    version, yet rises with every change, and who listens hears of all of them in the end.
    """
    finals = {
        thread_ids[number]: page.row["version"]
        for number, page in batch.pages.items()
        if number in thread_ids and page.row is not None and page.row["id"] == thread_ids[number]
    }
    # Held before their comments are written, as every writer does, and in one order.
    rows = session.connection().execute(THREADS_HELD, {"thread_ids": list(published)})
    before = {row.id: row.version for row in rows}
    if not before:
        return {}
    carried = {thread_id: max(finals.get(thread_id, 0), version + 1) for thread_id, version in before.items()}
    changes = [
        {
            "changed": thread_id,
            "more": published[thread_id],
            "risen": version if version < finals.get(thread_id, 0) else version + 1,
            "at": at,
        }
        for thread_id, version in before.items()
    ]
    session.connection().execute(PUBLISH, changes)
    for change in changes:
        announce(session, ThreadChanged(batch.target.site_id, change["changed"], change["risen"]))
    return carried


def settle_versions(session: Session, site_id: UUID, versions: Mapping[UUID, int], *, at: datetime) -> None:
    """Give threads the versions our own export has for them, where they have not come as far themselves."""
    table = cast(Table, Thread.__table__)
    session.connection().execute(
        update(table)
        .where(table.c.id == bindparam("settled"), table.c.version < bindparam("final"))
        .values(version=bindparam("final"), updated_at=at),
        [{"settled": thread_id, "final": version} for thread_id, version in sorted(versions.items())],
    )
    _announce(session, site_id, versions)


def _announce(session: Session, site_id: UUID, thread_ids: Iterable[UUID]) -> None:
    versions = session.execute(select(Thread.id, Thread.version).where(Thread.id.in_(list(thread_ids))))
    for thread_id, version in versions:
        announce(session, ThreadChanged(site_id, thread_id, version))


def _thread_ids(session: Session, site_id: UUID, pages: Sequence[PageDraft], at: datetime) -> dict[int, UUID]:
    """Return the pages' threads, opened where there is none; every free key of the file leads to them."""
    unknown = [page for page in pages if page.thread_id is None]
    hashes = {key_hash(key.kind, key.key): page.number for page in unknown for key in page.keys}
    found: dict[int, UUID] = {page.number: page.thread_id for page in pages if page.thread_id is not None}
    there = threads_by_key_hashes(session, site_id, list(hashes))
    for hashed, number in hashes.items():
        if hashed in there:
            found.setdefault(number, there[hashed].id)
    new = [page for page in unknown if page.number not in found]
    rows = [_thread_row(site_id, page, at) for page in new]
    _insert_all(session, Thread, rows)
    for page, row in zip(new, rows, strict=True):
        found[page.number] = row["id"]
        announce(session, ThreadOpened(site_id, row["id"]))
    _bind_keys(session, site_id, new, found, must=True)
    opened = {page.number for page in new}
    known = [page for page in pages if page.number not in opened]
    _bind_keys(session, site_id, known, found, must=False)
    _settle_titles(session, known, found)
    return found


def _settle_titles(session: Session, pages: Sequence[PageDraft], thread_ids: Mapping[int, UUID]) -> None:
    """Give threads that only a guest has given a title, or nobody, the title the owner's file has."""
    # Its keys are given when a page is met for the first time.
    titles = {thread_ids[page.number]: page.title for page in pages if page.title is not None and page.keys}
    if not titles:
        return
    table = cast(Table, Thread.__table__)
    session.connection().execute(
        update(table)
        .where(table.c.id == bindparam("settled"), table.c.title_confirmed.is_(False))
        .values(title=bindparam("its_title"), title_confirmed=True),
        [{"settled": thread_id, "its_title": title} for thread_id, title in sorted(titles.items())],
    )


def _thread_row(site_id: UUID, page: PageDraft, at: datetime) -> dict[str, Any]:
    made = {
        **THREAD_DEFAULTS,
        "id": new_id(page.created_at),
        "site_id": site_id,
        "url": page.url,
        "identifier": page.identifier,
        "title": page.title,
        "title_confirmed": page.title is not None,
        "state": "closed" if page.closed else "open",
        "comment_count": 0,
        "version": 1,
        "created_at": page.created_at,
        "updated_at": at,
        "recorded_from": 0,
        "page_path": page_path(page.url),
    }
    if page.row is None:
        return made
    version = page.row["version"] - 1
    # What changed where it comes from is not on record here.
    counted = {"version": version, "recorded_from": version, "page_path": page_path(page.row["url"])}
    return {**made, **page.row, **counted}


def _bind_keys(
    session: Session, site_id: UUID, pages: Sequence[PageDraft], thread_ids: Mapping[int, UUID], *, must: bool
) -> None:
    rows = {
        key_hash(key.kind, key.key): {
            "site_id": site_id,
            "key_hash": key_hash(key.kind, key.key),
            "kind": key.kind,
            "key": key.key,
            "thread_id": thread_ids[page.number],
            "created_at": key.created_at or page.created_at,
        }
        for page in pages
        for key in page.keys
    }
    if must:
        _insert_all(session, ThreadKey, list(rows.values()))
    else:
        insert_ignoring(session, ThreadKey, list(rows.values()))


def _author_ids(session: Session, target: Target, authors: Sequence[AuthorDraft]) -> dict[int, UUID]:
    """Return the authors' ids. They are made at random: an id made of an e-mail would give it away."""
    found = {author.number: author.author_id for author in authors if author.author_id is not None}
    unknown = {author.key: author for author in authors if author.author_id is None}
    if not unknown:
        return found
    asked = {"site": target.site_id, "system": target.system, "keys": list(unknown)}
    for key, author_id in session.connection().execute(AUTHORS_HERE, asked):
        found[unknown.pop(key).number] = author_id
    rows = [_author_row(target, author) for author in unknown.values()]
    _insert_all(session, Author, rows)
    found.update({author.number: row["id"] for author, row in zip(unknown.values(), rows, strict=True)})
    return found


def _author_row(target: Target, author: AuthorDraft) -> dict[str, Any]:
    return {
        **AUTHOR_DEFAULTS,
        "id": new_id(author.created_at),
        "site_id": target.site_id,
        "kind": "imported",
        "account_id": None,
        "name": author.name,
        "email": author.email,
        "website": author.website,
        "approved_name": None,
        "approved_count": 0,
        "trusted": False,
        "source_system": target.system,
        "source_id": author.key,
        "created_at": author.created_at,
    }
