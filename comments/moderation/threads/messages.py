"""What is said of decisions about whole discussions: in the log, to who makes them, and in the undo list."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from comments.moderation.messages import so_many
from comments.web.html.templating import ago

Facts = Mapping[str, Any]
"""An entry of the log about a discussion."""

_Said = Mapping[tuple[str, object], str]
_LOGGED: _Said = {
    ("state", "closed"): "Closed",
    ("state", "open"): "Opened",
    ("state", "kept_open"): "Kept open, whatever its age,",
    ("hold_all", True): "Had all comments wait on",
    ("hold_all", False): "Had comments judged as everywhere on",
}
_DONE: _Said = {
    ("state", "closed"): "Closed",
    ("state", "open"): "Opened",
    ("state", "kept_open"): "Kept open",
    ("hold_all", True): "All comments wait",
    ("hold_all", False): "Comments judged as everywhere",
}
_IS: _Said = {
    ("state", "closed"): "It is closed.",
    ("state", "open"): "It is open.",
    ("state", "kept_open"): "It stays open, whatever its age.",
    ("hold_all", True): "All its comments wait.",
    ("hold_all", False): "Its comments are judged as everywhere.",
}


def thread_logged(facts: Facts) -> str:
    """Say what was done with a discussion; its name comes after it."""
    parts = _logged(facts)
    if "undoes" not in facts or facts["choice"] == "merge":
        return parts
    return f"Took a decision back: {parts[:1].lower()}{parts[1:]}"


def thread_listed(facts: Facts) -> tuple[str, str]:
    """Say in a list of decisions what was done, and with what; "" is the discussion as a whole."""
    if facts["choice"] == "move":
        return "Moved", so_many(facts["comments"])
    if facts["choice"] == "merge":
        return "Merged", facts["before"]
    return _done(facts["after"]), ""


def thread_notice(facts: Facts) -> str:
    """Say to who has just decided, or taken a decision back, what that has done."""
    if "undoes" in facts:
        return f"Undone. {_undone(facts)}"
    if facts["choice"] == "move":
        return f"Moved {so_many(facts['comments'])}."
    if facts["choice"] == "merge":
        return f"Merged: {so_many(facts['comments'])} of {facts['before']} came here."
    stays = " The old address leads here still." if "url" in facts["after"] else ""
    return f"{_done(facts['after'])}.{stays}"


def changed_since(by: str, at: datetime | None, now: datetime) -> str:
    """Say that a decision is not taken back, and why."""
    when = f", {ago(at, now)} ago" if at else ""
    return f"Not undone: {by or 'somebody'} changed this meanwhile{when}."


def _logged(facts: Facts) -> str:
    if facts["choice"] == "merge" and "undoes" in facts:
        return f"Took {so_many(facts['comments'])} back to {facts['after']}, from"
    if facts["choice"] == "merge":
        return f"Brought the {so_many(facts['comments'])} of {facts['before']} into"
    if facts["choice"] == "move":
        return f"Moved {so_many(facts['comments'])} to"
    after = facts["after"]
    parts = _of(after, _LOGGED)
    if "slow_seconds" in after:
        seconds = after["slow_seconds"]
        parts.append(f"Set slow mode to {_seconds(seconds)} on" if seconds else "Ended slow mode on")
    if "url" in after:
        parts.append(f"Renamed {facts['before']['url']} to")
    return " · ".join(parts)


def _done(after: Facts) -> str:
    parts = _of(after, _DONE)
    if "slow_seconds" in after:
        parts.append(_slow(after["slow_seconds"]))
    if "url" in after:
        parts.append("Renamed")
    return " · ".join(parts)


def _undone(facts: Facts) -> str:
    if facts["choice"] == "move":
        count = facts["comments"]
        return f"{so_many(count)} {'is' if count == 1 else 'are'} back in place."
    if facts["choice"] == "merge":
        count = facts["comments"]
        return f"{so_many(count)} {'is' if count == 1 else 'are'} here again, no more on {facts['before']}."
    after = facts["after"]
    parts = _of(after, _IS)
    if "slow_seconds" in after:
        parts.append(f"{_slow(after['slow_seconds'])}.")
    if "url" in after:
        parts.append(f"It is at {after['url']} again. {facts['before']['url']} leads here still.")
    return " ".join(parts)


def _of(after: Facts, said: _Said) -> list[str]:
    return [said[name, after[name]] for name in ("state", "hold_all") if name in after]


def _slow(seconds: int) -> str:
    return f"Slow mode: one comment in {_seconds(seconds)}" if seconds else "No slow mode"


def _seconds(count: int) -> str:
    return f"{count} second{'' if count == 1 else 's'}"
