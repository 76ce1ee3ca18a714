"""Everything a site holds about one reader, as one document: `comments-reader-1` (docs/how-to/privacy.md).

Nothing of other people is in it: of what they wrote only its id and its page, of moderators not even a name.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, or_, select
from sqlalchemy.orm import Session

from comments.classifier.models import LearnedComment
from comments.identity.models import Author, GuestToken
from comments.moderation.models import Decision, LogLink
from comments.outside.models import CheckCall, WebhookCall
from comments.policy.models import Ban, TextFingerprint
from comments.privacy.queries import reader_by_id
from comments.privacy.texts_actions import tasks_about
from comments.sites.models import Site
from comments.sites.queries import settings_of
from comments.threads.models import Comment, Report, Revision, Thread, Vote, Watch

FORMAT = "comments-reader-1"
REPEATS_KEPT = timedelta(hours=24)
IN_ONE = 500

Plain = dict[str, Any]


def collected(session: Session, site_id: UUID, author_id: UUID, *, at: datetime) -> Plain:
    """Return all that is held about a reader. Raises ReaderUnknown."""
    reader = reader_by_id(session, site_id, author_id)
    author = session.get_one(Author, author_id)
    site = session.get_one(Site, site_id)
    addresses = timedelta(days=settings_of(site).address_days)
    comments = [_comment(row, addresses) for row in _written(session, author_id)]
    ids = [UUID(one["id"]) for one in comments]
    _add_what_belongs(session, comments, ids)
    return {
        "format": FORMAT,
        "site": site.name,
        "made_at": _when(at),
        "reader": {
            "id": str(reader.id),
            "kind": reader.kind,
            "name": author.name,
            "email": author.email,
            "website": author.website,
            "approved_name": author.approved_name,
            "approved_comments": author.approved_count,
            "trusted": author.trusted,
            "imported_from": author.source_system,
            "imported_id": author.source_id,
            "known_since": _when(author.created_at),
        },
        "tokens": _tokens(session, author_id),
        "comments": comments,
        "votes": _votes(session, author_id, addresses),
        "reports": _reports(session, author_id, addresses),
        "bans": _bans(session, site_id, author, comments),
        "outbox": _tasks(session, site_id, ids),
        "webhook_messages": _calls(session, ids),
        "outside_checks": _checks(session, ids),
        "notes": NOTES,
    }


NOTES = {
    "addresses": "Internet addresses are kept as keyed hashes for 30 days at most and never as written.",
    "learned": (
        "What moderators decided is learned as counts of hashed features, which nobody can read. Of each "
        "learned comment its features are kept, so that they can be taken out again exactly."
    ),
    "prints": "For up to 30 days a text is known again by hashes of pieces of it.",
    "search": "The words of the texts are in an index for moderators' searches, and nothing else is.",
    "backups": "Copies of the database are the operator's; what is erased here stays in older ones.",
}


def in_text(document: Mapping[str, Any]) -> str:
    """Return a document as somebody reads it."""
    return "\n".join(_lines(document, 0)) + "\n"


def _lines(value: Any, depth: int) -> Iterator[str]:
    pad = "  " * depth
    for name, one in value.items():
        title = name.replace("_", " ").capitalize()
        if isinstance(one, Mapping):
            yield f"{pad}{title}:"
            yield from _lines(one, depth + 1)
        elif isinstance(one, list):
            yield f"{pad}{title}: {'none' if not one else ''}".rstrip()
            for part in one:
                if isinstance(part, Mapping):
                    yield from _lines(part, depth + 1)
                    yield ""
                else:
                    yield f"{pad}  {part}"
        elif one not in (None, ""):
            yield f"{pad}{title}: {one}"


def _written(session: Session, author_id: UUID) -> Sequence[Row[Any]]:
    columns: tuple[Any, ...] = (*_OF_COMMENT, Thread.url)
    return session.execute(
        select(*columns)
        .join(Thread, Thread.id == Comment.thread_id)
        .where(Comment.author_id == author_id)
        .order_by(Comment.created_at, Comment.id)
    ).all()


def _comment(row: Row[Any], addresses: timedelta) -> Plain:
    return {
        "id": str(row.id),
        "page": row.url,
        "answers": str(row.parent_id) if row.parent_id else None,
        "state": row.state,
        "created_at": _when(row.created_at),
        "edited_at": _when(row.edited_at),
        "edited_by_moderator": row.edited_by_moderator,
        "deleted_at": _when(row.deleted_at),
        "agreed_to_terms_at": _when(row.consented_at),
        "name": row.author_name,
        "website": row.author_website,
        "text": row.source,
        "text_format": row.source_format,
        "upvotes": row.upvotes,
        "downvotes": row.downvotes,
        "reported_times": row.report_count,
        "reasons_to_wait": _decoded(row.reasons),
        "facts": _decoded(row.facts),
        "imported_id": row.source_id,
        "address_hash_kept_until": _when(row.created_at + addresses) if row.address_key else None,
        "repeat_hash_kept_until": _when(row.created_at + REPEATS_KEPT) if row.digest else None,
        "waiting_edit": None,
        "mail_about_answers": None,
        "learned_as": None,
        "known_again_by": 0,
        "decisions": [],
        "log": [],
    }


def _add_what_belongs(session: Session, comments: Sequence[Plain], ids: Sequence[UUID]) -> None:
    """Add to comments what stands elsewhere about them, some hundred at a time."""
    by_id = {UUID(one["id"]): one for one in comments}
    for some in _parts(ids):
        for edit in session.scalars(select(Revision).where(Revision.comment_id.in_(some))):
            by_id[edit.comment_id]["waiting_edit"] = {
                "text": edit.source,
                "created_at": _when(edit.created_at),
                "reasons_to_wait": _decoded(edit.reasons),
            }
        for watch in session.scalars(select(Watch).where(Watch.comment_id.in_(some))):
            by_id[watch.comment_id]["mail_about_answers"] = {
                "email": watch.email,
                "state": watch.state,
                "asked_at": _when(watch.asked_at),
            }
        for learned in session.scalars(select(LearnedComment).where(LearnedComment.comment_id.in_(some))):
            by_id[learned.comment_id]["learned_as"] = "spam" if learned.is_spam else "good"
        for comment_id in session.scalars(
            select(TextFingerprint.comment_id).where(TextFingerprint.comment_id.in_(some))
        ):
            by_id[comment_id]["known_again_by"] += 1
        decisions = select(Decision).where(Decision.comment_id.in_(some)).order_by(Decision.at, Decision.id)
        for made in session.scalars(decisions):
            by_id[made.comment_id]["decisions"].append(
                {
                    "decision": made.decision,
                    "before": made.before,
                    "after": made.after,
                    "reason": made.reason,
                    "replaced": _decoded(made.replaced),
                    "at": _when(made.at),
                }
            )
        links = select(LogLink).where(LogLink.comment_id.in_(some)).order_by(LogLink.number)
        for link in session.scalars(links):
            if link.comment_id in by_id:
                by_id[link.comment_id]["log"].append(_logged(link))


def _logged(link: LogLink) -> Plain:
    """Return an entry with what it commits to about the reader, opened; a moderator's name is not theirs."""
    opened: Plain = _decoded(link.personal) or {}
    entry: Plain = _decoded(link.entry.decode()) or {}
    kept = ("kind", "choice", "before", "after", "at")
    return {
        "number": link.number,
        **{name: entry[name] for name in kept if name in entry},
        **{name: value[1] for name, value in opened.items() if name != "by" and value[1]},
    }


def _tokens(session: Session, author_id: UUID) -> list[Plain]:
    rows = session.scalars(
        select(GuestToken).where(GuestToken.author_id == author_id).order_by(GuestToken.created_at)
    )
    return [{"made_at": _when(row.created_at), "used_at": _when(row.used_at)} for row in rows]


def _votes(session: Session, author_id: UUID, addresses: timedelta) -> list[Plain]:
    rows = session.scalars(select(Vote).where(Vote.author_id == author_id).order_by(Vote.created_at))
    return [
        {
            "comment": str(row.comment_id),
            "value": row.value,
            "counted": row.counted,
            "at": _when(row.created_at),
            "address_hash_kept_until": _when(row.created_at + addresses) if row.address_key else None,
        }
        for row in rows
    ]


def _reports(session: Session, author_id: UUID, addresses: timedelta) -> list[Plain]:
    rows = session.scalars(select(Report).where(Report.author_id == author_id).order_by(Report.created_at))
    return [
        {
            "comment": str(row.comment_id),
            "reason": row.reason,
            "note": row.note,
            "outcome": row.outcome or "open",
            "at": _when(row.created_at),
            "address_hash_kept_until": _when(row.created_at + addresses) if row.address_key else None,
        }
        for row in rows
    ]


def _bans(session: Session, site_id: UUID, author: Author, comments: Sequence[Plain]) -> list[Plain]:
    names = {author.name, *(one["name"] for one in comments)} - {None}
    labels = [f"{kind} of {name}" for kind in ("address", "network") for name in names]
    theirs = or_(Ban.author_id == author.id, Ban.label.in_(labels))
    rows = session.scalars(select(Ban).where(Ban.site_id == site_id, theirs).order_by(Ban.created_at))
    return [
        {
            "kind": row.kind,
            "outcome": row.outcome,
            "known_as": row.label,
            "reason": row.reason,
            "since": _when(row.created_at),
            "until": _when(row.until),
        }
        for row in rows
    ]


def _tasks(session: Session, site_id: UUID, ids: Sequence[UUID]) -> list[Plain]:
    return [
        {"kind": row.kind, "state": row.state, "due_at": _when(row.due_at), "last_error": row.last_error}
        for row in tasks_about(session, site_id, {str(one) for one in ids})
    ]


def _calls(session: Session, ids: Sequence[UUID]) -> list[Plain]:
    return [
        {
            "event": row.event,
            "comment": str(row.comment_id),
            "answer": row.answer,
            "answered_at": _when(row.answered_at),
        }
        for some in _parts(ids)
        for row in session.scalars(select(WebhookCall).where(WebhookCall.comment_id.in_(some)))
    ]


def _checks(session: Session, ids: Sequence[UUID]) -> list[Plain]:
    return [
        {
            "comment": str(row.comment_id),
            "outcome": row.outcome,
            "answer": row.answer,
            "answered_at": _when(row.answered_at),
            "told": row.told,
        }
        for some in _parts(ids)
        for row in session.scalars(select(CheckCall).where(CheckCall.comment_id.in_(some)))
    ]


def _parts(ids: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    for start in range(0, len(ids), IN_ONE):
        yield ids[start : start + IN_ONE]


def _decoded(stored: str | None) -> Any:
    """Return what is in stored JSON; what is none as it stands, for it is to be given out all the same."""
    try:
        return json.loads(stored) if stored else None
    except ValueError:
        return stored


def _when(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None


_OF_COMMENT: tuple[Any, ...] = (
    Comment.id,
    Comment.parent_id,
    Comment.state,
    Comment.created_at,
    Comment.edited_at,
    Comment.edited_by_moderator,
    Comment.deleted_at,
    Comment.consented_at,
    Comment.author_name,
    Comment.author_website,
    Comment.source,
    Comment.source_format,
    Comment.upvotes,
    Comment.downvotes,
    Comment.report_count,
    Comment.reasons,
    Comment.facts,
    Comment.source_id,
    Comment.address_key,
    Comment.digest,
)
