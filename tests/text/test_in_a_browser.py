"""What comes of the corpus, in a real browser and without any policy that would help."""

from typing import TYPE_CHECKING, Any

import pytest

from comments.text import render
from comments.text.html.sanitise import sanitise
from tests.corpus import attacks
from tests.support.html_oracle import ATTRIBUTES, CLASSES, REL, TAGS

if TYPE_CHECKING:
    from playwright.async_api import Page

# Assigns each text, as scripts of host pages do, and again what the browser made of it; then looks around.
LOOK = """
({texts, tags, attributes, classes, rel}) => {
  const faults = [];
  window.alert = (what) => faults.push(`ran alert(${what})`);
  const look = (html, element) => {
    const tag = element.localName, note = (what) => faults.push(`${what} in ${html}`);
    if (element.namespaceURI !== "http://www.w3.org/1999/xhtml" || !tags.includes(tag)) note(`<${tag}>`);
    for (const {name, value} of element.attributes) {
      if (!(attributes[tag] ?? []).includes(name)) note(`${tag}[${name}]`);
      if (name === "class" && !classes.includes(value)) note(`class ${value}`);
    }
    const leads = ["http:", "https:", "mailto:"].includes(element.protocol);
    if (tag === "a" && (!leads || element.rel !== rel)) note(`link to ${element.href}`);
    element.dispatchEvent(new MouseEvent("mouseover", {bubbles: true}));
    element.dispatchEvent(new Event("focus"));
  };
  for (const html of texts) {
    const place = document.body.appendChild(document.createElement("div"));
    for (let turn = 0, current = html; turn < 2; turn++, current = place.innerHTML) {
      place.innerHTML = current;
      for (const element of place.querySelectorAll("*")) look(html, element);
    }
    place.remove();
  }
  return faults;
}
"""


@pytest.mark.browser
@pytest.mark.anyio
async def test_nothing_runs_loads_or_changes_when_a_browser_parses_it(page: "Page") -> None:
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    bodies = [attack.text for attack in attacks("html", "markdown")]
    texts = [render(text, format=format).html for text in bodies for format in ("markdown", "html")]  # noqa: A001
    texts += [sanitise(text, classes=True).html for text in bodies]
    lists: dict[str, Any] = {
        "tags": sorted(TAGS),
        "attributes": {tag: sorted(names) for tag, names in ATTRIBUTES.items()},
        "classes": sorted(CLASSES),
        "rel": REL,
    }

    await page.set_content("<!doctype html><title>x</title>")
    noticed = await page.evaluate(LOOK, {"texts": ["<b onmouseover=alert(1)>x</b>"], **lists})
    faults = await page.evaluate(LOOK, {"texts": texts, **lists})
    await page.wait_for_load_state("networkidle")

    assert "ran alert(1)" in noticed
    assert faults == []
    assert requests == []
