"""A discussion as plain HTML, and the forms that write in it: everything works without a script."""

from starlette.routing import BaseRoute

from comments.threads.pages.composer import write
from comments.threads.pages.discussion import show_branch, show_discussion
from comments.threads.pages.fragment import show_fragment
from comments.threads.pages.own_comments import bring_back, edit, remove
from comments.threads.pages.problems import nothing_here
from comments.threads.pages.reactions import report_comment, vote_on
from comments.web.access import NOBODY, page_route, reader

__all__ = ["routes"]

_COMMENT = "/d/{site}/comments/{id}"
_FORM = ["GET", "POST"]

routes: list[BaseRoute] = [
    page_route("/d/{site}", show_discussion, needs=NOBODY),
    page_route("/d/{site}/fragment", show_fragment, needs=NOBODY),
    page_route("/d/{site}/write", write, needs=reader(), methods=_FORM),
    page_route(_COMMENT, show_branch, needs=NOBODY),
    page_route(f"{_COMMENT}/edit", edit, needs=reader(), methods=_FORM),
    page_route(f"{_COMMENT}/delete", remove, needs=reader(), methods=_FORM),
    page_route(f"{_COMMENT}/restore", bring_back, needs=reader(), methods=_FORM),
    page_route(f"{_COMMENT}/vote", vote_on, needs=reader(), methods=_FORM),
    page_route(f"{_COMMENT}/report", report_comment, needs=reader(), methods=_FORM),
    page_route("/d/{site}/{rest:path}", nothing_here, needs=NOBODY),
]
