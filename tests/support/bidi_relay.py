"""`python -m tests.support.bidi_relay FIREFOX ARGUMENTS…`: Firefox, with one order answered that it lacks.

Playwright sets the colour scheme of every page over WebDriver BiDi. Firefox ESR 153 has no such order and
refuses it, and no page could be opened. The relay stands between the two, says yes to it, and passes on
everything else. It can go when Debian's Firefox knows `emulation.setMediaFeaturesOverride`.
"""

import asyncio
import json
import re
import sys

from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import Server, ServerConnection, serve

UNKNOWN = "emulation.setMediaFeaturesOverride"
LISTENING = re.compile(r"(WebDriver BiDi listening on )(ws://\S+)")


async def relay(playwright: ServerConnection, firefox_url: str) -> None:
    path = playwright.request.path if playwright.request else ""
    async with connect(firefox_url + path, max_size=None) as firefox:
        ways = {
            asyncio.create_task(orders(playwright, firefox)),
            asyncio.create_task(answers(firefox, playwright)),
        }
        _, left = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in left:
            way.cancel()


async def orders(playwright: ServerConnection, firefox: ClientConnection) -> None:
    async for message in playwright:
        order = json.loads(message)
        if order["method"] == UNKNOWN:
            await playwright.send(json.dumps({"type": "success", "id": order["id"], "result": {}}))
        else:
            await firefox.send(message)


async def answers(firefox: ClientConnection, playwright: ServerConnection) -> None:
    async for message in firefox:
        await playwright.send(message)


async def serve_relay(firefox_url: str) -> Server:
    return await serve(lambda playwright: relay(playwright, firefox_url), "127.0.0.1", 0, max_size=None)


async def main(command: list[str]) -> int:
    """Run Firefox, and tell whoever started us the relay's address in the place of Firefox's own."""
    firefox = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
    assert firefox.stderr is not None, "it was asked for"
    async for line in firefox.stderr:
        text = line.decode(errors="replace")
        if found := LISTENING.search(text):
            server = await serve_relay(found[2])
            text = f"{found[1]}ws://127.0.0.1:{server.sockets[0].getsockname()[1]}\n"
        sys.stderr.write(text)
        sys.stderr.flush()
    return await firefox.wait()


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))
