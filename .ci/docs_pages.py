"""Pages of the documentation's site that stand beside `docs/`: a hook of MkDocs (mkdocs.yml)."""

import os
import re
from pathlib import Path, PurePosixPath
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parent.parent
BESIDE = {
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
    "CHANGELOG.md": "changelog.md",
    "LICENSE": "licence.md",
    "embed/README.md": "package.md",
}
"""Files of the repository, and what they are called in the site."""

_LINK = re.compile(r"(\]\()([^)\s#]+)([^)\s]*\))")


def on_files(files: Files, config: Any) -> Files:
    """Take in the pages from beside the folder."""
    for source, page in BESIDE.items():
        text = (ROOT / source).read_text(encoding="utf-8")
        files.append(File.generated(config, page, content=_relinked(text, source, page)))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Lead links out of the folder to the pages that were taken in, or leave their words alone."""
    place = page.file.src_uri
    return markdown if place in BESIDE.values() else _relinked(markdown, f"docs/{place}", place)


def _relinked(markdown: str, source: str, page: str) -> str:
    def lead(link: re.Match[str]) -> str:
        if re.match(r"[a-z]+:|/", link[2]):
            return link[0]
        target = os.path.normpath(PurePosixPath(source).parent / link[2])
        if target.startswith("docs/"):
            inside = target.removeprefix("docs/")
        elif target in BESIDE:
            inside = BESIDE[target]
        else:
            return link[0]
        return f"{link[1]}{os.path.relpath(inside, PurePosixPath(page).parent)}{link[3]}"

    return _LINK.sub(lead, markdown)
