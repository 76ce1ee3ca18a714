"""What authors do with their own comments here: edit, delete, bring back."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from comments.errors import CommentsError
from comments.limits import Rate
from comments.threads.actions.delete_comment import delete_comment
from comments.threads.actions.edit_comment import edit_comment
from comments.threads.actions.restore_comment import restore_comment
from comments.threads.api.routes import comment_id_of, model_of, site_of
from comments.threads.pages.links import Links, came_from, links_to, returning, site_base
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
    visit_with_form,
)
from comments.threads.posting.prepare import in_time, prepare_edit, rendered
from comments.threads.posting.rates import refuse_over
from comments.threads.report_reasons import page_name
from comments.threads.views import discussion
from comments.threads.views.schemas import thread_shown
from comments.web.forms import see_other
from comments.web.html.templating import say_when
from comments.web.service import client_network, service


@plain_page
async def edit(request: Request) -> Response:
    """Show the form to edit one's own comment with (GET), or preview or save what is in it."""
    if request.method == "POST":
        return await _send(request)
    visitor = await visit(request)
    svc = service(request)
    comment, _ = await svc.db.read(
        discussion.own_comment, svc.keys, visitor.site, comment_id_of(request), asker(request, visitor)
    )
    return await _form(request, visitor, discussion.newest_text(comment))


@plain_page
async def remove(request: Request) -> Response:
    """Delete one's own comment. Who only opens this address changes nothing."""
    if request.method != "POST":
        return await _to_comment(request)
    visitor, _ = await visit_with_form(request)
    svc, comment_id = service(request), comment_id_of(request)
    await svc.db.write(delete_comment, visitor.site, comment_id, visitor.shown, at=svc.clock.now())
    return await _back(request, visitor, "deleted")


@plain_page
async def bring_back(request: Request) -> Response:
    """Bring back one's own comment that one has deleted. Who only opens this address changes nothing."""
    if request.method != "POST":
        return await _to_comment(request)
    visitor, _ = await visit_with_form(request)
    svc, comment_id = service(request), comment_id_of(request)
    await svc.db.write(restore_comment, visitor.site, comment_id, visitor.shown, at=svc.clock.now())
    return await _back(request, visitor, "restored")


async def _send(request: Request) -> Response:
    fields, visitor = await read_form(request), await visit(request)
    text = fields.get("body", "")
    svc, network = service(request), client_network(request)
    try:
        check_form(request, visitor, fields)
        if fields.get("do") == "preview":
            refuse_over(svc.limits, Rate.PREVIEW, network)
            return await _form(request, visitor, text, preview=(await rendered(text)).html)
        refuse_over(svc.limits, Rate.POST, network)
        model = await model_of(request, visitor.site)
        site, shown, comment_id = visitor.site, visitor.shown, comment_id_of(request)
        edit = await in_time(text, lambda: prepare_edit(site, comment_id, text, shown, model))
        await svc.db.write(edit_comment, edit, at=svc.clock.now())
    except CommentsError as refused:
        return await _form(request, visitor, text, refused=[refused])
    return await _back(request, visitor, "saved")


async def _form(
    request: Request,
    visitor: BrowserVisit,
    text: str,
    *,
    preview: str = "",
    refused: Sequence[CommentsError] = (),
) -> Response:
    """Return the form with this text. Raises CommentUnknown unless the comment is public or one's own."""
    comment_id = comment_id_of(request)
    svc = service(request)
    thread = await svc.db.read(
        discussion.thread_shown_to, svc.keys, visitor.site, comment_id, asker(request, visitor)
    )
    trouble = trouble_of(words_of(request, visitor.site), refused, "not_saved")
    answer = form_page(
        request,
        visitor,
        "edit.html",
        status=trouble.status if trouble else 200,
        links=links_to(request, visitor.site, thread),
        page_name=page_name(thread_shown(thread, visitor.site), None),
        comment_id=comment_id,
        text=text,
        preview=preview,
        trouble=trouble,
        labels=LABELS,
    )
    for each in refused:
        say_when(answer, each)
    return answer


async def _to_comment(request: Request) -> Response:
    """Lead to the comment: a browser opens the address of a button's answer when that is reloaded."""
    site = await site_of(request)
    links = Links(site_base(request, site.name), None, None, language_asked(request))
    return see_other(links.comment(comment_id_of(request)))


async def _back(request: Request, visitor: BrowserVisit, done: str) -> Response:
    """Lead to where the comment is, or back to the page on which a button was pressed."""
    comment_id = comment_id_of(request)
    place = came_from(request, visitor.site)
    if place.startswith(f"{site_base(request, visitor.site.name)}/comments/{comment_id}"):
        # Without the comment there is no page of its replies.
        place = ""
    if done == "saved" or not place:
        thread = await service(request).db.read(discussion.thread_of, visitor.site, comment_id)
        links = links_to(request, visitor.site, thread)
        place = links.discussion() if done == "deleted" else links.discussion(around=comment_id)
    return lead_on(request, returning(place, comment_id, done=done), visitor)
