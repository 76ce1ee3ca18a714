"""Chromium's own trace of a page: what its main thread did, task by task, and what shifted on the screen."""

import asyncio
import base64
import json
from bisect import bisect_left
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import CDPSession, Page

# As few as will do: every kind of event that is recorded slows what is measured.
CATEGORIES = (
    "toplevel",
    "devtools.timeline",
    "disabled-by-default-devtools.timeline",
    "loading",
    "blink.user_timing",
)
# With the microtasks that follow it; "ThreadControllerImpl::RunTask" is without.
TASK = "RunTask"
MAIN_THREAD = "CrRendererMain"
DRAWN = "drawn"
REMOVED = "removed"
# Tells the trace, with marks in each task, how many comments entered the discussion, and how many left it.
MARK_DRAWN = """
(() => {
  if (window.drawingIsMarked) return;
  window.drawingIsMarked = true;
  const mark = (changes) => {
    const drawn = new Set(), removed = new Set();
    const note = (nodes, connected, noted) => {
      for (const node of nodes) {
        if (!(node instanceof Element) || node.isConnected !== connected) continue;
        // Its text: a comment may be emptied before it goes.
        for (const one of [node, ...node.querySelectorAll(".body")]) if (one.matches(".body")) noted.add(one);
      }
    };
    for (const change of changes) {
      note(change.addedNodes, true, drawn);
      note(change.removedNodes, false, removed);
    }
    if (drawn.size) performance.mark(`drawn:${drawn.size}`);
    if (removed.size) performance.mark(`removed:${removed.size}`);
  };
  const watched = new WeakSet();
  const watch = () => {
    for (const { shadowRoot } of document.querySelectorAll("comments-thread")) {
      if (!shadowRoot || watched.has(shadowRoot)) continue;
      watched.add(shadowRoot);
      new MutationObserver(mark).observe(shadowRoot, { childList: true, subtree: true });
    }
  };
  new MutationObserver(watch).observe(document, { childList: true, subtree: true });
})();
"""


@dataclass(frozen=True, slots=True)
class Shift:
    """Something that moved on the screen. Source: the Layout Instability API of WICG."""

    score: float
    after_input: bool
    """Within half a second of a press or a key: what a reader asked for counts for nothing."""


@dataclass(frozen=True, slots=True)
class Task:
    """What the page's main thread did in one go, in milliseconds.

    `cpu` leaves out the time in which other programs had the processor. `parts` are the times of what it was
    made of, as the trace names that; parts inside others are counted in both.
    """

    wall: float
    cpu: float
    parts: Mapping[str, float]
    drawn: int
    """How many comments entered the discussion."""
    removed: int
    """How many comments left it."""
    laid_out: int
    """Among how many boxes the browser looked for those to lay out anew; what rests counts as one."""


@dataclass(slots=True)
class Trace:
    """What was recorded, once the recording is over."""

    tasks: list[Task] = field(default_factory=list)
    shifts: list[Shift] = field(default_factory=list)

    @property
    def shifted(self) -> float:
        """The sum of all shifts that the reader did not cause: 0 is none at all."""
        return sum(shift.score for shift in self.shifts if not shift.after_input)

    @property
    def longest(self) -> Task:
        return max(self.tasks, key=lambda task: task.cpu)

    @property
    def drawing(self) -> list[Task]:
        """The tasks in which comments entered the discussion."""
        return [task for task in self.tasks if task.drawn]


@asynccontextmanager
async def tracing(page: Page) -> AsyncIterator[Trace]:
    """Record what the page does until the block ends.

    The trace is filled when the block has ended. Pages opened meanwhile count the comments that they draw.
    """
    session = await page.context.new_cdp_session(page)
    await page.add_init_script(MARK_DRAWN)
    config = {"recordMode": "recordAsMuchAsPossible", "includedCategories": list(CATEGORIES)}
    await session.send("Tracing.start", {"transferMode": "ReturnAsStream", "traceConfig": config})
    trace = Trace()
    try:
        yield trace
    finally:
        events = await _recorded(session)
        await session.detach()
        _read(events, trace)


async def _recorded(session: CDPSession) -> list[dict[str, Any]]:
    complete: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
    session.once("Tracing.tracingComplete", lambda told: complete.set_result(told))  # noqa: PLW0108 - Playwright marks it
    await session.send("Tracing.end")
    stream = (await complete)["stream"]
    parts: list[bytes] = []
    while True:
        piece = await session.send("IO.read", {"handle": stream})
        parts.append(
            base64.b64decode(piece["data"]) if piece.get("base64Encoded") else piece["data"].encode()
        )
        if piece["eof"]:
            break
    await session.send("IO.close", {"handle": stream})
    events: list[dict[str, Any]] = json.loads(b"".join(parts))["traceEvents"]
    return events


def _read(events: Sequence[Mapping[str, Any]], trace: Trace) -> None:
    processes = set(_page_processes(events))
    threads: dict[tuple[int, int], list[Mapping[str, Any]]] = {
        (event["pid"], event["tid"]): []
        for event in events
        if event["name"] == "thread_name"
        and event["args"]["name"] == MAIN_THREAD
        and event["pid"] in processes
    }
    for event in sorted(events, key=lambda event: float(event.get("ts", 0))):
        if (event["pid"], event["tid"]) in threads:
            threads[event["pid"], event["tid"]].append(event)
    trace.shifts = [
        Shift(event["args"]["data"]["score"], event["args"]["data"]["had_recent_input"])
        for thread in threads.values()
        for event in thread
        if event["name"] == "LayoutShift"
    ]
    trace.tasks = [task for thread in threads.values() for task in _tasks(thread)]


def _page_processes(events: Sequence[Mapping[str, Any]]) -> Iterator[int]:
    """Yield the processes that the page was in, before and after it went to another address."""
    for event in events:
        if event["name"] == "TracingStartedInBrowser":
            yield from (
                frame["processId"] for frame in event["args"]["data"]["frames"] if "processId" in frame
            )
        elif event["name"] == "FrameCommittedInBrowser" and "processId" in event["args"]["data"]:
            yield event["args"]["data"]["processId"]


def _tasks(events: Sequence[Mapping[str, Any]]) -> Iterator[Task]:
    """Yield the tasks of one thread from its events in order of time."""
    times = [event.get("ts", 0) for event in events]
    ends = 0.0
    for number, event in enumerate(events):
        # A task that runs inside another one is a part of that.
        if event["name"] != TASK or not event.get("dur") or event["ts"] < ends:
            continue
        ends = event["ts"] + event["dur"]
        inside = events[number + 1 : bisect_left(times, ends)]
        yield Task(
            wall=event["dur"] / 1000,
            cpu=event.get("tdur", event["dur"]) / 1000,
            parts=_parts(inside),
            drawn=sum(_marked(one, DRAWN) for one in inside),
            removed=sum(_marked(one, REMOVED) for one in inside),
            laid_out=max((_boxes(one) for one in inside), default=0),
        )


def _parts(events: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    parts: dict[str, float] = {}
    for event in events:
        if event.get("dur"):
            parts[event["name"]] = parts.get(event["name"], 0) + event["dur"] / 1000
    return parts


def _marked(event: Mapping[str, Any], mark: str) -> int:
    name, _, count = event["name"].partition(":")
    return int(count) if name == mark and event.get("ph") in {"I", "R", "i"} else 0


def _boxes(event: Mapping[str, Any]) -> int:
    if event["name"] != "Layout":
        return 0
    return int(event["args"].get("beginData", {}).get("totalObjects", 0))
