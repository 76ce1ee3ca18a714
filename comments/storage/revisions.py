"""Which revisions the migrations lead through, read from their files: Alembic takes long to be imported."""

import re
from collections.abc import Mapping
from pathlib import Path

import comments

PACKAGE = Path(comments.__file__).parent
# In the package once installed, beside it in a checkout.
PACKAGED = PACKAGE / "_migrations"
SCRIPTS = PACKAGED if PACKAGED.is_dir() else PACKAGE.parent / "migrations"

_NAMED = re.compile(r"""^(revision|down_revision) = (?:["'](\w+)["']|None)$""", re.MULTILINE)


def revisions(scripts: Path) -> Mapping[str, str]:
    """Return each revision with the one before it, which is "" for the first."""
    found = [dict(_NAMED.findall(file.read_text())) for file in (scripts / "versions").glob("*.py")]
    return {names["revision"]: names["down_revision"] for names in found}


def newest(scripts: Path) -> str:
    """Return the revision that no other follows. Raises ValueError unless there is exactly one."""
    before = revisions(scripts)
    (head,) = before.keys() - before.values()
    return head
