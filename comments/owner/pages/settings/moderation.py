"""The section on what waits and what is spam: the choices in plain words, and the lists of words."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from comments.classifier.queries import quality
from comments.classifier.score import FEWEST_OF_EACH
from comments.moderation.trials.outcomes import by_weight
from comments.moderation.trials.run import attempt, tried
from comments.owner.pages.frame import owning
from comments.owner.pages.settings.form import filled, form_page, refused_page, save_form, show_form
from comments.sites.errors import SettingRefused
from comments.web.access import owner, page_route
from comments.web.forms import Fields
from comments.web.html.templating import page
from comments.web.service import service

KEY = "moderation"
AT = f"/moderate/{{site}}/settings/{KEY}"
TRIED_ON = 500
MOST_NAMED = 20
MOST_SECONDS = 5.0
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
    return await show_form(request, KEY, **await _context(request))


@page
async def save_moderation(request: Request) -> Response:
    """Save it."""
    return await save_form(request, KEY, NAMES, chosen=who_is_read, context=await _context(request))


@page
async def try_moderation(request: Request) -> Response:
    """Show what would have become of the last decided comments under what the form says. Nothing is saved."""
    form, context = await filled(request, NAMES, who_is_read), await _context(request)
    who, db = form.who, service(request).db
    try:
        wanted = attempt(who.site, form.settings, last=TRIED_ON, most_named=MOST_NAMED, seconds=MOST_SECONDS)
    except SettingRefused as refused:
        return refused_page(request, who, KEY, form, refused, **context)
    trial = await tried(db, who.site, wanted)
    context |= {"trial": trial, "rules": by_weight(trial), "not_tried": wanted.not_tried}
    return form_page(request, who, KEY, form.over(who.site), seen=form.seen, **context)


async def _context(request: Request) -> dict[str, Any]:
    """Return what the page shows beside its form: how good the guesses of what was learned are."""
    site = (await owning(request)).site
    found = await service(request).db.scan(quality, site.id)
    return {"quality": found, "fewest": FEWEST_OF_EACH, "trial": None}


def who_is_read(fields: Fields) -> Mapping[str, str]:
    """Return the settings that the choice of who is read before they appear is made of."""
    choice, first = fields.get("choice"), fields.get("first_comments_held", "")
    if choice == "newcomers":
        return {"hold_all": "no", "first_comments_held": "1" if first.strip() == "0" else first}
    if choice == "doubtful":
        return {"hold_all": "no", "first_comments_held": "0"}
    return {"hold_all": "yes"} if choice == "everyone" else {}


routes = [
    page_route(AT, show_moderation, needs=owner()),
    page_route(AT, save_moderation, needs=owner(), methods=["POST"]),
    page_route(f"{AT}/trial", try_moderation, needs=owner(), methods=["POST"]),
]
