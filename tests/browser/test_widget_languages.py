"""The widget in other languages: each comes when a page asks for it, and some stand from right to left."""

import json
import re
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.discussions import Discussion
from tests.browser.manners import sticking_out, wrong_by_axe
from tests.browser.widget import Widget, box_of
from tests.support.browser import PageFaults

FOLDER = Path(__file__).parents[2] / "embed/src/i18n"
NOT_LANGUAGES = {"en", "english", "keys", "languages", "words"}
LANGUAGES = sorted({file.stem for file in FOLDER.glob("*.ts")} - NOT_LANGUAGES)
FROM_RIGHT = ["ar", "fa", "he"]
PHRASE = re.compile(r'^  (\w+):\s*("(?:[^"\\]|\\.)*"|\{.*?\}),$', re.MULTILINE | re.DOTALL)
FORM = re.compile(r'(\w+): ("(?:[^"\\]|\\.)*")')


def words_of(language: str) -> dict[str, dict[str, str]]:
    """Return a language's sentences by key and plural form; `other` alone where there is no number."""
    text = (FOLDER / f"{language}.ts").read_text(encoding="utf-8")
    return {
        key: {form: json.loads(said) for form, said in FORM.findall(value)}
        if value.startswith("{")
        else {"other": json.loads(value)}
        for key, value in PHRASE.findall(text)
    }


def composer(widget: Widget) -> Locator:
    return widget.element.locator("[data-composer]")


async def open_composer(widget: Widget, language: str) -> None:
    await composer(widget).click()
    post = words_of(language)["post"]["other"]
    await expect(widget.element.get_by_role("button", name=post, exact=True)).to_be_visible()


async def open_in(widget: Widget, discussion: Discussion, body: str, *, lang: str = "en") -> None:
    discussion.publish(body, lang=lang)
    await widget.page.goto(discussion.url)
    await expect(widget.element.get_by_role("heading", level=2)).to_be_visible()


async def direction(shown: Locator) -> str:
    found: str = await shown.evaluate("shown => getComputedStyle(shown).direction")
    return found


async def test_every_language_comes_when_it_is_asked_for(discussion: Discussion, widget: Widget) -> None:
    for name in ("Ana", "Jonas", "Mia"):
        discussion.said(name, f"from {name}")
    await widget.open(discussion)

    for language in LANGUAGES:
        words = words_of(language)
        await widget.element.evaluate("(element, tag) => { element.dataset.lang = tag; }", language)

        await expect(composer(widget)).to_have_attribute("placeholder", words["write"]["other"])
        form = await widget.page.evaluate("tag => new Intl.PluralRules(tag).select(3)", language)
        three = await widget.page.evaluate("tag => new Intl.NumberFormat(tag).format(3)", language)
        count = words["comments"][form].replace("{n}", three)
        await expect(widget.element.get_by_role("heading", level=2)).to_have_text(count)
        own_page = widget.element.locator(".widget-foot a")
        await expect(own_page).to_have_attribute("href", re.compile(f"&lang={language}$", re.IGNORECASE))
        for order in ("best", "newest", "oldest"):
            await expect(widget.element.locator(f"[data-sort={order}]")).to_have_text(words[order]["other"])


async def test_a_language_that_does_not_come_is_answered_in_english(
    discussion: Discussion, widget: Widget, page_faults: PageFaults
) -> None:
    page_faults.allow("ERR_FAILED")
    discussion.said("Ana", "one")

    await widget.page.route("**/embed/ar-*.js", lambda route: route.abort())
    await open_in(widget, discussion, discussion.script(lang="ar"))

    await expect(widget.element.get_by_role("heading", level=2)).to_have_text("1 comment")
    assert await direction(widget.element.locator(".comments")) == "ltr"


async def test_what_is_done_is_said_in_the_language_too(discussion: Discussion, widget: Widget) -> None:
    words = {key: forms["other"] for key, forms in words_of("pl").items()}
    await open_in(widget, discussion, discussion.script(), lang="pl-PL")

    await composer(widget).click()
    await widget.element.get_by_label(words["name"]).fill("Ola")
    await composer(widget).fill("Dzień dobry")
    await widget.element.get_by_role("button", name=words["post"]).click()

    await expect(widget.status).to_have_text(f"Dziękujemy, Ola. {words['waitsFirst']}")
    await expect(widget.comment("Dzień dobry").get_by_text(words["waiting"])).to_be_visible()


async def deep_discussion(discussion: Discussion) -> None:
    above = discussion.said("Ana Petković", "depth 0")
    for depth in range(1, 6):
        above = discussion.said(f"ליאת {depth}", f"depth {depth}", above)


@pytest.mark.parametrize("language", FROM_RIGHT)
async def test_words_from_right_to_left_turn_the_whole_widget(
    language: str, discussion: Discussion, widget: Widget
) -> None:
    await deep_discussion(discussion)
    # No `dir`: the page forgot it, or is in English but for its comments.
    await open_in(widget, discussion, discussion.script(lang=language))
    await open_composer(widget, language)

    whole, title = await box_of(widget.element), await box_of(widget.element.locator(".title"))
    top, below = await box_of(widget.comment("depth 0")), await box_of(widget.comment("depth 1"))
    up, down = widget.element.locator("[data-do=up]").first, widget.element.locator("[data-do=down]").first
    assert await direction(widget.element.locator(".comments")) == "rtl"
    assert title["x"] + title["width"] == pytest.approx(whole["x"] + whole["width"], abs=1)
    assert below["x"] == top["x"], "the replies end where their comment ends, on the left"
    assert below["x"] + below["width"] < top["x"] + top["width"], "and are indented from the right"
    assert (await box_of(up))["x"] > (await box_of(down))["x"]
    await expect(widget.element.locator(".to:not(.to--narrow) .icon").first).to_have_css(
        "transform", "matrix(-1, 0, 0, 1, 0, 0)"
    )
    await expect(up.locator(".icon")).to_have_css("transform", "none")
    assert await wrong_by_axe(widget.page) == []


@pytest.mark.parametrize("language", [*FROM_RIGHT, "de", "fr", "pl", "uk", "ja"])
async def test_the_composer_and_a_deep_list_fit_320_pixels_in(
    language: str, discussion: Discussion, widget: Widget
) -> None:
    await deep_discussion(discussion)
    await widget.page.set_viewport_size({"width": 320, "height": 700})
    await open_in(widget, discussion, discussion.script(), lang=language)

    await open_composer(widget, language)

    assert await sticking_out(widget.page) == []
    assert await cut_off(widget.page) == []


CUT_OFF = """() => [...document.querySelector('comments-thread').shadowRoot
  .querySelectorAll('button, label, .badge')]
  .filter((shown) => shown.checkVisibility() && !shown.closest('.visually-hidden'))
  .filter((one) => getComputedStyle(one).display !== 'inline' && one.scrollWidth > one.clientWidth + 1)
  .map((shown) => shown.outerHTML.slice(0, 120))"""


async def cut_off(page: Page) -> list[str]:
    """Return the labels that are wider than the boxes they stand in."""
    found: list[str] = await page.evaluate(CUT_OFF)
    return found


async def test_an_empty_field_has_the_direction_of_its_words_and_a_text_has_its_own(
    discussion: Discussion, widget: Widget
) -> None:
    await open_in(widget, discussion, discussion.script(lang="he"))
    field = composer(widget)

    assert await direction(field) == "rtl"
    await field.fill("Hello?")
    assert await direction(field) == "ltr"
    await field.fill("שלום?")
    assert await direction(field) == "rtl"


async def test_a_page_that_says_its_direction_has_the_widget_so(
    discussion: Discussion, widget: Widget
) -> None:
    await open_in(widget, discussion, f'<div dir="rtl">{discussion.script()}</div>', lang="ur")

    # We have no Urdu: English words, but the page stays the page.
    await expect(composer(widget)).to_have_attribute("placeholder", "Say something about this page")
    assert await direction(widget.element.locator(".comments")) == "rtl"


@pytest.mark.parametrize(
    ("tag", "count", "digits"),
    [("ar-EG", "٣ تعليقات", r"[٠-٩]"), ("ar-MA", "3 تعليقات", r"[0-9]"), ("fa", "۳ دیدگاه", r"[۰-۹]")],
)
async def test_numbers_and_dates_are_written_as_the_language_writes_them(
    tag: str, count: str, digits: str, discussion: Discussion, widget: Widget
) -> None:
    for name in ("Ana", "Jonas", "Mia"):
        discussion.said(name, f"from {name}")
    await open_in(widget, discussion, discussion.script(lang=tag))

    await expect(widget.element.get_by_role("heading", level=2)).to_have_text(count)
    title = await widget.element.locator("time").first.get_attribute("title")
    assert re.findall(r"\d", title or "") == re.findall(digits, title or "") != []


async def test_what_is_read_out_is_marked_with_its_language(discussion: Discussion, widget: Widget) -> None:
    await open_in(widget, discussion, discussion.script(lang="fr-CA"))

    await expect(widget.element.locator(".comments")).to_have_attribute("lang", "fr-CA")
