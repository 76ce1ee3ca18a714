"""The page of one discussion: closing and opening it, having all of it wait, slowing it down. Plain forms."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from comments.identity.accounts.sections import Sections
from comments.moderation.audit.thread_entries import can_part, thread_decision
from comments.moderation.errors import FormMalformed
from comments.moderation.pages.frame import DeskVisit, lead_to, read_id, visit_of, visit_with_form
from comments.moderation.pages.undo_names import log_number, thread_name
from comments.moderation.pages.urls import desk_address, queue_address
from comments.moderation.threads import messages
from comments.moderation.threads.actions import acting_as, set_thread
from comments.moderation.threads.schemas import PageAsked, ThreadModerated, page_moderated
from comments.threads.actions.settings import LONGEST_PAUSE_SECONDS, ThreadWish
from comments.threads.api.routes import site_of
from comments.threads.models import KEPT_OPEN
from comments.threads.site_card import SiteCard
from comments.web.html.templating import html_page, page
from comments.web.routing import read_query
from comments.web.service import service

_WISHES: Mapping[str, ThreadWish] = {
    "close": ThreadWish(state="closed"),
    "open": ThreadWish(state="open"),
    "keep": ThreadWish(state=KEPT_OPEN),
    "hold": ThreadWish(hold_all=True),
    "release": ThreadWish(hold_all=False),
}


@page
async def show_thread(request: Request) -> Response:
    """Show what is set for a page's discussion, with forms to set it."""
    visit, asked = await visit_of(request), read_query(request, PageAsked)
    return await thread_answer(request, visit, asked.page)


@page
async def post_thread(request: Request) -> Response:
    """Set something for a discussion, and lead back to its page."""
    visit, fields = await visit_with_form(request)
    thread_id = read_id(fields.get("thread", ""))
    chosen = fields.get("set", "")
    if chosen == "slow":
        seconds = fields.get("seconds", "").strip() or "0"
        if not (seconds.isascii() and seconds.isdecimal() and int(seconds[:9]) <= LONGEST_PAUSE_SECONDS):
            notice = f"Slow mode takes a whole number of seconds, at most {LONGEST_PAUSE_SECONDS}."
            return await thread_answer(request, visit, str(thread_id), notice=notice)
        wish = ThreadWish(slow_seconds=int(seconds))
    elif chosen in _WISHES:
        wish = _WISHES[chosen]
    else:
        raise FormMalformed("This form is not one of ours. Reload the page.")
    svc, site = service(request), await site_of(request)
    acting = acting_as(visit.moderator, site.origins)
    number = await svc.db.write(set_thread, svc.keys, acting, thread_id, wish, at=svc.clock.now())
    return lead_to(request, thread_address(visit.site, thread_id, number))


def thread_address(site: str, thread_id: UUID | str, number: int = 0) -> str:
    """Return the path of a discussion's page, which tells what the log's entry `number` says was done."""
    done = f"&done={number}" if number else ""
    return desk_address(site, f"/thread?page={thread_id}{done}")


@dataclass(frozen=True, slots=True)
class ThreadNotice:
    """A decision about a discussion that a page tells: `name` takes it back, or is what it took back.

    In the list of what can be undone it is `label`, and what it is `about`; "" is the discussion.
    """

    words: str
    label: str
    about: str
    name: str
    is_undoing: bool

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> "ThreadNotice":
        name = thread_name(facts.get("undoes", facts["number"]))
        label, about = messages.thread_listed(facts)
        return cls(messages.thread_notice(facts), label, about, name, "undoes" in facts)


async def thread_answer(
    request: Request, visit: DeskVisit, named: str, *, notice: str = "", status: int = 422
) -> Response:
    """Return the page; `notice` is what was wrong with its form, with its `status`. Raises ThreadUnknown."""
    site, number = await site_of(request), log_number(request.query_params.get("done", ""))
    sections = visit.moderator.sections
    found, done = await service(request).db.read(_thread, site, named, sections, 0 if notice else number)
    return html_page(
        request,
        "thread.html",
        status=status if notice else 200,
        visit=visit,
        thread=found,
        notice=notice,
        done=done,
        site_closed=site.settings.closed,
        queue=queue_address(visit.site, None, state="all", page=str(found.id)),
        longest=LONGEST_PAUSE_SECONDS,
    )


def _thread(
    session: Session, site: SiteCard, named: str, sections: Sections, number: int
) -> tuple[ThreadModerated, ThreadNotice | None]:
    """Return a discussion, and what was just done with it, as far as that still holds."""
    found = page_moderated(session, site, named, sections)
    facts = thread_decision(session, site.id, number) if number else None
    return found, ThreadNotice.of(facts) if facts and _holds(session, facts, found) else None


def _holds(session: Session, facts: Mapping[str, Any], found: ThreadModerated) -> bool:
    """Say whether this is of the discussion that is shown, and was not decided otherwise since."""
    if facts["choice"] == "merge":
        is_here = facts["thread" if "undoes" in facts else "into"] == str(found.id)
        return is_here and ("undoes" in facts or can_part(session, [facts]) != set())
    is_here = facts["choice"] == "set" and facts["thread"] == str(found.id)
    return is_here and all(getattr(found, name) == value for name, value in facts["after"].items())
