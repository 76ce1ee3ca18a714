"""A browser without a script: it follows links, sends forms as they stand, and keeps cookies."""

import html
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

import httpx2 as httpx
from starlette.types import ASGIApp

OURS = "http://127.0.0.1:8080"


@dataclass
class Form:
    """A form as it stands on a page; `buttons` by what is written on them."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: dict[str, tuple[str, str]] = field(default_factory=dict)


class _Forms(HTMLParser):
    """Collects a page's forms."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._open: Form | None = None
        self._button: tuple[str, str] | None = None
        self._area = ""
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = Form(given.get("action", ""), given.get("method", "get"))
            self.found.append(self._open)
        elif tag == "input" and self._open and given.get("type") not in {"radio", "checkbox"}:
            self._open.fields[given["name"]] = given.get("value", "")
        elif tag == "textarea":
            self._area, self._text = given["name"], ""
        elif tag == "button":
            self._button, self._text = (
                (given.get("name", ""), given.get("value", "")),
                given.get("aria-label", ""),
            )

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag == "textarea" and self._open:
            self._open.fields[self._area] = self._text.removeprefix("\n")
        elif tag == "button" and self._open and self._button:
            self._open.buttons[self._text.strip()] = self._button


class Page:
    """An answer that was read to its end."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self.status = answer.status_code
        self.source = answer.text
        self.url = str(answer.url)
        forms = _Forms()
        forms.feed(self.source)
        self.forms = forms.found

    @property
    def text(self) -> str:
        """What can be read on it, on one line."""
        body = re.sub(r"<(head|svg)\b.*?</\1>", "", self.source, flags=re.DOTALL)
        body = re.sub(r"</?(p|li|div|h[1-6]|span|button)\b[^>]*>", " ", body)
        return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", "", body))).strip()

    def links(self, words: str) -> list[str]:
        """Return where the links lead that have these words on them."""
        found = re.findall(r'<a\b[^>]*?href="([^"]*)"[^>]*>(.*?)</a>', self.source, flags=re.DOTALL)
        return [href.replace("&amp;", "&") for href, inner in found if words in re.sub(r"<[^>]+>", "", inner)]

    def form_with(self, button: str) -> Form:
        return next(form for form in self.forms if any(name.startswith(button) for name in form.buttons))


@dataclass
class PlainBrowser:
    """A browser at one of our pages."""

    client: httpx.AsyncClient
    origin: str = OURS
    at: Page | None = None

    @property
    def page(self) -> Page:
        assert self.at is not None, "open a page first"
        return self.at

    async def open(self, path: str, **headers: str) -> Page:
        """Open a page as one types its address, or with a Referer."""
        self.at = Page(await self.client.get(path, headers=headers, follow_redirects=True))
        return self.at

    async def follow(self, words: str, which: int = 0) -> Page:
        """Follow the link with these words, telling the page it is on."""
        target = urljoin(self.page.url, self.page.links(words)[which])
        return await self.open(target, referer=self.page.url.partition("#")[0])

    async def press(self, button: str, form: Form | None = None, **fields: str) -> Page:
        """Fill in the form that has this button, and press it."""
        answer = await self.send(button, form, **fields)
        return await self.arrive(answer)

    async def send(self, button: str, form: Form | None = None, **fields: str) -> httpx.Response:
        """Press a button and return the first answer."""
        form = form or self.page.form_with(button)
        name, value = next(pressed for words, pressed in form.buttons.items() if words.startswith(button))
        sent = {**form.fields, **fields, **({name: value} if name else {})}
        # Text areas send their line breaks as two characters.
        sent = {key: text.replace("\n", "\r\n") for key, text in sent.items()}
        target = urljoin(self.page.url, form.action)
        headers = {"origin": self.origin, "referer": self.page.url.partition("#")[0]}
        return await self.client.post(target, data=sent, headers=headers, follow_redirects=False)

    async def arrive(self, answer: httpx.Response) -> Page:
        """Go where an answer leads, as a browser does: by GET."""
        if answer.status_code == 303:
            target = urljoin(str(answer.url), answer.headers["location"])
            page = await self.open(target)
            page.url = target
            return page
        self.at = Page(answer)
        return self.at


@asynccontextmanager
async def plain_browser(app: ASGIApp, *, origin: str = OURS, **headers: str) -> AsyncIterator[PlainBrowser]:
    """Open a browser with cookies of its own."""
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=origin, headers=headers) as client:
        yield PlainBrowser(client, origin)


def cookie_of(answer: Any) -> str:
    """Return the header that sets a cookie, empty if there is none."""
    return str(answer.headers.get("set-cookie", ""))
