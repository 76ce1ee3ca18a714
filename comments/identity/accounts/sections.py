"""Sections of a site: path prefixes of its pages, such as `/news/`, that somebody's part is limited to."""

import json
from collections.abc import Iterable

from comments.identity.errors import SectionRefused

MOST_SECTIONS = 20
LONGEST_SECTION = 200

Sections = tuple[str, ...] | None
"""Prefixes as `Thread.page_path` has them, at least one; None is the whole site."""


def read_sections(written: Iterable[str]) -> Sections:
    """Return the sections somebody wrote; `/` is the whole site. Raises SectionRefused."""
    found = sorted({_section(one.strip()) for one in written})
    if not found or len(found) > MOST_SECTIONS:
        raise _refused(f"takes 1 to {MOST_SECTIONS} paths")
    return None if "/" in found else tuple(found)


def decoded_sections(stored: str | None) -> Sections:
    return None if stored is None else tuple(json.loads(stored))


def encoded_sections(sections: Sections) -> str | None:
    return None if sections is None else json.dumps(sections)


def in_sections(sections: Sections, page_path: str) -> bool:
    return sections is None or page_path.startswith(sections)


def _section(written: str) -> str:
    segments = written.split("/")
    is_plain = written.isascii() and written.isprintable() and not set(written) & set(" ?#\\%")
    if not written.startswith("/") or not is_plain or {".", ".."} & set(segments):
        raise _refused(f"is a path such as /news/, not {written!r}")
    section = "/" + "".join(f"{segment}/" for segment in segments if segment)
    if len(section) > LONGEST_SECTION:
        raise _refused(f"has at most {LONGEST_SECTION} characters")
    return section


def _refused(problem: str) -> SectionRefused:
    return SectionRefused(f"A section {problem}.", errors={"section": problem})
