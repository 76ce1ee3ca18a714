"""A discussion as plain HTML, and the forms that write in it: everything works without a script."""

from starlette.routing import BaseRoute, Route

from comments.threads.pages.changing import bring_back, edit, remove
from comments.threads.pages.fragment import show_fragment
from comments.threads.pages.problems import nothing_here
from comments.threads.pages.reacting import report_comment, vote_on
from comments.threads.pages.reading import show_branch, show_discussion
from comments.threads.pages.writing import write

__all__ = ["routes"]

_COMMENT = "/d/{site}/comments/{id}"
_FORM = ["GET", "POST"]

routes: list[BaseRoute] = [
    Route("/d/{site}", show_discussion),
    Route("/d/{site}/fragment", show_fragment),
    Route("/d/{site}/write", write, methods=_FORM),
    Route(_COMMENT, show_branch),
    Route(f"{_COMMENT}/edit", edit, methods=_FORM),
    Route(f"{_COMMENT}/delete", remove, methods=_FORM),
    Route(f"{_COMMENT}/restore", bring_back, methods=_FORM),
    Route(f"{_COMMENT}/vote", vote_on, methods=_FORM),
    Route(f"{_COMMENT}/report", report_comment, methods=_FORM),
    Route("/d/{site}/{rest:path}", nothing_here),
]
