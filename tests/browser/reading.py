"""A reader who goes through a whole discussion, by presses from within the page: nothing else runs."""

from playwright.async_api import Page

from tests.bench.writing import parents, texts
from tests.browser.discussions import Discussion
from tests.support.seeding import Writing

# Resolves when nothing has been drawn for a while.
QUIET = """
(root, milliseconds) => new Promise((done) => {
  let timer = setTimeout(done, milliseconds);
  const seen = new MutationObserver(() => { clearTimeout(timer); timer = setTimeout(stop, milliseconds); });
  const stop = () => { seen.disconnect(); done(); };
  seen.observe(root, { childList: true, subtree: true });
})
"""
PRESS_ALL = """
async ([what, quiet_ms]) => {
  const root = document.querySelector("comments-thread").shadowRoot;
  const quiet = QUIET;
  let presses = 0;
  for (let button; (button = root.querySelector(what)); presses++) {
    button.click();
    while (button.isConnected && button.ariaDisabled) await quiet(root, quiet_ms);
    await quiet(root, quiet_ms);
  }
  return presses;
}
""".replace("QUIET", QUIET)
PRESS_ONE = """
async ([what, quiet_ms]) => {
  const root = document.querySelector("comments-thread").shadowRoot;
  root.querySelector(what).click();
  do await (QUIET)(root, quiet_ms); while (root.querySelector("[aria-busy]"));
}
""".replace("QUIET", QUIET)
MORE = "[data-do=more]"
REPLIES = "[data-do=replies]"
QUIET_MS = 150


async def fill(discussion: Discussion, comments: int) -> None:
    """Write so many comments: texts of about 300 characters, 40 % of them top-level, 200 authors."""
    await discussion.fill(parents(comments, seed=comments), Writing(texts(100), authors=200, seed=1))


async def press_all(page: Page, what: str) -> int:
    """Press one such button after another until there is none, and return how often."""
    presses: int = await page.evaluate(PRESS_ALL, [what, QUIET_MS])
    return presses


async def press(page: Page, what: str, *, quiet_ms: int = 600) -> None:
    """Press a button and wait until nothing is drawn any more."""
    await page.evaluate(PRESS_ONE, [what, quiet_ms])


async def shown(page: Page) -> int:
    """Return how many comments are on the page."""
    found: int = await page.evaluate(
        "document.querySelector('comments-thread').shadowRoot.querySelectorAll('article').length"
    )
    return found
