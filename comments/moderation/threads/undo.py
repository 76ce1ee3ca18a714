"""Taking back what was decided about a whole discussion, by the number of the log's entry about it.

What it takes back stands in the log, not in the form: so nobody has to be believed, and a form that is sent
twice finds that it was taken back already.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Row, delete
from sqlalchemy.orm import Session

from comments.identity.accounts.sections import in_sections
from comments.keys import Keyring
from comments.moderation.audit.log import in_words
from comments.moderation.audit.thread_entries import decided_by, decided_since, kept_of, thread_decision
from comments.moderation.errors import ChangedSince, DecisionUnknown
from comments.moderation.threads.actions import MoveWish, ThreadActor, log_of_thread, move
from comments.moderation.threads.merge_models import Merge
from comments.storage import WITHOUT_SYNC
from comments.threads.actions.rename import rename_thread
from comments.threads.actions.settings import ThreadWish, settle_thread
from comments.threads.actions.split import MergeRecord, part_threads
from comments.threads.addresses.page_keys import page_keys
from comments.threads.addresses.urls import page_path
from comments.threads.errors import OutsideSection
from comments.threads.models import MERGED
from comments.threads.outbox_jobs import end_merging
from comments.threads.queries.moderated_threads import moderated_comment, moderated_threads

Facts = dict[str, Any]


def undo_thread(session: Session, keys: Keyring, acting: ThreadActor, number: int, *, at: datetime) -> Facts:
    """Take back what the log's entry `number` did with a discussion, and return the entry that says so.

    That is an earlier one where it was taken back already. All of it is taken back, or nothing: ChangedSince
    is raised where somebody has decided otherwise about any of it since, or it is not as it was left.
    Raises DecisionUnknown, also for what cannot be taken back; ThreadUnknown, CommentUnknown, MoveRefused and
    OutsideSection where something is gone, or in a section of somebody else.
    """
    made = thread_decision(session, acting.site_id, number)
    if made is None or "undoes" in made or made["choice"] not in _UNDOING:
        raise DecisionUnknown("There is no such decision to take back.")
    undone = _UNDOING[made["choice"]](session, keys, acting, made, at)
    return thread_decision(session, acting.site_id, undone) or {}


def _set_back(session: Session, keys: Keyring, acting: ThreadActor, made: Facts, at: datetime) -> int:
    before, after = made["before"], made["after"]
    # Held first: whoever decides about this discussion holds its row until it is in the log.
    (thread,) = moderated_threads(session, acting.site_id, [UUID(made["thread"])], acting.sections, lock=True)
    for later in decided_since(session, acting.site_id, made["number"], thread.id):
        if later["choice"] == "set" and later["after"].keys() & after.keys():
            if later.get("undoes") == made["number"]:
                return int(later["number"])
            raise _changed(session, later, thread.id)
    if any(getattr(thread, name) != value for name, value in after.items()):
        raise ChangedSince("", None, thread.id)
    if "url" in before:
        _name_back(session, acting, thread, before["url"], at)
    settle_thread(session, thread, ThreadWish(**{**before, "url": None}), at=at)
    facts = {"choice": "set", "thread": made["thread"], "before": after, "after": before}
    return log_of_thread(session, keys, acting, {**facts, "undoes": made["number"]}, at)


def _name_back(session: Session, acting: ThreadActor, thread: Row[Any], url: str, at: datetime) -> None:
    """Let a page have its old URL again; the one that it got in between leads there still.

    That its origin is of the site is not asked: it was this page's before.
    """
    if not in_sections(acting.sections, page_path(url)):
        raise OutsideSection("The address it had is outside the sections that you moderate.")
    rename_thread(session, thread, page_keys(url, None), at=at)


def _move_back(session: Session, keys: Keyring, acting: ThreadActor, made: Facts, at: datetime) -> int:
    left, reached = UUID(made["thread"]), UUID(made["into"])
    # Held first: nobody moves what is in them meanwhile.
    moderated_threads(session, acting.site_id, list({left, reached}), acting.sections, lock=True)
    comment = moderated_comment(session, acting.site_id, UUID(made["comment"]), acting.sections)
    for later in decided_since(session, acting.site_id, made["number"], reached):
        if later.get("comment") == made["comment"]:
            if later.get("undoes") == made["number"]:
                return int(later["number"])
            raise _changed(session, later, None)
    parent = str(comment.parent_id) if comment.parent_id else None
    if (str(comment.thread_id), parent) != (made["into"], made["after"]):
        raise ChangedSince("", None, None)
    above = UUID(made["before"]) if made["before"] else None
    wish = MoveWish(comment.id, left, above)
    return move(session, keys, acting, wish, at=at, undoes=made["number"]).number


def _part(session: Session, keys: Keyring, acting: ThreadActor, made: Facts, at: datetime) -> int:
    both = [UUID(made["thread"]), UUID(made["into"])]
    source, target = moderated_threads(
        session, acting.site_id, both, acting.sections, lock=True, also_merged=True
    )
    kept = kept_of(session, source.id)
    before = msgspec.json.decode(kept.apart, type=MergeRecord) if kept else None
    for later in decided_since(session, acting.site_id, made["number"], target.id):
        if later.get("undoes") == made["number"]:
            return int(later["number"])
        if later["choice"] == "merge" and later["thread"] == made["into"] and target.state == MERGED:
            raise _changed(session, later, None)
        if later["choice"] == "set" and "url" in later["after"] and before and _leads(target.url, before):
            raise _changed(session, later, target.id)
    if kept is None or before is None or in_words(kept.made_at) != made["at"]:
        raise DecisionUnknown("A merge can be taken back for 30 days. This one cannot any more.")
    moved = part_threads(session, source, target, before, at=at)
    end_merging(session, acting.site_id, source.id)
    session.execute(delete(Merge).where(Merge.thread_id == source.id), execution_options=WITHOUT_SYNC)
    facts = {"choice": "merge", "thread": made["thread"], "into": made["into"], "comments": moved}
    places = {"before": target.url, "after": source.url, "undoes": made["number"]}
    return log_of_thread(session, keys, acting, {**facts, **places}, at)


def _leads(url: str, before: MergeRecord) -> bool:
    """Say whether a URL led to the discussion that went: then a rename gave it to the other one."""
    return bool(set(page_keys(url, None).hashes) & set(before.keys))


_UNDOING: Mapping[str, Callable[[Session, Keyring, ThreadActor, Facts, datetime], int]] = {
    "set": _set_back,
    "move": _move_back,
    "merge": _part,
}


def _changed(session: Session, later: Facts, thread_id: UUID | None) -> ChangedSince:
    """Return that somebody was quicker, with what `later` says."""
    by = decided_by(session, later["account"])
    return ChangedSince(by, datetime.fromisoformat(later["at"]), thread_id)
