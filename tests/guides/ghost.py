"""Ghost, with its own theme changed as the guide says."""

import os
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx2 as httpx

from tests.guides.building import SITES, Guide, NotHere, lay_out, newer_node, put, run
from tests.guides.servers import answers, mariadb, running, wait_for
from tests.guides.workshop import ARTICLES, Workshop
from tests.support import npm

VERSION = "6.65.0"
# What the theme has where comments stand.
OWN_COMMENTS = re.compile(r"\{\{#if comments\}\}.*?\{\{/if\}\}", re.DOTALL)
OWNER = {
    "name": "Mia",
    "email": "mia@blog.example",
    "password": "quiet-harbour-93-lisbon",
    "blogTitle": "Trains",
}
LINKS = " ".join(f'<a href="{path}">{title}</a>' for title, path in ARTICLES.items())


@dataclass(frozen=True, slots=True)
class Ghost(Guide):
    """Ghost brings no lock file of npm's: its own packages are pinned, theirs are the newest."""

    def follow(self, workshop: Workshop) -> None:
        workshop.write_first(self.name)
        package = installed(self.folder)
        origin = workshop.origin(self.name)
        words = {"https://talk.example": workshop.host, "https://blog.example": origin}
        folder = Path(workshop.closing.enter_context(tempfile.TemporaryDirectory()))
        socket = workshop.closing.enter_context(mariadb(folder))
        port = {'"@@PORT@@"': str(urlsplit(origin).port), "@@SOCKET@@": str(socket)}
        lay_out(SITES / "ghost", package, [], {**words, **port})
        (lines,) = self.lines()
        theme = (package / "content/themes/source/post.hbs.original").read_text()
        put(package / "content/themes/source/post.hbs", OWN_COMMENTS.sub(lambda _: lines.code, theme), words)
        environment = {**os.environ, "NODE_ENV": "production", "GHOST_NODE_VERSION_CHECK": "false"}
        workshop.closing.enter_context(
            running([str(newer_node() / "node"), "index.js"], package, environment)
        )
        write_articles(origin)


def installed(folder: Path) -> Path:
    """Return the folder of an installed Ghost with its database's place empty."""
    package = folder / "package"
    stamp = folder / f"{VERSION}.installed"
    if stamp.exists():
        return package
    shutil.rmtree(package, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        tarball = npm.npm(folder, "pack", "--silent", f"ghost@{VERSION}").strip()
        run(folder, "tar", "--extract", "--file", tarball)
        # Not one that must be compiled, or fetched from elsewhere, is needed.
        npm.npm(package, "install", "--omit=dev", "--legacy-peer-deps", "--ignore-scripts", "--silent")
    except AssertionError as fault:
        raise NotHere("its packages cannot be installed here") from fault
    theme = package / "content/themes/source"
    shutil.copy(theme / "post.hbs", theme / "post.hbs.original")
    stamp.touch()
    return package


def write_articles(origin: str) -> None:
    """Sign in as the owner of a new Ghost, and publish the articles."""
    # Names below `localhost` are known to browsers, not to every system.
    parts = urlsplit(origin)
    admin = f"http://127.0.0.1:{parts.port}/ghost/api/admin"
    headers = {"Host": parts.netloc, "Origin": origin}
    wait_for(lambda: answers(f"http://127.0.0.1:{parts.port}/robots.txt"), "Ghost")
    with httpx.Client(headers=headers, timeout=60) as client:
        asked(client, f"{admin}/authentication/setup/", {"setup": [OWNER]})
        login = {"username": OWNER["email"], "password": OWNER["password"]}
        cookie = asked(client, f"{admin}/session/", login).headers["Set-Cookie"].partition(";")[0]
        client.headers["Cookie"] = cookie
        for title, path in ARTICLES.items():
            post = {"title": title, "slug": path.strip("/"), "html": f"<p>{LINKS}</p>", "status": "published"}
            asked(client, f"{admin}/posts/?source=html", {"posts": [post]})


def asked(client: httpx.Client, url: str, body: object) -> httpx.Response:
    answer = client.post(url, json=body)
    assert answer.status_code < 300, f"{url}: {answer.status_code} {answer.text}"
    return answer


def ghost_version(_: Path) -> str:
    return VERSION
