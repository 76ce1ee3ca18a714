"""`python -m tests.bench.widget`: the widget with 1,000 comments on a processor slowed four times."""

import asyncio
import shutil
import statistics
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright

from tests.browser.discussions import SITE, Blog, Discussion, Service
from tests.browser.reading import MORE, REPLIES, fill, press, press_all, shown
from tests.support.browser import ARGUMENTS, found_chromium
from tests.support.live import Installation
from tests.support.tracing import Trace, tracing

COMMENTS = 1_000
SLOWED = 4
LONG_MS = 50
ROUNDS = 3
NEWEST = "[data-sort=newest]"


@dataclass(slots=True)
class Step:
    """Something a reader does, and the trace of each round."""

    title: str
    traces: list[Trace] = field(default_factory=list)

    def row(self) -> list[str]:
        longest = [trace.longest for trace in self.traces]
        long = [sum(task.cpu > LONG_MS for task in trace.tasks) for trace in self.traces]
        drawn = sum(task.drawn for task in self.traces[-1].tasks)
        most = max((task.drawn for task in self.traces[-1].tasks), default=0)
        return [
            self.title,
            str(drawn),
            str(most),
            f"{statistics.median(task.cpu for task in longest):.0f} ms",
            f"{min(task.cpu for task in longest):.0f}–{max(task.cpu for task in longest):.0f} ms",
            f"{statistics.median(long):.0f}",
            f"{max(trace.shifted for trace in self.traces):g}",
        ]


async def measured(page: Page, step: Step, work: Callable[[], Awaitable[object]]) -> None:
    async with tracing(page, slowed=SLOWED) as trace:
        await work()
    step.traces.append(trace)


async def one_round(browser: Browser, discussion: Discussion, steps: dict[str, Step]) -> None:
    context = await browser.new_context(viewport={"width": 1280, "height": 800})
    page = await context.new_page()

    async def step(title: str, work: Callable[[], Awaitable[object]]) -> None:
        await measured(page, steps.setdefault(title, Step(title)), work)

    async def open_page() -> None:
        await page.goto(discussion.url)
        # Long enough for all slices on a busy machine; asking meanwhile would be measured too.
        await page.wait_for_timeout(8_000)

    await step("opening the page: embed.js, the first page of comments, the later part when idle", open_page)
    await step("“Show 25 more comments” until all are there", lambda: press_all(page, MORE))
    await step("“Show n more replies” until all are there", lambda: press_all(page, REPLIES))
    assert await shown(page) == COMMENTS, "the reader has not seen everything"
    await step("another order", lambda: press(page, NEWEST))
    await context.close()


async def measure(folder: Path) -> list[Step]:
    blog, steps = Blog(), dict[str, Step]()
    installation = Installation(folder / "data", settings={"COMMENTS_RATE_LIMITS": "off"})
    with installation.serving() as live:
        installation.run("site", "add", SITE, "--origin", blog.origin)
        discussion = Service(live, installation, blog, "").discussion()
        await fill(discussion, COMMENTS)
        text = "<p>A paragraph of the article.</p>" * 3
        discussion.publish(f"<h1>Night trains</h1>{text}{discussion.script(sort='oldest')}{text}")
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=found_chromium(folder), args=ARGUMENTS)
            for _ in range(ROUNDS):
                await one_round(browser, discussion, steps)
            await browser.close()
    blog.close()
    return list(steps.values())


def table(steps: Sequence[Step]) -> str:
    """Return the steps as Markdown."""
    heads = ["step", "drawn", "most in a task", "longest task", "in rounds", "over 50 ms", "shift"]
    lines = [heads, ["---", *["---:"] * (len(heads) - 1)], *(step.row() for step in steps)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def main() -> None:
    """Measure, and print the table."""
    folder = Path(tempfile.mkdtemp(prefix="comments-widget-"))
    try:
        steps = asyncio.run(measure(folder))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(table(steps))


if __name__ == "__main__":
    main()
