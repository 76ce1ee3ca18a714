"""How fast an export of Disqus comes in, and in how much memory."""

import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from tests.bench.contestants import ROOT
from tests.bench.processes import MemoryWatch, started
from tests.bench.seeding import SECRET, SITE
from tests.support.disqus_export import write_disqus_export


@dataclass(frozen=True, slots=True)
class Imported:
    """One import of a generated export, in processes of its own."""

    posts: int
    seconds: float
    most_memory_bytes: int
    """All processes together; pages that they share count in each."""

    @property
    def rate(self) -> float:
        return self.posts / self.seconds


def measure_import(folder: Path, posts: int) -> Imported:
    """Generate an export of so many posts and import it into an empty installation."""
    folder.mkdir(parents=True)
    export = folder / "disqus.xml"
    write_disqus_export(export, posts)
    environment = {"COMMENTS_DATA_DIR": str(folder), "COMMENTS_SECRET_KEY": SECRET}
    comments = [sys.executable, "-m", "comments"]
    add_site = ["site", "add", SITE, "--origin", "https://blog.example"]
    with started([*comments, *add_site], folder / "site.log", environment, ROOT) as process:
        _check(process.wait(60), folder / "site.log")
    log = folder / "import.log"
    bring_in = ["import", "disqus", str(export), "--site", SITE, "--json"]
    began = time.perf_counter()
    with (
        started([*comments, *bring_in], log, environment, ROOT) as process,
        MemoryWatch(process.pid) as watch,
    ):
        _check(process.wait(600), log)
    seconds = time.perf_counter() - began
    report = json.loads(log.read_text().splitlines()[-1])
    if report["read"] != posts:
        raise RuntimeError(f"{report['read']} of {posts} posts were read")
    return Imported(posts, seconds, watch.most.resident)


def _check(code: int, log: Path) -> None:
    if code:
        raise RuntimeError(f"comments ended with {code}:\n{log.read_text()[-2_000:]}")
