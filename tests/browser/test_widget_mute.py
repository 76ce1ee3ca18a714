"""A reader mutes an author, in this browser and for this site."""

from playwright.async_api import expect

from tests.browser.discussions import Discussion
from tests.browser.widget import Widget

MUTED = "You have muted Ana Petković. Show again"


async def mute(widget: Widget, text: str, name: str) -> None:
    await widget.button(text, "More").click()
    await widget.element.get_by_role("menuitem", name=f"Mute {name}").click()
    # What mutes is fetched with its first use.
    await expect(widget.element.get_by_text(f"You have muted {name}.").first).to_be_visible()


async def test_a_muted_authors_comments_become_one_quiet_line_each(
    discussion: Discussion, widget: Widget
) -> None:
    top = discussion.said("Ana Petković", "first of hers")
    discussion.said("Jonas", "an answer", top)
    discussion.said("Ana Petković", "second of hers")
    await widget.open(discussion)

    await mute(widget, "first of hers", "Ana Petković")

    await expect(widget.element.get_by_text(MUTED)).to_have_count(2)
    assert await widget.texts() == ["an answer"]
    assert await widget.focused() == "Show again"
    await expect(widget.status).to_have_text("You have muted Ana Petković.")


async def test_a_muted_author_can_be_heard_again(discussion: Discussion, widget: Widget) -> None:
    discussion.said("Ana Petković", "first of hers")
    discussion.said("Ana Petković", "second of hers")
    await widget.open(discussion)
    await mute(widget, "second of hers", "Ana Petković")

    await widget.element.get_by_role("button", name="Show again").first.click()

    await expect(widget.element.get_by_text(MUTED)).to_have_count(0)
    assert sorted(await widget.texts()) == ["first of hers", "second of hers"]
    assert await widget.focused() == "Ana Petković"
    await expect(widget.status).to_have_text("")


async def test_a_muted_author_is_not_seen_for_a_moment_on_other_pages_of_the_site(
    discussion: Discussion, widget: Widget
) -> None:
    discussion.said("Ana Petković", "first of hers")
    await widget.open(discussion)
    await mute(widget, "first of hers", "Ana Petković")
    other = discussion.service.discussion()
    other.tokens = discussion.tokens
    other.embed()
    other.said("Ana Petković", "on another page")
    await widget.page.add_init_script(
        "window.seen = []; new MutationObserver(() => {"
        " const box = document.querySelector('comments-thread')?.shadowRoot;"
        " if (box && !box.watched) { box.watched = true; new MutationObserver(() => {"
        "  if (box.querySelector('article')) seen.push(box.querySelector('article').innerText);"
        " }).observe(box, { childList: true, subtree: true }); }"
        "}).observe(document, { childList: true, subtree: true });"
    )

    await widget.open(other)

    await expect(widget.element.get_by_text(MUTED)).to_be_visible()
    assert await widget.page.evaluate("seen") == []


async def test_one_cannot_mute_oneself(discussion: Discussion, widget: Widget) -> None:
    await widget.open(discussion)
    await widget.post("mine", name="Jonas")
    comment = await widget.comment("mine").get_attribute("id")
    assert comment is not None
    discussion.decide("approve", comment.removeprefix("comment-"))
    await widget.open(discussion)
    await expect(widget.button("mine", "Edit")).to_be_visible()

    await widget.button("mine", "More").click()

    await expect(widget.element.get_by_role("menuitem", name="Copy link")).to_be_visible()
    await expect(widget.element.get_by_role("menuitem", name="Mute")).to_have_count(0)


async def test_new_comments_of_a_muted_author_are_not_announced(
    discussion: Discussion, widget: Widget
) -> None:
    discussion.said("Ana Petković", "first of hers")
    discussion.embed(sort="oldest")
    await widget.open(discussion)
    await mute(widget, "first of hers", "Ana Petković")

    discussion.said("Ana Petković", "second of hers")
    discussion.said("Jonas", "from another")

    await widget.element.get_by_role("button", name="1 new comment").click()
    await expect(widget.comment("from another")).to_be_visible()
    assert await widget.texts() == ["from another"]
