"""What moderators work through: the comments of a queue with all that is needed to judge them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple, cast
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    Uuid,
    bindparam,
    func,
    select,
    tuple_,
)
from sqlalchemy.orm import Session, aliased

from comments.identity.accounts.sections import Sections
from comments.identity.models import Author
from comments.moderation.audit.history import histories
from comments.moderation.authors.records import AuthorStanding, author_standings
from comments.moderation.decisions.requests import PastDecision, last_standing
from comments.moderation.queue.duplicate_groups import (
    GROUPED,
    MOST_MET,
    DuplicateGroup,
    beside_groups,
    first_met,
    first_of_each,
    group_columns,
    group_in,
    one_of_each,
    with_groups,
)
from comments.moderation.queue.filters import QueueFilter
from comments.moderation.queue.index_ranges import IndexRange, Position, along, belongs, segments
from comments.moderation.queue.sections import ModeratedPart, part_of
from comments.moderation.search.effort import BRIEF, EFFORT, Effort, SearchRequest, SearchResult
from comments.moderation.search.queries import search
from comments.moderation.search.terms import read_id
from comments.rules import decoded
from comments.sites.queries import origins_of_site
from comments.storage import UtcTime
from comments.threads.addresses.page_keys import PageKeys, page_keys
from comments.threads.models import Comment, Report, Revision, Thread
from comments.threads.queries.find_threads import threads_by_key_hashes
from comments.threads.scope import comments_within

Reported = tuple[int, datetime, UUID]
"""A place among what is reported, the most reported first."""


@dataclass(frozen=True, slots=True)
class RenderedText:
    """A text as it was rendered, with what is needed to render it again."""

    source: str
    source_format: str
    html: str
    renderer: int


class Parent(NamedTuple):
    """The comment that another one answers."""

    id: UUID
    author_name: str
    state: str
    html: str


@dataclass(frozen=True, slots=True)
class JudgedComment:
    """A comment as a moderator judges it.

    `text` is what an approval makes public; while an edit waits, `published` is what readers see meanwhile.
    """

    row: Row[Any]
    text: RenderedText
    published: RenderedText | None
    reasons: list[str]
    parent: Parent | None
    reports: Sequence[tuple[str, int]]
    last: PastDecision | None
    """The last decision that still stands: what `restore` takes back."""
    history: Sequence[PastDecision]
    """All decisions about it, oldest first."""
    author: AuthorStanding
    """How all that its author wrote has fared."""
    alike: DuplicateGroup | None = None
    """The group that it is the first of, where a row stands for many."""

    @property
    def is_many(self) -> bool:
        return self.alike is not None and self.alike.is_many


@dataclass(frozen=True, slots=True)
class JudgedPage:
    """`next` is where the next page begins. `cut_short` says that a search stopped for its time.

    `unread` says that it could not yet see all comments.
    """

    comments: Sequence[JudgedComment]
    next: Position | Reported | None
    cut_short: bool = False
    unread: bool = False


def held_comments(
    session: Session,
    site_id: UUID,
    wish: QueueFilter,
    *,
    after: Position | Reported | None,
    limit: int,
    effort: Effort = EFFORT,
) -> JudgedPage:
    """Return a page of a queue. A search is not for the event loop: run it with `scan`.

    Of a `grouped` one a page can have fewer rows than its limit and go on.
    """
    if wish.most_reported and wish.queue == "reported" and not wish.is_search:
        return _most_reported(session, site_id, cast(Reported | None, after), limit)
    after = cast(Position | None, after)

    queue = wish.queue if wish.grouped and wish.alike is None and wish.queue in GROUPED else None

    def find(behind: Position | None, most: int, groups: frozenset[int]) -> SearchResult:
        turns = BRIEF if groups else effort
        request = SearchRequest(
            site_id, wish, behind or after, most, turns, groups, with_groups=queue is not None
        )
        return _found(session, request)

    if queue is None:
        found = find(None, limit, frozenset())
    else:
        part = _small_part(session, site_id, wish)
        if part is not None and part.page is None:
            walk = _met_along(part, queue, wish.newest_first, after is not None)
            found = first_met(session, walk, _place(after), limit)
        elif wish.is_search:
            found = one_of_each(find, limit)
        else:
            found = first_of_each(session, site_id, queue, IndexRange(wish.newest_first, after), limit)
    held = _with_context(session, found.ids, grouped_in=None if queue is None else (site_id, wish.sections))
    return JudgedPage(held, found.next, found.cut_short, found.unread)


def _found(session: Session, request: SearchRequest) -> SearchResult:
    """Return a page of a list, each comment by itself."""
    site_id, wish = request.site_id, request.wish
    part = _small_part(session, site_id, wish)
    if part is not None and part.page is not None:
        if request.beside:
            (segment,) = part.segments(wish.queue)
            return beside_groups(session, segment, IndexRange(wish.newest_first, request.after), request)
        return _walk(session, part.segments(wish.queue), request)
    if part is not None:
        walk = _part_walk(part, wish.queue, wish.newest_first, request.after is not None, request.limit + 1)
        return _first_of(session.execute(walk, _place(request.after)).all(), request)
    if wish.is_search:
        return search(session, request)
    if wish.alike is not None:
        of_group = (Comment.similar_group == wish.alike, comments_within(wish.sections, site_id))
        return _walk(session, [(*segment, *of_group) for segment in segments(site_id, wish.queue)], request)
    walk = _whole_walk(wish.queue, wish.newest_first, request.after is not None, request.limit + 1)
    return _first_of(session.execute(walk, {"site_id": site_id, **_place(request.after)}).all(), request)


def _small_part(session: Session, site_id: UUID, wish: QueueFilter) -> ModeratedPart | None:
    """Return the part of the site whose queue is wanted, if it is walked along page by page."""
    page = wish.criteria.only_thread
    if page is not None and wish.alike is None and wish.queue != "reported":
        return ModeratedPart(site_id, wish.sections, page=page)
    if not wish.is_whole_queue or wish.sections is None:
        return None
    part = part_of(session, site_id, wish.sections)
    return part if part.is_small(wish.queue) else None


# Walks are made once: to put one together takes longer than to go along it.
@lru_cache(maxsize=64)
def _whole_walk(queue: str | None, newest_first: bool, goes_on: bool, limit: int) -> Select[*tuple[Any, ...]]:
    segment_list = segments(bindparam("site_id", type_=Uuid()), queue)
    return along(segment_list, _stretch(newest_first, goes_on), limit)


@lru_cache(maxsize=64)
def _part_walk(
    part: ModeratedPart, queue: str | None, newest_first: bool, goes_on: bool, limit: int
) -> Select[*tuple[Any, ...]]:
    return along(part.segments(queue), _stretch(newest_first, goes_on), limit)


@lru_cache(maxsize=64)
def _met_along(
    part: ModeratedPart, queue: str | None, newest_first: bool, goes_on: bool
) -> Select[*tuple[Any, ...]]:
    walk = _part_walk(part, queue, newest_first, goes_on, MOST_MET + 1)
    return with_groups(walk, IndexRange(newest_first))


def _stretch(newest_first: bool, goes_on: bool) -> IndexRange:
    """Return what lies behind the place that `_place` gives, or everything."""
    place: Any = tuple_(bindparam("at", type_=UtcTime()), bindparam("id", type_=Uuid()))
    return IndexRange(newest_first, place if goes_on else None)


def _place(after: Position | None) -> dict[str, Any]:
    return {} if after is None else {"at": after[0], "id": after[1]}


def _walk(
    session: Session, here: Sequence[tuple[ColumnElement[bool], ...]], request: SearchRequest
) -> SearchResult:
    stretch = IndexRange(request.wish.newest_first, request.after)
    walk = along(here, stretch, request.limit + 1)
    return _first_of(
        session.execute(with_groups(walk, stretch) if request.with_groups else walk).all(), request
    )


def _first_of(rows: Sequence[Row[Any]], request: SearchRequest) -> SearchResult:
    limit = request.limit
    following = (rows[limit - 1].created_at, rows[limit - 1].id) if len(rows) > limit else None
    groups = {row.id: row.similar_group for row in rows} if request.with_groups else {}
    known = {comment_id: group for comment_id, group in groups.items() if group is not None}
    return SearchResult([row.id for row in rows[:limit]], following, groups=known)


def _most_reported(session: Session, site_id: UUID, after: Reported | None, limit: int) -> JudgedPage:
    place = (Comment.report_count, Comment.created_at, Comment.id)
    walk = select(*place).where(*belongs(site_id, "reported")).order_by(*(one.desc() for one in place))
    if after is not None:
        walk = walk.where(tuple_(*place) < after)
    rows = session.execute(walk.limit(limit + 1)).all()
    last = rows[limit - 1] if len(rows) > limit else None
    following = (last.report_count, last.created_at, last.id) if last else None
    return JudgedPage(_with_context(session, [row.id for row in rows[:limit]]), following)


def held_by_id(session: Session, site_id: UUID, comment_ids: Sequence[UUID]) -> Sequence[JudgedComment]:
    """Return these comments of the site, as far as they exist."""
    mine = select(Comment.id).where(Comment.site_id == site_id, Comment.id.in_(comment_ids))
    return _with_context(session, session.scalars(mine).all())


def thread_wanted(session: Session, site_id: UUID, page: str) -> UUID | None:
    """Return the thread that `page` names: its id, its URL, its path on this site, or its identifier.

    Raises Invalid for a URL that no page can have.
    """
    thread_id = read_id(page)
    if thread_id is not None:
        mine = select(Thread.id).where(Thread.site_id == site_id, Thread.id == thread_id)
        return session.scalar(mine)
    hashes = [one for keys in _keys_of(session, site_id, page) for one in keys.hashes]
    found = threads_by_key_hashes(session, site_id, hashes)
    return next((cast(UUID, found[one].id) for one in hashes if one in found), None)


def _keys_of(session: Session, site_id: UUID, page: str) -> list[PageKeys]:
    if page.startswith(("http://", "https://")):
        return [page_keys(page, None)]
    by_identifier = [page_keys(None, page)]
    if not page.startswith("/"):
        return by_identifier
    origins = origins_of_site(session, site_id)
    return by_identifier + [page_keys(origin + page, None) for origin in origins if "*" not in origin]


def _with_context(
    session: Session, ids: Sequence[UUID], *, grouped_in: tuple[UUID, Sections] | None = None
) -> list[JudgedComment]:
    if not ids:
        return []
    if grouped_in is None:
        found = session.execute(_ABOUT, {"ids": list(ids)})
    else:
        site_id, sections = grouped_in
        found = session.execute(_about_groups(sections), {"ids": list(ids), "site_id": site_id})
    rows = {row.id: row for row in found}
    reports = _reports(session, [row.id for row in rows.values() if row.report_count])
    decided = histories(session, ids)
    authors = author_standings(session, {row.author_id for row in rows.values()})
    return [
        JudgedComment(
            row,
            _edited(row) if row.edit_source is not None else _text(row),
            _text(row) if row.edit_source is not None else None,
            [one.words for one in decoded(row.reasons if row.edit_source is None else row.edit_reasons)],
            _parent(row),
            reports.get(row.id, ()),
            last_standing(decided.get(row.id, ())),
            decided.get(row.id, ()),
            authors[row.author_id],
            group_in(row) if grouped_in else None,
        )
        for row in (rows[comment_id] for comment_id in ids)
    ]


def _text(row: Row[Any]) -> RenderedText:
    return RenderedText(row.source, row.source_format, row.html, row.renderer)


def _edited(row: Row[Any]) -> RenderedText:
    return RenderedText(row.edit_source, row.edit_format, row.edit_html, row.edit_renderer)


def _parent(row: Row[Any]) -> Parent | None:
    if row.answered_id is None:
        return None
    return Parent(row.answered_id, row.answered_name, row.answered_state, row.answered_html)


def _reports(session: Session, ids: Sequence[UUID]) -> dict[UUID, list[tuple[str, int]]]:
    if not ids:
        return {}
    times = func.count().label("times")
    rows = session.execute(
        select(Report.comment_id, Report.reason, times)
        .where(Report.comment_id.in_(ids), Report.outcome.is_(None))
        .group_by(Report.comment_id, Report.reason)
        .order_by(times.desc(), Report.reason)
    )
    found: dict[UUID, list[tuple[str, int]]] = defaultdict(list)
    for comment_id, reason, count in rows:
        found[comment_id].append((reason, count))
    return found


_ANSWERED = aliased(Comment)

# Made once, for putting it together takes its time.
_ABOUT: Select[*tuple[Any, ...]] = (
    select(
        Comment.id,
        Comment.parent_id,
        Comment.thread_id,
        Comment.state,
        Comment.queue,
        Comment.version,
        Comment.reasons,
        Comment.source,
        Comment.source_format,
        Comment.html,
        Comment.renderer,
        Comment.author_id,
        Comment.author_name,
        Comment.author_kind,
        Comment.author_badge,
        Comment.author_website,
        Comment.report_count,
        Comment.featured,
        Comment.similar_group,
        Comment.created_at,
        Comment.edited_at,
        Comment.edited_by_moderator,
        Thread.url.label("thread_url"),
        Thread.title.label("thread_title"),
        Author.created_at.label("author_since"),
        Author.approved_count.label("author_approved"),
        (Author.email.is_not(None) & (Author.email != "")).label("author_reachable"),
        Revision.source.label("edit_source"),
        Revision.source_format.label("edit_format"),
        Revision.html.label("edit_html"),
        Revision.renderer.label("edit_renderer"),
        Revision.reasons.label("edit_reasons"),
        _ANSWERED.id.label("answered_id"),
        _ANSWERED.author_name.label("answered_name"),
        _ANSWERED.state.label("answered_state"),
        _ANSWERED.html.label("answered_html"),
    )
    .join(Thread, Thread.id == Comment.thread_id)
    .join(Author, Author.id == Comment.author_id)
    .outerjoin(Revision, Revision.comment_id == Comment.id)
    .outerjoin(_ANSWERED, _ANSWERED.id == Comment.parent_id)
    .where(Comment.id.in_(bindparam("ids", expanding=True)))
)


@lru_cache(maxsize=64)
def _about_groups(sections: Sections) -> Select[*tuple[Any, ...]]:
    return _ABOUT.add_columns(*group_columns(sections))
