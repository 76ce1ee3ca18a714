"""What moderators are told, in words: what was decided, who was first, how many wait."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from comments.moderation.audit.history import LogEntry
from comments.moderation.decisions.requests import DecisionConflict, PastDecision
from comments.moderation.queue.index_ranges import LISTS, QUEUES
from comments.moderation.queue.sizes import MOST_COUNTED
from comments.web.html.templating import ago, date_and_time

GONE = "This comment is not here any more."

STATE_WORDS = {
    "approved": "approved",
    "pending": "waiting",
    "spam": "spam",
    "removed": "removed",
    "deleted": "deleted",
}

_ONE_DECIDED = {
    "approve": "Approved.",
    "approve_trust": "Approved, and its author is trusted.",
    "reported": "It waits again, as readers reported it.",
    "rules_spam": "The rules call it spam now.",
    "rules_approve": "The rules let it appear.",
    "keep": "Kept. Its reports are settled.",
    "feature": "Picked out.",
    "unfeature": "Not picked out any more.",
    "edit": "Edited.",
    "reject_edit": "The edit is rejected. What was public stays.",
    "note": "Noted.",
    "message": "The message goes to the author by mail in a minute.",
    "withdraw_note": "The note is taken back.",
    "withdraw_message": "The message is not sent.",
    "reply": "Replied.",
    "hold": "It waits again.",
    "spam": "Marked as spam.",
    "remove": "Removed.",
    "check_approve": "The outside check found no spam.",
    "check_hold": "The outside check wants it read.",
    "check_spam": "The outside check called it spam.",
}
_DECIDED_BEFORE = {
    **_ONE_DECIDED,
    "message": "Wrote to the author.",
    "withdraw_note": "Took a note back.",
    "withdraw_message": "Took the message back before it was sent.",
    "restore": "Took back the last decision.",
}
_MANY_DECIDED = {
    "approve": "{} comments approved.",
    "approve_trust": "{} comments approved, and their authors are trusted.",
    "rules_spam": "{} comments are spam by the rules now.",
    "rules_approve": "{} comments appear by the rules.",
    "keep": "{} comments kept. Their reports are settled.",
    "feature": "{} comments picked out.",
    "unfeature": "{} comments not picked out any more.",
    "reject_edit": "{} edits rejected. What was public stays.",
    "note": "{} comments have the note.",
    "withdraw_note": "The note is taken back from {} comments.",
    "reply": "Replied, and the comment is approved.",
    "hold": "{} comments wait again.",
    "spam": "{} comments marked as spam.",
    "remove": "{} comments removed.",
}
_ONE_UNDONE = {
    "approved": "Undone. It is approved again.",
    "pending": "Undone. It waits again.",
    "spam": "Undone. It is spam again.",
    "removed": "Undone. It is removed again.",
}
_MANY_UNDONE = {
    "approved": "Undone. {} comments are approved again.",
    "pending": "Undone. {} comments wait again.",
    "spam": "Undone. {} comments are spam again.",
    "removed": "Undone. {} comments are removed again.",
}
_LOGGED = {
    "approve": "Approved",
    "reported": "Readers’ reports put back",
    "rules_spam": "Found anew to be spam",
    "rules_approve": "Let appear",
    "approve_trust": "Approved, trusting its author,",
    "keep": "Kept, and settled the reports of,",
    "feature": "Picked out",
    "unfeature": "No longer picked out",
    "edit": "Edited",
    "reject_edit": "Rejected an edit of",
    "note": "Noted something about",
    "message": "Wrote to the author of",
    "withdraw_note": "Took back a note about",
    "withdraw_message": "Took back, before it was sent, a message to the author of",
    "reply": "Replied with",
    "hold": "Put back to waiting",
    "spam": "Marked as spam",
    "remove": "Removed",
    "check_approve": "Found no spam in",
    "check_hold": "Wants somebody to read",
    "check_spam": "Called spam",
    "restore": "Took back the last decision about",
}
_ONE_OF_ALL = {
    "approve": "approved",
    "hold": "put back to waiting",
    "spam": "marked as spam",
    "remove": "removed",
    "keep": "kept",
}
BANNED = {
    "author": "The author is banned.",
    "address": "The address is banned.",
    "network": "The network is banned.",
    "domain": "The mail domain is banned.",
    "lifted": "The ban is lifted.",
    "again": "The ban stands again.",
    "gone": "The ban was lifted or over already.",
    "changed": "Somebody has banned them anew since, and that ban stands.",
}
_BANNED_KINDS = {
    "author": "an author",
    "address": "an address",
    "network": "a network",
    "domain": "a mail domain",
}
_HEADINGS = {
    "reported": "with open reports",
    "approved": "approved",
    "spam": "marked as spam",
    "removed": "removed",
    "deleted": "deleted by their authors",
}


def decided_before(past: PastDecision) -> str:
    """Say what was decided about a comment, on its card."""
    return _DECIDED_BEFORE[past.choice]


def decided(choice: str, states_after: Sequence[str]) -> str:
    """Say what one order did."""
    if len(states_after) == 1:
        return _ONE_DECIDED.get(choice) or _ONE_UNDONE[states_after[0]]
    count = number(len(states_after))
    if choice in _MANY_DECIDED:
        return _MANY_DECIDED[choice].format(count)
    alike = len(set(states_after)) == 1
    return _MANY_UNDONE[states_after[0]].format(count) if alike else f"Undone for {count} comments."


def fared(counts: Mapping[str, int]) -> str:
    """Say how somebody's comments fared, such as "3 approved, 1 waiting"."""
    sentences = [f"{size(counts['approved'])} approved"]
    sentences += [
        f"{size(counts[state])} {STATE_WORDS[state]}"
        for state in ("pending", "removed", "spam")
        if counts[state]
    ]
    return ", ".join(sentences)


def run(choice: str, state: str, count: int, left_alone: int) -> str:
    """Say how far a decision about all of a list is."""
    if state == "undone":
        sentences = "Undone."
    elif state == "undoing":
        sentences = f"Being undone: {number(count)} left."
    else:
        one = _ONE_OF_ALL[choice]
        so_far = f"{number(count)} comment{'' if count == 1 else 's'} {one}"
        sentences = {"running": f"{so_far} so far.", "stopped": f"Stopped: {so_far}."}.get(
            state, f"{so_far}."
        )
    return f"{sentences} {left(left_alone)}" if left_alone else sentences


def done(entries: Sequence[LogEntry]) -> str:
    """Say what one order did, from its entries in the log."""
    is_reply = any(entry.choice == "reply" for entry in entries)
    return decided("reply" if is_reply else entries[0].choice, [entry.after for entry in entries])


def banned(label: str, removed: int) -> str:
    """Say who is banned, and what went with them."""
    return with_removal(f"{label[:1].upper()}{label[1:]} is banned.", removed)


def with_removal(sentences: str, removed: int) -> str:
    """Add how many comments were removed with a ban to what is told of it."""
    return f"{sentences} {so_many(removed)} removed." if removed else sentences


def ban_undone(fate: str, brought_back: int, left_alone: int) -> str:
    """Say what became of a ban that was to be taken back, and of what was removed with it."""
    sentences = [BANNED[fate]]
    if brought_back:
        sentences.append(f"{so_many(brought_back)} {'is' if brought_back == 1 else 'are'} as before.")
    if left_alone:
        sentences.append(left(left_alone))
    return " ".join(sentences)


def handled(conflict: DecisionConflict, now: datetime) -> str:
    """Say who was first, with what, and how long ago."""
    if conflict.by is None or conflict.at is None:
        return "There is no decision left to take back."
    when = ago(conflict.at, now)
    if conflict.taken_back:
        return f"{conflict.by} took this back {when} ago."
    if conflict.state == "deleted":
        return f"{conflict.by} deleted this {when} ago."
    if conflict.by_author:
        return f"{conflict.by} changed this {when} ago. Read it again before you decide."
    return f"{conflict.by} already handled this: {STATE_WORDS[conflict.state]}, {when} ago."


def logged(entries: Sequence[LogEntry]) -> str:
    """Say what one order did, for the log; a single comment's author is named after it."""
    choice = entries[0].choice
    if len(entries) == 1:
        return f"{_LOGGED[choice]} a comment by"
    return decided(choice, [entry.after for entry in entries])


def logged_of(entry: LogEntry) -> str:
    """Say what was decided, where it is known whose comment it was."""
    return f"{_LOGGED[entry.choice]} a comment"


def ban_logged(facts: Mapping[str, Any]) -> str:
    """Say what became of a ban; whom it meant comes after it, where that is known."""
    kind = _BANNED_KINDS[facts["banned"]]
    if facts["choice"] == "lift":
        return f"Lifted the ban of {kind}"
    if "undoes" in facts:
        return f"Took a decision back: let the ban of {kind} stand again"
    silently = " silently" if facts["after"] == "silent" else ""
    until = f" until {date_and_time(datetime.fromisoformat(facts['until']))}" if facts["until"] else ""
    return f"Banned {kind}{silently}{until}"


def kind_banned(facts: Mapping[str, Any]) -> str:
    """Say what a ban was of, such as "an author"."""
    return _BANNED_KINDS[facts["banned"]]


def so_many(count: int) -> str:
    """Say how many comments, such as "1 comment"."""
    return f"{number(count)} comment{'' if count == 1 else 's'}"


def left(count: int) -> str:
    """Say that an undoing left some comments alone."""
    if count == 1:
        return "1 was decided by somebody since, and stays as it is."
    return f"{number(count)} were decided by somebody since, and stay as they are."


def when(at: datetime, now: datetime) -> str:
    """Return how long ago something was, or its date after a week."""
    return f"{ago(at, now)} ago" if now - at < timedelta(days=7) else date_and_time(at)


def order_name(entry: LogEntry) -> str:
    """Return how a form names the order of a decision; empty if its account is gone."""
    return f"{entry.account_id}:{entry.at.isoformat()}" if entry.account_id else ""


def heading(state: str, count: int) -> str:
    """Return a queue's heading, such as "41 comments wait"."""
    comments = "comment" if count == 1 else "comments"
    if state == "pending":
        return f"{size(count)} {comments} {'waits' if count == 1 else 'wait'}"
    if state == "all":
        return f"{size(count)} {comments} in all"
    if state == "silent":
        return "Comments that were taken silently"
    return f"{size(count)} {comments} {_HEADINGS[state]}"


def size(count: int) -> str:
    """Return a queue's size; past 1,000 it is not counted."""
    return f"{number(MOST_COUNTED)}+" if count > MOST_COUNTED else number(count)


def number(count: int) -> str:
    return f"{count:,}"


def all_sizes(sizes: dict[str, int]) -> dict[str, int]:
    """Return the sizes of all queues, with that of "all" beside them."""
    counts = [sizes.get(queue, 0) for queue in QUEUES]
    total, some_uncounted = sum(counts), max(counts) > MOST_COUNTED
    # What was taken silently is counted nowhere, and has a page all the same.
    known = {queue: sizes.get(queue, 0) for queue in (*LISTS, "silent")}
    return {**known, "all": MOST_COUNTED + 1 if some_uncounted or total > MOST_COUNTED else total}
