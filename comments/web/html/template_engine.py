"""The templates of our own pages. Jinja is imported with the first of them."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import comments

if TYPE_CHECKING:
    from jinja2 import Environment, Template


class Templates:
    """Templates from several folders beside one another; what is put into them is escaped."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = folders

    def get_template(self, name: str) -> "Template":
        return self._environment.get_template(name)

    @cached_property
    def _environment(self) -> "Environment":
        # 1.7 MB that who only answers the widget never needs.
        from jinja2 import Environment, FileSystemLoader, StrictUndefined

        return Environment(
            loader=FileSystemLoader(self._folders),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            # Else each card of a list asks the disk whether its template has changed since the last one.
            auto_reload=False,
        )


def all_templates() -> Templates:
    """Return the templates of all rooms."""
    return Templates(sorted(Path(comments.__file__).parent.glob("*/templates")))
