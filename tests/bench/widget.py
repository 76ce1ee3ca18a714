"""`python -m tests.bench.widget`: the widget with 1,000 comments, as on a processor four times slower.

Chromium's own brake is taken out of step by other programs on the machine. So nothing is braked here:
processor time is multiplied by four, and the page's clock, by which the widget ends its slices, runs four
times as fast.
"""

import asyncio
import shutil
import statistics
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright

from tests.browser.discussions import Blog, Discussion, running_service
from tests.browser.reading import MORE, REPLIES, fill, press, press_all, shown
from tests.support.browser import ARGUMENTS, found_chromium
from tests.support.tracing import Trace, tracing

COMMENTS = 1_000
SLOWED = 4
LONG_MS = 50
ROUNDS = 3
NEWEST = "[data-sort=newest]"
FOLD = ".fold"
UNFOLD = ".more[data-do=fold]"
REPLY = "[data-do=reply]"
# Playwright's own looking, where a press would reach, would be measured with it.
COMPOSE = """
async () => {
  const root = document.querySelector("comments-thread").shadowRoot;
  root.querySelector("[data-composer]").focus();
  while (!root.querySelector("[role=tab]")) await new Promise((done) => setTimeout(done, 100));
}
"""
COME = """
async (words) => {
  const root = document.querySelector("comments-thread").shadowRoot;
  const arrived = () => root.querySelector("[data-do=arrivals]")?.textContent === words;
  while (!arrived()) await new Promise((done) => setTimeout(done, 100));
}
"""
ARRIVALS = "[data-do=arrivals]"
FAST_CLOCK = f"""
(() => {{
  const now = performance.now.bind(performance);
  const began = now();
  performance.now = () => began + {SLOWED} * (now() - began);
}})();
"""
ARRIVED = 30


@dataclass(slots=True)
class Step:
    """Something a reader does, and the trace of each round."""

    title: str
    traces: list[Trace] = field(default_factory=list)

    def row(self) -> list[str]:
        longest = [SLOWED * trace.longest.cpu for trace in self.traces]
        long = [sum(SLOWED * task.cpu > LONG_MS for task in trace.tasks) for trace in self.traces]
        drawn = sum(task.drawn for task in self.traces[-1].tasks)
        most = max((task.drawn for task in self.traces[-1].tasks), default=0)
        return [
            self.title,
            str(drawn),
            str(most),
            f"{statistics.median(longest):.0f} ms",
            f"{min(longest):.0f}–{max(longest):.0f} ms",
            f"{statistics.median(long):.0f}",
            f"{max(trace.shifted for trace in self.traces):g}",
        ]


async def measured(page: Page, step: Step, work: Callable[[], Awaitable[object]]) -> None:
    async with tracing(page) as trace:
        await work()
    step.traces.append(trace)


async def one_round(browser: Browser, discussion: Discussion, steps: dict[str, Step]) -> None:
    context = await browser.new_context(viewport={"width": 1280, "height": 800})
    page = await context.new_page()
    await page.add_init_script(FAST_CLOCK)

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
    await step("folding a branch", lambda: press(page, FOLD))
    await step("unfolding it", lambda: press(page, UNFOLD))
    await step("the form to reply", lambda: press(page, REPLY))
    await step("the composer", lambda: page.evaluate(COMPOSE))
    await step(f"{ARRIVED} comments come, one after another", lambda: arrive(page, discussion))
    await step(f"“{ARRIVED} new comments”", lambda: press(page, ARRIVALS))
    await step("another order", lambda: press(page, NEWEST, quiet_ms=1_500))
    await context.close()


async def arrive(page: Page, discussion: Discussion) -> None:
    for number in range(ARRIVED):
        await asyncio.to_thread(discussion.said, "Ana", f"New comment {number}. {'Some words more. ' * 15}")
    await page.evaluate(COME, f"{ARRIVED} new comments")


async def measure(folder: Path) -> list[Step]:
    blog, steps = Blog(), dict[str, Step]()
    text = "<p>A paragraph of the article.</p>" * 3
    with running_service(blog, folder) as service:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=found_chromium(folder), args=ARGUMENTS)
            for _ in range(ROUNDS):
                discussion = service.discussion()
                await fill(discussion, COMMENTS - 1)
                # Whose first comment is approved posts in public from then on.
                discussion.said("Ana", "The last one.")
                discussion.publish(f"<h1>Night trains</h1>{text}{discussion.script(sort='oldest')}{text}")
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
