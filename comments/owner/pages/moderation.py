"""The section on what waits and what is spam: the choices in plain words, and the lists of words."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from comments.owner.pages.settings_form import save_form, show_form
from comments.web.forms import Fields
from comments.web.needs import owner, page_route
from comments.web.templating import page

LISTS = ("hold_words", "spam_words", "silent_words", "refuse_words")
NAMES = (
    "first_comments_held",
    "links_before_hold",
    "reports_before_hold",
    "hold_new_threads",
    "proof_of_work",
    "learned",
    "similar_days",
    "close_after_days",
    "hold_after_days",
    *LISTS,
)


@page
async def show_moderation(request: Request) -> Response:
    """Show what waits and what is spam."""
    return await show_form(request, "moderation")


@page
async def save_moderation(request: Request) -> Response:
    """Save it."""
    return await save_form(request, "moderation", NAMES, chosen=who_is_read)


def who_is_read(fields: Fields) -> Mapping[str, str]:
    """Return the settings that the choice of who is read before they appear is made of."""
    choice, first = fields.get("choice"), fields.get("first_comments_held", "")
    if choice == "newcomers":
        return {"hold_all": "no", "first_comments_held": "1" if first.strip() == "0" else first}
    if choice == "doubtful":
        return {"hold_all": "no", "first_comments_held": "0"}
    return {"hold_all": "yes"} if choice == "everyone" else {}


routes = [
    page_route("/moderate/{site}/settings/moderation", show_moderation, needs=owner()),
    page_route("/moderate/{site}/settings/moderation", save_moderation, needs=owner(), methods=["POST"]),
]
