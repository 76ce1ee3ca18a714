"""A running service with the site `blog`, and a web server for what the tools build."""

import mimetypes
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx2 as httpx

from tests.support.live import Installation

SITE = "blog"
# What every tool makes a page of.
ARTICLES = {"Night trains": "/night-trains/", "Day trains": "/day-trains/"}


class Server:
    """Serves folders, told apart by the name that a page is asked under."""

    def __init__(self) -> None:
        self.folders: dict[str, Path] = {}
        folders = self.folders

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                name = (self.headers["Host"] or "").partition(".")[0]
                file = file_in(folders.get(name), self.path)
                # Browsers ask for an icon that no tool makes.
                self.send_response(200 if file else 204 if "favicon" in self.path else 404)
                kind = mimetypes.guess_type(file.name)[0] if file else None
                self.send_header("Content-Type", kind or "application/octet-stream")
                self.end_headers()
                self.wfile.write(file.read_bytes() if file else b"")

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def origin(self, name: str) -> str:
        return f"http://{name}.localhost:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def file_in(folder: Path | None, path: str) -> Path | None:
    """Return the file for a path; a program of one page answers for every page that is none of its files."""
    if folder is None:
        return None
    asked = folder / unquote(path.partition("?")[0]).strip("/")
    choices = [asked, asked / "index.html"] + ([] if asked.suffix else [folder / "index.html"])
    return next((file for file in choices if file.is_file()), None)


@dataclass(frozen=True, slots=True)
class Workshop:
    """What every guide is tried in."""

    host: str
    token: str
    server: Server
    # Of tools that serve their pages themselves.
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    # What is to be ended with it.
    closing: ExitStack = field(default_factory=ExitStack)

    def origin(self, name: str) -> str:
        return self.elsewhere.get(name) or self.server.origin(name)

    def write_first(self, name: str) -> None:
        """Let each article of the tool's site have a comment."""
        for title, path in ARTICLES.items():
            self.say(self.origin(name) + path, f"said about {title}")

    def say(self, url: str, text: str) -> None:
        """Write a comment that everybody sees."""
        answer = httpx.post(
            f"{self.host}/api/v1/sites/{SITE}/comments",
            json={"page": {"url": url}, "body": text, "author": {"name": "Ana"}},
            headers={"Authorization": f"Bearer {self.token}"},
        )
        assert answer.status_code == 201, answer.text


@contextmanager
def open_workshop(
    folder: Path, names: list[str], elsewhere: Mapping[str, str] | None = None
) -> Iterator[Workshop]:
    """Run a service whose data is in `folder`, and a web server for the names given, until the block ends."""
    server = Server()
    installation = Installation(folder / "data", settings={"COMMENTS_RATE_LIMITS": "off"})
    origins = [*map(server.origin, names), *(elsewhere or {}).values()]
    try:
        with installation.serving() as live:
            arguments = [part for origin in origins for part in ("--origin", origin)]
            installation.run("site", "add", SITE, *arguments)
            installation.run("moderator", "add", "mia@blog.example", "--site", SITE)
            token = installation.run("moderator", "token", "mia@blog.example", "--site", SITE).split()[0]
            workshop = Workshop(live.base_url, token, server, elsewhere or {})
            with workshop.closing:
                yield workshop
    finally:
        server.close()
