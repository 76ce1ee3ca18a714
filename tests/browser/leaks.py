"""What a page still holds of the discussions that were on it: connections, elements, timers, listeners."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import Page, Request

ATTEMPTS = 200
COUNTERS = Path(__file__).parent / "leaks.js"


@dataclass
class Held:
    """Watches one page from before it is opened."""

    page: Page
    host: str
    _open: set[Request] = field(default_factory=set)

    @classmethod
    async def watch(cls, page: Page, host: str) -> "Held":
        held = cls(page, host)
        await page.add_init_script(COUNTERS.read_text())
        page.on("request", held._begin)
        page.on("requestfinished", held._end)
        page.on("requestfailed", held._end)
        return held

    def _begin(self, request: Request) -> None:
        if request.url.startswith(self.host):
            self._open.add(request)

    def _end(self, request: Request) -> None:
        self._open.discard(request)

    async def connections(self) -> list[str]:
        """What the page waits for from the service, streams too: we hear of an end some time after it."""
        for _ in range(ATTEMPTS):
            if not self._open:
                break
            await self.page.evaluate("new Promise((later) => setTimeout(later, 100))")
        return [request.url for request in self._open]

    async def counted(self) -> dict[str, int]:
        """Count what is in use: timers, streams, and listeners on what outlives an element."""
        counts: dict[str, int] = await self.page.evaluate("held.counted()")
        return counts

    async def settle(self) -> None:
        """Wait until nothing is to happen any more: no timer, no stream, nothing put off for later."""
        await self.page.wait_for_function("held.busy() === 0")
        # A browser that draws nothing may find no idle moment; the widget waits for one four seconds at most.
        await self.page.evaluate("new Promise((idle) => requestIdleCallback(idle, { timeout: 5000 }))")

    async def left(self) -> int:
        """Count the elements that stay: React lets go of what it took away some time after it did."""
        for _ in range(ATTEMPTS):
            if await self.elements() == 0:
                return 0
            await self.page.evaluate("new Promise((later) => setTimeout(later, 100))")
        return await self.elements()

    async def elements(self) -> int:
        """Count the discussions' elements that nobody collects, on the page or not."""
        session = await self.page.context.new_cdp_session(self.page)
        found = await self._evaluate(session, "customElements.get('comments-thread').prototype")
        objects = await session.send("Runtime.queryObjects", {"prototypeObjectId": found["objectId"]})
        listed = await session.send(
            "Runtime.callFunctionOn",
            {
                "objectId": objects["objects"]["objectId"],
                "functionDeclaration": "function () { return this.length; }",
                "returnByValue": True,
            },
        )
        await session.detach()
        return int(listed["result"]["value"])

    async def _evaluate(self, session: Any, expression: str) -> dict[str, Any]:
        answer = await session.send("Runtime.evaluate", {"expression": expression})
        result: dict[str, Any] = answer["result"]
        return result
