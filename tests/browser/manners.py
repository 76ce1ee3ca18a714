"""What the widget is held to in every state, read from its shadow tree. Each returns what is wrong."""

from typing import Any

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import CDPSession, Page

from tests.browser.looks import sideways_scroll

# Both only ever see the shadow tree: what the page around does is the page's own affair.
NAMED = """
  const shown = (e) => e.checkVisibility({ visibilityProperty: true }) && !e.closest('.visually-hidden');
  const wordsOf = (e) => (e.ariaLabel ?? e.textContent).slice(0, 40);
  const nameOf = (e) => `${e.localName}.${e.getAttribute('class') ?? ''} “${wordsOf(e)}”`;
  const root = document.querySelector('comments-thread').shadowRoot;
"""

STICKING_OUT = """() => { %s
  const cut = [...root.querySelectorAll('textarea:placeholder-shown')]
    .filter((e) => shown(e) && e.scrollHeight > e.clientHeight + 1);
  // Code scrolls by itself; what is beside the window cannot be read.
  const beside = [...root.querySelectorAll('*')]
    .filter((e) => shown(e) && !e.closest('svg') && !e.parentElement?.closest('pre'))
    .map((e) => [e, e.getBoundingClientRect()])
    .filter(([e, box]) => box.width && (box.left < -0.5 || box.right > innerWidth + 0.5))
    .map(([e]) => e);
  return [...cut, ...beside].slice(0, 5).map(nameOf);
}"""

# Links in running text are exempt (WCAG 2.5.8), and the fold line, which is as high as what it folds.
SMALL_TARGETS = """() => { %s
  const exempt = '.body a, .meta a, .notice p:not(.row) a, .fold, .choice input';
  return [...root.querySelectorAll('button, a, input, textarea, label.choice')]
    .filter((e) => shown(e) && !e.matches(exempt))
    .map((e) => [e, e.getBoundingClientRect()])
    .filter(([e, box]) => Math.round(box.width) < 40 || Math.round(box.height) < 40)
    .map(([e, box]) => `${nameOf(e)} ${Math.round(box.width)}×${Math.round(box.height)}`);
}"""

INLINE_STYLES = """() => { %s
  return [...root.querySelectorAll('[style], style, script, link')].map(nameOf);
}"""

# The focus goes on from a field, so that each ring is shown as after a key.
UNSEEN_FOCUS = """() => { %s
  const ring = (style) => style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2
    && !/, 0\\)$|transparent/.test(style.outlineColor);
  const field = root.querySelector('textarea');
  const unseen = [], seen = new Set();
  for (const e of root.querySelectorAll('button, a[href], input, textarea, [tabindex="0"]')) {
    // One of a kind: a list has hundreds of the same.
    const kind = e.localName + e.className + e.dataset.do;
    if (!shown(e) || seen.has(kind)) continue;
    seen.add(kind);
    field?.focus({ preventScroll: true });
    e.focus({ preventScroll: true });
    if (root.activeElement !== e) continue;
    // A field in a frame of its own is shown by the frame.
    const box = e.closest('.composer-box');
    const framed = box && getComputedStyle(box).boxShadow !== 'none';
    if (!framed && !ring(getComputedStyle(e))) unseen.push(nameOf(e));
  }
  return unseen;
}"""


async def wrong_by_axe(page: Page, *rules: str) -> list[str]:
    """Return what axe finds wrong with the widget; with `rules`, by these alone."""
    options = {"runOnly": {"type": "rule", "values": list(rules)}} if rules else None
    results: Any = await Axe().run(page, context=[["comments-thread"]], options=options)
    return [
        f"{fault['id']}: {fault['help']}: {[node['html'][:120] for node in fault['nodes'][:3]]}"
        for fault in results.response["violations"]
    ]


async def sticking_out(page: Page) -> list[str]:
    """Return what lies beside the window or is cut, and by how much the page scrolls sideways."""
    sideways = await sideways_scroll(page)
    return [*await _found(page, STICKING_OUT), *([f"{sideways} px sideways"] if sideways > 0 else [])]


async def small_targets(page: Page) -> list[str]:
    """Return what is smaller than 40 pixels for a finger."""
    session: CDPSession = await page.context.new_cdp_session(page)
    await session.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    assert await page.evaluate("matchMedia('(pointer: coarse)').matches")
    found = await _found(page, SMALL_TARGETS)
    await session.send("Emulation.setTouchEmulationEnabled", {"enabled": False})
    await session.detach()
    return found


async def inline_styles(page: Page) -> list[str]:
    """Return the elements that a strict policy would refuse."""
    return await _found(page, INLINE_STYLES)


async def unseen_focus(page: Page) -> list[str]:
    """Return what can have the focus without showing it. Moves the focus: to be asked last."""
    return await _found(page, UNSEEN_FOCUS)


async def running_animations(page: Page) -> list[str]:
    found: list[str] = await page.evaluate(
        "() => document.querySelector('comments-thread').shadowRoot.getAnimations()"
        ".filter((one) => one.playState === 'running').map((one) => one.animationName)"
    )
    return found


async def _found(page: Page, script: str) -> list[str]:
    found: list[str] = await page.evaluate(script % NAMED)
    return found
