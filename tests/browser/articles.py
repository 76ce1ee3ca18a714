"""Two articles of the blog with the discussions that come with the program, and a small one in Arabic."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from comments.demo.setup import DISCUSSION, NEWEST
from comments.importers.formats.native import shifted
from tests.browser.discussions import SITE, Service

NIGHT_TRAIN = "night-train"
"""Some forty comments of all kinds: other scripts, code, removed and deleted ones, long ones, deep ones."""

TIMETABLE = "timetable"
"""Three comments, one of them a reply."""

TIMETABLE_AR = "timetable-ar"
"""The same in Arabic and Hebrew, and what answers nobody is picked out."""

TRANSLATED = {
    "Olufemi Bright": (
        "ليلى حدّاد",
        "<p>أخيرًا من يقرأ الحواشي. على خطّنا تعني <strong>†</strong> «لا يسير»، وتعني <strong>‡</strong> "
        "«لا يسير، ولكن بطريقة أخرى».</p>",
    ),
    "Elias Sandström": (
        "يوسف الكردي",
        "<p>على خطّ الداخل علامة <strong>§</strong> تبيّن أنّها بقعة قهوة. ظلّت مطبوعة عامين.</p>",
    ),
    "Margaret O’Dowd": ("מרגרט אודאוד", "<p>את רוצה את לוח הזמנים הפנימי. יש בו חצאי דקות.</p>"),
}


def import_articles(service: Service, folder: Path) -> None:
    """Import them with the newest comment two minutes old: the times shown are the same on every day."""
    shift = datetime.now(UTC) - timedelta(minutes=2) - NEWEST
    text = DISCUSSION.read_text().replace("http://127.0.0.1:8080/", f"{service.blog.origin}/articles/")
    rows = [shifted(json.loads(line), shift) for line in text.splitlines()]
    end = rows.pop()["end"]
    small = next(row["thread"] for row in rows if row.get("thread", {}).get("identifier") == TIMETABLE)
    said = [row["comment"] for row in rows if row.get("comment", {}).get("thread_id") == small["id"]]
    rows.insert(rows.index({"thread": small}) + 1, {"thread": _another(small)})
    rows += [{"comment": _translated(comment)} for comment in said]
    end = {**end, "threads": end["threads"] + 1, "comments": end["comments"] + len(said)}
    file = folder / "articles.jsonl"
    file.write_text("".join(f"{json.dumps(row)}\n" for row in [*rows, {"end": end}]))
    service.installation.run("import", "comments", str(file), "--site", SITE)


def _another(thread: dict[str, Any]) -> dict[str, Any]:
    text = json.dumps(thread).replace(TIMETABLE, TIMETABLE_AR)
    return {**json.loads(text), "id": _other_id(thread["id"])}


def _translated(comment: dict[str, Any]) -> dict[str, Any]:
    name, html = TRANSLATED[comment["author_name"]]
    ids = {key: _other_id(comment[key]) for key in ("id", "thread_id", "parent_id")}
    return {
        **comment,
        **ids,
        "author_name": name,
        "source": html,
        "source_format": "html",
        "html": html,
        "featured": comment["parent_id"] is None,
        "votes": [],
        "decisions": [],
    }


def _other_id(known: str | None) -> str | None:
    return known and known.replace("01a2", "01a1", 1)
