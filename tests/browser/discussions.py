"""What a browser test stands on: a blog on another site than the service, and discussions on its pages."""

import html
import threading
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2 as httpx

from comments.sites.queries import site_by_name
from comments.storage import open_database
from tests.support.live import Installation, LiveService
from tests.support.seeding import PLAIN, Writing, seed_thread

SITE = "blog"
CLIENT = httpx.Client()
STYLE = (
    "body{margin:0;background:#fdfcfa;color:#222;font:1rem/1.6 system-ui,sans-serif}"
    "main{max-width:43rem;margin:auto;padding:1.5rem 1.25rem}"
    "@media(prefers-color-scheme:dark){body{background:#161615;color:#d9d7d2}}"
)


@dataclass(frozen=True, slots=True)
class HostPage:
    """A page of the blog as it is sent."""

    text: str
    headers: dict[str, str]


def script_in(folders: dict[str, Path], path: str) -> HostPage | None:
    place, _, name = path.rpartition("/")
    folder = folders.get(f"{place}/")
    if folder is None or not (folder / name).is_file():
        return None
    return HostPage((folder / name).read_text(), {"Content-Type": "text/javascript; charset=utf-8"})


class Blog:
    """A web server for the blog, under a name that a browser takes for another site than the service's."""

    def __init__(self) -> None:
        self._pages: dict[str, HostPage] = {}
        self._folders: dict[str, Path] = {}
        pages, folders = self._pages, self._folders

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = self.path.partition("?")[0]
                page = pages.get(path) or script_in(folders, path)
                # A browser asks for an icon too, and notes a 404 in its console.
                self.send_response(200 if page else 204)
                for name, value in page.headers.items() if page else ():
                    self.send_header(name, value)
                if not (page and "Content-Type" in page.headers):
                    self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(page.text.encode() if page else b"")

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://blog.localhost:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def put(self, text: str, headers: dict[str, str] | None = None) -> str:
        """Publish a page under an address of its own, and return that."""
        path = f"/{uuid.uuid4().hex}"
        self._pages[path] = HostPage(text, headers or {})
        return self.origin + path

    def put_scripts(self, folder: Path) -> str:
        """Publish the scripts of a folder, and return the address that they stand below."""
        place = f"/{uuid.uuid4().hex}/"
        self._folders[place] = folder
        return self.origin + place

    def change(self, url: str, text: str, headers: dict[str, str] | None = None) -> None:
        self._pages[url.removeprefix(self.origin)] = HostPage(text, headers or {})


@dataclass(frozen=True, slots=True)
class Service:
    """A running service with the site `blog`, and a moderator of it."""

    live: LiveService
    installation: Installation
    blog: Blog
    token: str

    @property
    def host(self) -> str:
        return self.live.base_url

    def discussion(self) -> "Discussion":
        return Discussion(self, self.blog.put(""))

    def sign_in_link(self, email: str) -> str:
        """Make a moderator, and return the address that signs them in."""
        printed = self.installation.run("moderator", "add", email, "--site", SITE)
        link = next(word for word in printed.split() if word.startswith("http"))
        return self.host + urlsplit(link).path + "?" + urlsplit(link).query


@contextmanager
def running_service(blog: Blog, folder: Path) -> Iterator[Service]:
    """Run the program with the site of `blog`, on data of its own in `folder`."""
    installation = Installation(folder / "data", settings={"COMMENTS_RATE_LIMITS": "off"})
    with installation.serving() as live:
        installation.run("site", "add", SITE, "--origin", blog.origin)
        installation.run("moderator", "add", "mia@blog.example", "--site", SITE)
        token = installation.run("moderator", "token", "mia@blog.example", "--site", SITE).split()[0]
        yield Service(live, installation, blog, token)


@dataclass(slots=True)
class Discussion:
    """The discussion of one page of the blog, written over the API."""

    service: Service
    url: str
    tokens: dict[str, str] = field(default_factory=dict)

    def embed(self, *, lang: str = "en", headers: dict[str, str] | None = None, **options: str) -> None:
        """Put the widget on the page."""
        text = f"<h1>Night trains</h1><p>An article.</p>{self.script(**options)}"
        self.publish(text, lang=lang, headers=headers)

    def script(self, **options: str) -> str:
        """Return the line that the documentation tells to add."""
        given = {"site": SITE, **options}
        attributes = " ".join(f'data-{name}="{html.escape(value)}"' for name, value in given.items())
        return f'<script async src="{self.service.host}/embed.js" {attributes}></script>'

    def publish(
        self, body: str, *, lang: str = "en", direction: str = "ltr", headers: dict[str, str] | None = None
    ) -> None:
        text = (
            f'<!doctype html><html lang="{lang}" dir="{direction}">'
            f'<meta name="viewport" content="width=device-width">'
            f"<title>Night trains</title><style>{STYLE}</style><main>{body}</main></html>"
        )
        self.service.blog.change(self.url, text, headers)

    def posted(self, name: str, body: str, parent: str | None = None) -> dict[str, Any]:
        """Post as a guest, who waits for a moderator the first time."""
        order = {
            "page": {"url": self.url, "title": "Night trains"},
            "parent_id": parent,
            "body": body,
            "author": {"name": name},
        }
        answer = self._ask("POST", "comments", order, self.tokens.get(name))
        if "token" in answer:
            self.tokens[name] = answer["token"]
        comment: dict[str, Any] = answer["comment"]
        return comment

    def said(self, name: str, body: str, parent: str | None = None) -> str:
        """Post and approve; return the comment's id."""
        comment = self.posted(name, body, parent)
        if comment["state"] != "approved":
            self.decide("approve", comment["id"])
        return str(comment["id"])

    async def fill(self, parents: Sequence[int | None], writing: Writing = PLAIN) -> None:
        """Write a discussion of any size past the API, public at once: one comment for each of `parents`."""
        db = await open_database(f"sqlite:///{self.service.installation.data_folder / 'comments.db'}")
        try:
            site = await db.read(site_by_name, SITE)
            await db.write(seed_thread, site.id, self.url, parents, writing)
        finally:
            await db.close()

    def decide(self, decision: str, *ids: str, **more: str) -> None:
        self._ask(
            "POST",
            "moderation/decisions",
            {"comment_ids": list(ids), "decision": decision, **more},
            self.service.token,
        )

    def waiting(self) -> dict[str, Any]:
        """Return the newest comment that waits, as moderators see it."""
        path = "moderation/comments?state=pending&limit=1"
        found: dict[str, Any] = self._ask("GET", path, None, self.service.token)["comments"][0]
        return found

    def voted(self, name: str, comment_id: str, value: int) -> None:
        answer = self._ask("PUT", f"comments/{comment_id}/vote", {"value": value}, self.tokens.get(name))
        if answer.get("token"):
            self.tokens[name] = answer["token"]

    def edited(self, name: str, comment_id: str, body: str) -> None:
        self._ask("PATCH", f"comments/{comment_id}", {"body": body}, self.tokens[name])

    def shown(self) -> dict[str, Any]:
        return self._ask("GET", f"thread?url={self.url}&sort=newest", None, None)

    def _ask(self, method: str, path: str, body: Any, token: str | None) -> dict[str, Any]:
        headers = {"Origin": self.service.blog.origin}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        address = f"{self.service.host}/api/v1/sites/{SITE}/{path}"
        answer = CLIENT.request(method, address, json=body, headers=headers)
        assert answer.status_code < 300, answer.text
        found: dict[str, Any] = answer.json()
        return found
