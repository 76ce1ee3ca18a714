"""What a screen reader finds in the widget's states, and what it is told without looking."""

from playwright.async_api import expect

from tests.browser.discussions import Discussion, Service
from tests.browser.states import STATES, Stage
from tests.browser.widget import Widget
from tests.support.browser import PageFaults

LIST = """
- region "3 comments":
  - heading "3 comments" [level=2]
  - group "Sort comments":
    - button "Best" [pressed]
    - button "Newest"
    - button "Oldest"
  - text: Say something about this page
  - textbox "Say something about this page"
  - list:
    - listitem:
      - article "Ana Petković just now":
        - heading "Ana Petković" [level=3]
        - link "just now":
          - time: just now
        - paragraph: the question
        - button "Vote up, 1 vote": "1"
        - button "Vote down"
        - button "Reply"
        - button "More"
      - button "Hide replies to Ana Petković" [expanded]
      - list:
        - listitem:
          - article "Jonas just now":
            - heading "Jonas" [level=3]
          - button "Hide replies to Jonas" [expanded]
          - list:
            - listitem:
              - article "Mia just now":
                - heading "Mia" [level=3]
  - link "This discussion on a page of its own"
  - status
"""
COMPOSER = """
- tablist:
  - tab "Write" [selected]
  - tab "Preview"
- group "Formatting":
  - button "Bold"
  - button "Italic"
  - button "Link"
  - button "Quote"
  - button "Code"
- text: Say something about this page
- textbox "Say something about this page"
- textbox "Name"
- text: E-mail Never shown. Optional.
- textbox "E-mail Never shown. Optional."
- button "Post comment"
- paragraph: Your first comment here is read by a moderator before it appears.
"""
REPORT = """
- group "What is wrong with it?":
  - text: What is wrong with it?
  - radio "It is spam" [checked]
  - radio "It insults or threatens someone"
  - radio "It gives away someone’s private details"
  - radio "It has nothing to do with this page"
  - radio "It breaks the law"
  - radio "Something else"
- text: Anything a moderator should know Optional
- textbox "Anything a moderator should know Optional"
- button "Send report"
- button "Cancel"
"""
WAITING = """
- article "Jonas Lind just now":
  - heading "Jonas Lind" [level=3]
  - text: Waiting for a moderator
  - link "just now":
    - time: just now
  - paragraph: /My grandmother/
  - text: Only you can see this.
  - button "Edit"
  - button "Delete"
"""
EDITING = """
- textbox "Edit your comment": /My grandmother/
- button "Cancel"
- button "Save"
"""
MENU = """
- button "More" [expanded]
- menu "More":
  - menuitem "Copy link"
  - menuitem /Mute/
  - menuitem "Report…"
"""
FAILED = """
- alert:
  - paragraph:
    - text: The comments did not load. The article is not affected.
  - paragraph:
    - button "Try again"
    - link "Read them on a page of their own"
"""
TELLS = """status => {
  window.told = [];
  const note = () => told.push(status.textContent);
  new MutationObserver(note).observe(status, { childList: true, characterData: true, subtree: true });
}"""


async def test_a_discussion_is_heard_as_nested_lists_of_named_articles(
    discussion: Discussion, widget: Widget
) -> None:
    top = discussion.said("Ana Petković", "the question")
    answer = discussion.said("Jonas", "an answer", top)
    discussion.said("Mia", "another answer", answer)
    discussion.voted("Jonas", top, 1)
    await widget.open(discussion)

    await expect(widget.element.get_by_role("region")).to_match_aria_snapshot(LIST)
    time = widget.comment("the question").locator("time").first
    shown = await time.evaluate(
        "time => new Date(time.dateTime).toLocaleDateString('en', {dateStyle: 'long'})"
    )
    assert shown.split(",")[0] in (await time.get_attribute("title") or "")


async def test_an_open_composer_has_tabs_tools_and_labelled_fields(
    discussion: Discussion, widget: Widget
) -> None:
    await widget.open(discussion)
    await widget.write("")
    await expect(widget.element.get_by_role("tab", name="Write")).to_have_attribute("tabindex", "0")
    await expect(widget.element.get_by_role("tab", name="Preview")).to_have_attribute("tabindex", "-1")

    await expect(widget.element.locator("form")).to_match_aria_snapshot(COMPOSER)


async def test_the_states_of_a_comment_are_heard_as_they_are_seen(
    service: Service, widget: Widget, articles: None
) -> None:
    stage = Stage(widget.page, service)

    await STATES["report"].reach(stage)
    await expect(widget.element.locator(".panel")).to_match_aria_snapshot(REPORT)

    await STATES["menu"].reach(stage)
    await expect(widget.element.locator(".menu:has(.menu-list)")).to_match_aria_snapshot(MENU)

    await STATES["editing"].reach(stage)
    await expect(widget.element.locator(".is-editing form")).to_match_aria_snapshot(EDITING)
    await widget.page.keyboard.press("Escape")
    await expect(widget.element.locator(".is-waiting > .comment")).to_match_aria_snapshot(WAITING)

    await widget.element.get_by_role("button", name="Delete").click()
    await expect(widget.element.locator(".gone")).to_match_aria_snapshot(
        '- paragraph:\n  - text: Deleted.\n  - button "Undo"'
    )


async def test_a_discussion_that_is_closed_says_so_in_words(
    service: Service, widget: Widget, articles: None
) -> None:
    await STATES["closed"].reach(Stage(widget.page, service))

    await expect(widget.element.get_by_text("Comments on this page closed on November 30")).to_be_visible()
    await expect(widget.element.get_by_role("textbox")).to_have_count(0)
    await expect(widget.element.get_by_role("button", name="Reply")).to_have_count(0)


async def test_what_does_not_load_is_an_alert_and_loading_is_no_second_live_region(
    service: Service, widget: Widget, page_faults: PageFaults
) -> None:
    page_faults.allow("ERR_FAILED")
    stage = Stage(widget.page, service)

    await STATES["failed"].reach(stage)
    await expect(widget.element.get_by_role("alert")).to_match_aria_snapshot(FAILED)
    await widget.page.unroute_all()
    await STATES["loading"].reach(stage)

    await expect(widget.element.get_by_role("progressbar", name="Loading comments")).to_be_visible()
    await expect(widget.element.get_by_role("status")).to_have_count(1)


async def test_each_thing_that_is_done_is_told_once_and_politely(
    discussion: Discussion, widget: Widget
) -> None:
    await widget.open(discussion)
    await widget.status.evaluate(TELLS)
    waits = "Thank you, Jonas. Your comment waits for a moderator, because it is your first one here."

    await widget.post("As it was.", name="Jonas")
    await expect(widget.status).to_contain_text(waits)
    await widget.button("As it was.", "Edit").click()
    await widget.element.get_by_label("Edit your comment").fill("As it is.")
    await widget.element.get_by_role("button", name="Save").click()
    await expect(widget.status).to_have_text("Saved.")
    await widget.button("As it is.", "Delete").click()
    await expect(widget.status).to_have_text("Deleted.")
    await widget.element.get_by_role("button", name="Undo").click()
    await expect(widget.status).to_have_text("It is back.")

    told = await widget.page.evaluate("told")
    assert told[0].startswith(waits)
    assert told[1:] == ["Saved.", "Deleted.", "It is back."]
    await expect(widget.element.locator("[role=status], [aria-live]")).to_have_count(1)
