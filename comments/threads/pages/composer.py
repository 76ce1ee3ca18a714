"""The form to write a comment with: Preview and Post are two buttons of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from comments.errors import CommentsError, Invalid
from comments.keys import new_token
from comments.limits import Rate
from comments.policy.submission_proofs import form_token, place_of
from comments.text import check_limits
from comments.text.plain import clean_email, clean_name
from comments.threads.addresses.page_keys import page_keys
from comments.threads.api.routes import model_of
from comments.threads.errors import KeyReused, KeyTooShort, PageMissing, UrlRefused
from comments.threads.pages.find_page import lead_to_page
from comments.threads.pages.links import Links, returning, site_base
from comments.threads.pages.messages import language_asked, words_of
from comments.threads.pages.problems import plain_page
from comments.threads.pages.refusals import LABELS, trouble_of
from comments.threads.pages.visitors import (
    BrowserVisit,
    asker,
    check_form,
    form_page,
    lead_on,
    read_form,
    visit,
)
from comments.threads.posting.evaluate import refuse_reserved
from comments.threads.posting.parse import Sender, parse
from comments.threads.posting.post_comment import post
from comments.threads.posting.prepare import rendered
from comments.threads.posting.rates import refuse_over
from comments.threads.report_reasons import page_name
from comments.threads.requests import AuthorGiven, Page, PostBody, WriteQuery
from comments.threads.views import discussion
from comments.threads.views.discussion import ComposerView
from comments.threads.views.schemas import terms_shown
from comments.web.html.templating import say_when
from comments.web.routing import read_query
from comments.web.service import client_network, service


@dataclass(frozen=True, slots=True)
class FormDraft:
    """What a form says; `key` makes every sending of it the same comment.

    `made` is the token that says when it was opened; `trap` is what stands in the field that nobody sees.
    """

    url: str | None
    identifier: str | None
    reply_to: UUID | None
    key: str
    body: str = ""
    name: str = ""
    email: str = ""
    notify: bool = False
    consent: bool = False
    made: str = ""
    trap: str = ""


@plain_page
async def write(request: Request) -> Response:
    """Show the form (GET), or preview or post what is in it."""
    if request.method == "POST":
        return await _send(request)
    query = read_query(request, WriteQuery)
    visitor = await visit(request, query.url)
    try:
        page = page_keys(query.url, query.identifier)
    except (PageMissing, UrlRefused) as refused:
        return await lead_to_page(request, visitor.site, refused)
    svc, place = service(request), place_of(visitor.site.id, page.hashes[0])
    made = form_token(svc.keys, place, svc.clock.now())
    draft = FormDraft(query.url, query.identifier, query.reply_to, new_key(), made=made)
    return await _form(request, visitor, draft)


async def _send(request: Request) -> Response:
    fields = await read_form(request)
    draft = _draft(fields)
    visitor = await visit(request, draft.url)
    try:
        check_form(request, visitor, fields)
        if fields.get("do") == "preview":
            refuse_over(service(request).limits, Rate.PREVIEW, client_network(request))
            return await _form(request, visitor, draft, preview=(await rendered(draft.body)).html)
        return await _post(request, visitor, draft)
    except (KeyReused, KeyTooShort) as refused:
        draft = replace(draft, key=new_key())
        return await _form(request, visitor, draft, refused=[refused])
    except CommentsError as refused:
        return await _form(request, visitor, draft, refused=[refused])


async def _post(request: Request, visitor: BrowserVisit, draft: FormDraft) -> Response:
    svc, site = service(request), visitor.site
    who = await svc.db.read(discussion.known, site, asker(request, visitor))
    if faults := _faults(draft, site.reserved, is_known=visitor.shown.is_team or bool(who and who.name)):
        return await _form(request, visitor, draft, refused=faults)
    sender = Sender(client_network(request), visitor.shown, svc.clock.now(), trapped=bool(draft.trap))
    sends_mail = bool(svc.settings.smtp_url)
    sent = parse(site, sender, _body(draft), draft.key, svc.keys, sends_mail=sends_mail)
    posted = await post(svc.db, svc.limits, svc.keys, sent, await model_of(request, site))
    comment_id = posted.comment.id
    place = _links(request, visitor, draft).discussion(around=comment_id)
    return lead_on(request, returning(place, comment_id, done="posted"), visitor)


async def _form(
    request: Request,
    visitor: BrowserVisit,
    draft: FormDraft,
    *,
    preview: str = "",
    refused: Sequence[CommentsError] = (),
) -> Response:
    """Return the form as it is filled in. Raises PageRefused and what `page_keys` raises."""
    svc, page = service(request), page_keys(draft.url, draft.identifier)
    words = words_of(request, visitor.site)
    found = await svc.db.read(
        discussion.desk, svc.keys, visitor.site, page, draft.reply_to, asker(request, visitor)
    )
    trouble = trouble_of(words, refused, "not_posted")
    if found.answered_is_gone:
        draft = replace(draft, reply_to=None)
    answer = form_page(
        request,
        visitor,
        "write.html",
        status=trouble.status if trouble else 200,
        links=_links(request, visitor, draft),
        page_name=page_name(found.thread, page.identifier),
        draft=_with_name(draft, found) if request.method == "GET" else draft,
        found=found,
        is_closed=found.thread.state != "open",
        preview=preview,
        trouble=trouble,
        labels=LABELS,
        team_name=visitor.shown.moderator.name if visitor.shown.moderator else None,
        hint=_hint(visitor, found),
        terms=terms_shown(visitor.site.settings) or None,
        mails=bool(service(request).settings.smtp_url),
    )
    for each in refused:
        say_when(answer, each)
    return answer


def new_key() -> str:
    return new_token("k")


def _draft(fields: Mapping[str, str]) -> FormDraft:
    """Return what a form says; what is not as it left us counts as left out."""
    try:
        reply_to = UUID(fields.get("reply_to", ""))
    except ValueError:
        reply_to = None
    return FormDraft(
        fields.get("url") or None,
        fields.get("identifier") or None,
        reply_to,
        fields.get("key", ""),
        fields.get("body", ""),
        fields.get("name", ""),
        fields.get("email", ""),
        "notify" in fields,
        "consent" in fields,
        fields.get("made", ""),
        fields.get("website", ""),
    )


def _body(draft: FormDraft) -> PostBody:
    page = Page(draft.url, draft.identifier)
    given = AuthorGiven(draft.name, draft.email, notify=draft.notify)
    return PostBody(page, draft.body, draft.reply_to, given, form_token=draft.made, consent=draft.consent)


def _faults(draft: FormDraft, reserved: frozenset[str], *, is_known: bool) -> list[CommentsError]:
    """Return all that is wrong with a draft at once; the action stops at the first fault."""
    checks: list[Callable[[], Any]] = [lambda: check_limits(draft.body)]
    if draft.name.strip() or not is_known:
        checks.append(lambda: refuse_reserved(clean_name(draft.name), reserved))
    if draft.email.strip():
        checks.append(lambda: clean_email(draft.email))
    faults: list[CommentsError] = []
    for check in checks:
        try:
            check()
        except Invalid as wrong:
            faults.append(wrong)
    return faults


def _with_name(draft: FormDraft, found: ComposerView) -> FormDraft:
    return replace(draft, name=(found.author.name if found.author else None) or "")


def _hint(visitor: BrowserVisit, found: ComposerView) -> str:
    """Return the sentence that says that a moderator will read it first, if that is sure."""
    settings, author = visitor.site.settings, found.author
    if settings.hold_all:
        return "read_first"
    approved = author.approved_count if author else 0
    # This form cannot prove any work, so where that is asked for a stranger's comment waits.
    enough = max(settings.first_comments_held, settings.proof_of_work)
    if approved < enough and not (author and author.trusted):
        return "houseRule"
    return ""


def _links(request: Request, visitor: BrowserVisit, draft: FormDraft) -> Links:
    base = site_base(request, visitor.site.name)
    return Links(base, draft.url, draft.identifier, language_asked(request))
