"""Every state that the widget can be in, and how a reader gets there: for the tests and for the pictures.

What is pressed is found by how the widget is built, not by its words: the pictures are taken in Arabic too.
"""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from playwright.async_api import Locator, Page, Request, Route, expect

from tests.browser.articles import NIGHT_TRAIN, TIMETABLE
from tests.browser.discussions import Discussion, Service

SPOKEN = {
    "en": {
        "reader": "Jonas Lind",
        "text": "My grandmother worked that line as an attendant. She said: learn who snores by Wrocław.",
        "other": "Priya Raman",
        "said": "Weighted by nights it is about 160. Still good news.",
        "markdown": "The doors of a `WLABmz` fold **inwards**.\n\n> The doors give it away.\n\nThey do!",
    },
    "ar": {
        "reader": "يوسف الكردي",
        "text": "عملت جدّتي على هذا الخطّ. قالت إنّ السرّ أن تعرف من يشخر قبل الوصول.",
        "other": "ليلى حدّاد",
        "said": "إذا حسبناها بالليالي فهي نحو ١٦٠. وهذا خبر سارّ.",
        "markdown": "أبواب `WLABmz` تُفتح **إلى الداخل**.\n\n> الأبواب تفضحها.\n\nنعم!",
    },
}
"""What is written in the states, by the page's language."""

HARD_WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 3
TOO_LONG = "I went looking for the old timetable. " * 268 + "And here it is, all of it. Sorry."


@dataclass(slots=True)
class Stage:
    """A page of the blog, about to be opened with the widget on it."""

    page: Page
    service: Service
    lang: str = "en"
    direction: str = "ltr"
    small: str = TIMETABLE
    """The article that most states are shown on."""

    @property
    def widget(self) -> Locator:
        return self.page.locator("comments-thread")

    @property
    def spoken(self) -> dict[str, str]:
        return SPOKEN[self.lang]

    def one(self, selector: str) -> Locator:
        return self.widget.locator(selector).first

    async def open(self, article: str = "", *, fragment: str = "") -> None:
        """Open a new page with the discussion of `article` and wait until it stands there."""
        discussion = self.service.discussion()
        await self.open_page(discussion, fragment=fragment, identifier=article or self.small)
        await expect(self.one(".list .thread .comment")).to_be_visible()

    async def open_page(self, discussion: Discussion, *, fragment: str = "", **options: str) -> None:
        discussion.publish(discussion.script(**options), lang=self.lang, direction=self.direction)
        await self.page.goto(discussion.url + fragment)

    async def open_small(self) -> Discussion:
        """Open a page of one comment, where what is posted is not taken for a repetition."""
        discussion = self.service.discussion()
        discussion.said(self.spoken["other"], self.spoken["said"])
        await self.open_page(discussion)
        await self.see(".thread")
        return discussion

    async def write(self, text: str) -> None:
        """Open the composer at the top and put `text` into it."""
        await self.one("[data-composer]").click()
        await self.see(".composer:not(.composer--folded) .button--primary")
        await self.one("[data-composer]").fill(text)

    async def post(self, text: str = "") -> None:
        await self.write(text or self.spoken["text"])
        await self.one(".who input").fill(self.spoken["reader"])
        await self.press(".composer .button--primary")

    async def press(self, selector: str) -> None:
        await self.one(selector).click()

    async def see(self, selector: str) -> None:
        await expect(self.one(selector)).to_be_visible()

    async def lose(self, address: str, method: str = "GET") -> None:
        """Let no answer come to such requests."""

        async def lose(route: Route, request: Request) -> None:
            await (route.abort() if request.method == method else route.continue_())

        await self.page.route(address, lose)

    async def delay(self, address: str, method: str = "GET") -> None:
        """Let such requests wait for ever."""

        async def wait(route: Route, request: Request) -> None:
            if request.method != method:
                await route.continue_()

        await self.page.route(address, wait)


@dataclass(frozen=True, slots=True)
class State:
    """How the widget gets into a state, and where on it the state is seen."""

    title: str
    reach: Callable[[Stage], Awaitable[None]]
    at: str
    """What a picture shows: the widget from the top of this on."""


STATES: dict[str, State] = {}


def state(
    title: str, at: str = ".comments"
) -> Callable[[Callable[[Stage], Awaitable[None]]], Callable[[Stage], Awaitable[None]]]:
    def keep(reach: Callable[[Stage], Awaitable[None]]) -> Callable[[Stage], Awaitable[None]]:
        STATES[reach.__name__.replace("_", "-")] = State(title, reach, at)
        return reach

    return keep


@state("A discussion")
async def thread(stage: Stage) -> None:
    await stage.open(NIGHT_TRAIN)


@state("Nobody has said anything yet")
async def empty(stage: Stage) -> None:
    await stage.open_page(stage.service.discussion())
    await stage.see(".empty")


@state("Loading, shown after 200 ms")
async def loading(stage: Stage) -> None:
    await stage.delay("**/thread?*")
    await stage.open_page(stage.service.discussion())
    await stage.see(".skeleton")


@state("The comments did not load")
async def failed(stage: Stage) -> None:
    await stage.lose("**/thread?*")
    await stage.open_page(stage.service.discussion())
    await stage.see("[data-state=failed] .notice--bad")


@state("The discussion is closed")
async def closed(stage: Stage) -> None:
    async def close(route: Route) -> None:
        answer = await route.fetch()
        body = await answer.json()
        body["thread"] |= {"state": "closed", "closed_at": "2026-11-30T12:00:00Z"}
        await route.fulfill(response=answer, body=json.dumps(body))

    await stage.page.route("**/thread?*", close)
    await stage.open()


@state("The composer, opened by the focus")
async def composer(stage: Stage) -> None:
    await stage.open()
    await stage.write("")


@state("Nothing written")
async def nothing_written(stage: Stage) -> None:
    await composer(stage)
    await stage.press(".composer .button--primary")
    await stage.see(".error-text")


@state("A name is missing")
async def name_missing(stage: Stage) -> None:
    await stage.open()
    await stage.write(stage.spoken["text"])
    await stage.press(".composer .button--primary")
    await stage.see(".error-text")


@state("Too long: typing is never blocked", ".error-text")
async def too_long(stage: Stage) -> None:
    await stage.open()
    await stage.post(TOO_LONG)
    await stage.see(".left.is-over")


@state("The preview, rendered by the service")
async def preview(stage: Stage) -> None:
    await stage.open()
    await stage.write(stage.spoken["markdown"])
    await stage.press("[role=tab]:last-child")
    await stage.see(".preview strong")


@state("Sending: the button keeps its width and the focus")
async def sending(stage: Stage) -> None:
    await stage.delay("**/comments", "POST")
    await stage.open()
    await stage.post()
    await stage.see(".send-button[aria-disabled=true]")


@state("No connection: the text is kept")
async def offline(stage: Stage) -> None:
    await stage.lose("**/comments", "POST")
    await stage.open()
    await stage.post()
    await stage.see(".error-text button")


@state("Too fast: the button counts down")
async def too_fast(stage: Stage) -> None:
    async def refuse(route: Route) -> None:
        await route.fulfill(
            status=429,
            json={"status": 429, "code": "too-many", "detail": "Too many"},
            headers={
                "Retry-After": "40",
                "Access-Control-Allow-Origin": "*",
                "Access-Control-Expose-Headers": "Retry-After",
            },
        )

    await stage.page.route("**/comments", refuse)
    await stage.open()
    await stage.post()
    await stage.see(".send-button[aria-disabled=true]")


@state("A reply, under whom it answers", ".thread")
async def reply(stage: Stage) -> None:
    await stage.open()
    await stage.press("[data-do=reply]")
    await stage.see(".item .composer .button--primary")


@state("Posted, and waiting for a moderator")
async def waiting(stage: Stage) -> None:
    await stage.open_small()
    await stage.post()
    await stage.see(".is-waiting .badge--waiting")
    await stage.see(".notice--posted")


@state("Editing one’s own comment", ".thread")
async def editing(stage: Stage) -> None:
    await waiting(stage)
    await stage.press("[data-do=edit]")
    await stage.see(".is-editing .composer")


@state("Deleted, with a way back", ".thread")
async def deleted(stage: Stage) -> None:
    await waiting(stage)
    await stage.press("[data-do=delete]")
    await stage.see("[data-do=undo]")


@state("One’s own comment, while it can be edited")
async def own(stage: Stage) -> None:
    discussion = await stage.open_small()
    await stage.post()
    box = stage.one(".is-waiting > .comment")
    await expect(box).to_be_visible()
    identifier = (await box.get_attribute("id") or "").removeprefix("comment-")
    discussion.decide("approve", identifier)
    await stage.page.reload()
    await stage.see("[data-do=edit]")


@state("Known here: no name is asked for")
async def known(stage: Stage) -> None:
    await own(stage)
    await stage.write(stage.spoken["said"])
    await stage.see(".as")


@state("Voted")
async def voted(stage: Stage) -> None:
    await stage.open_small()
    await stage.press("[data-do=up]")
    await expect(stage.one("[data-do=up] .score")).to_have_text("1")
    await expect(stage.one("[data-do=up]")).to_have_attribute("aria-pressed", "true")


@state("The menu of a comment", ".thread")
async def menu(stage: Stage) -> None:
    await stage.open()
    await stage.press("[data-do=menu]")
    await stage.see(".menu-list")


@state("A report", ".thread")
async def report(stage: Stage) -> None:
    await menu(stage)
    await stage.press(".menu-list [data-do=report]")
    await stage.see(".panel .button--primary")


@state("Reported", ".thread")
async def reported(stage: Stage) -> None:
    await report(stage)
    await stage.press(".panel .button--primary")
    await stage.see(".comment > .notice--good")


@state("An author whom the reader does not want to hear", ".thread")
async def muted(stage: Stage) -> None:
    await menu(stage)
    await stage.press(".menu-list [data-do=mute]")
    await stage.see("[data-do=unmute]")


@state("New comments wait to be let in")
async def new_comments(stage: Stage) -> None:
    discussion = await stage.open_small()
    await expect(stage.one(".live")).to_be_attached()
    discussion.said(stage.spoken["reader"], stage.spoken["text"])
    await stage.see(".live button")


@state("New since the last visit")
async def since_last_visit(stage: Stage) -> None:
    discussion = await stage.open_small()
    await expect(stage.one(".live")).to_be_attached()
    # A visit that was seen is noted when the page is left.
    await stage.one(".thread").scroll_into_view_if_needed()
    await stage.page.goto("about:blank")
    discussion.said(stage.spoken["reader"], stage.spoken["text"])
    await stage.page.goto(discussion.url)
    await stage.see(".badge--new")


@state("Replies folded away", ".thread")
async def folded(stage: Stage) -> None:
    await stage.open()
    await stage.press(".fold")
    await expect(stage.widget.locator(".replies ol:visible")).to_have_count(0)


@state("Come by a link to a comment", ".thread")
async def linked(stage: Stage) -> None:
    await stage.open()
    identifier = await stage.one(".replies .comment").get_attribute("id") or ""
    # The mark stays for four seconds, so it is waited for at once.
    await stage.open_page(stage.service.discussion(), fragment=f"#{identifier}", identifier=stage.small)
    await stage.see(".is-linked")


@state("The linked comment is gone")
async def linked_gone(stage: Stage) -> None:
    await stage.open(fragment="#comment-01a20d6d-5a00-7fff-8000-000000000000")
    await stage.see(".notices .notice")


@state("What is hard to show: long words, code, depth, many scripts")
async def hard(stage: Stage) -> None:
    discussion = stage.service.discussion()
    write_hard_things(discussion)
    await stage.open_page(discussion)
    await stage.see(".thread .gone")


def write_hard_things(discussion: Discussion) -> None:
    code = "\n".join([f"value = {'x' * 120}", *(f"f({n})" for n in range(950)), "# the last line"])
    lists = "\n".join(f"{'   ' * depth}- level {depth} {'word ' * 5}" for depth in range(9))
    scripts = "ไม่มีช่องว่างระหว่างคำในภาษาไทย" * 6 + " हिन्दी में भी लिखा जाता है। " + "Z̸̢̛͓͎̲͉̘̀̈́͂̇͠a̷̧͇̅l̶̰̈́g̵̰̏o̴̩͝ " * 9
    emoji = "👩‍👩‍👧‍👦" * 60 + "🏳️‍🌈🇺🇳" * 40
    mixed = "The word שלום means peace, مرحبا means hello, and (123) 456-789 is a number. " * 4
    japanese = "出雲行きの寝台に乗ったとき、車掌さんが小さな声で教えてくれました。"
    address = f"https://example.org/{'path/' * 40}"
    top = discussion.said("Friederike", f"A long word: {HARD_WORD}")
    above = discussion.said("ليلى حدّاد", "سافرتُ بالقطار الليلي من القاهرة إلى أسوان.", top)
    for depth in range(2, 8):
        above = discussion.said(f"{'Maximiliana' * 6} {depth}", f"> quoted\n\nat depth {depth}.", above)
    gone = discussion.said("Jonas", "soon gone")
    discussion.said("佐藤 美咲", japanese * 3, gone)
    discussion.decide("remove", gone)
    discussion.said("สมชาย 👩‍🚀", f"{scripts}\n\n{emoji}\n\n{mixed}\n\n\u202e{HARD_WORD}")
    discussion.said("Devon", f"Some code:\n\n```python\n{code}\n```\n\n{lists}\n\n{address}")
