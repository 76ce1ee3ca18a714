"""The HTTP API of threads: posting, one's own comments, votes, reports, preview."""

import msgspec
from msgspec import UNSET, UnsetType
from starlette.requests import Request

from comments.identity.errors import TokenMissing, TokenUnknown
from comments.identity.routes import MalformedToken, check_origin, credentials
from comments.limits import Rate
from comments.sites.errors import SiteUnknown
from comments.text import BodyEmpty, BodyTooComplex, BodyTooLong
from comments.threads import errors
from comments.threads.actions.delete_comment import delete_comment
from comments.threads.actions.edit_comment import edit_comment
from comments.threads.actions.own_comments import OwnComment, editable_until
from comments.threads.actions.reactions import Reaction
from comments.threads.actions.report import report
from comments.threads.actions.restore_comment import restore_comment
from comments.threads.actions.vote import vote
from comments.threads.addresses.page_keys import IdentifierRefused
from comments.threads.api.routes import comment_id_of, model_of, site_of
from comments.threads.posting.parse import Sender, parse
from comments.threads.posting.post_comment import post
from comments.threads.posting.prepare import in_time, prepare_edit, rendered
from comments.threads.posting.rates import refuse_over
from comments.threads.queries.comment_page import names_of
from comments.threads.requests import EditBody, PostBody, PreviewBody, ReportBody, VoteBody
from comments.threads.site_card import SiteCard
from comments.threads.views import schemas
from comments.web.access import NOBODY, reader
from comments.web.forms import OriginRefused
from comments.web.routing import Api
from comments.web.service import client_network, service

api = Api("/api/v1/sites/{site}", tag="Writing")

_WRITER = reader("moderate")
_BODY = (BodyEmpty, BodyTooLong, BodyTooComplex)
_WHO = (SiteUnknown, OriginRefused, TokenUnknown, MalformedToken)
_OWN = (
    *_WHO,
    TokenMissing,
    errors.CommentUnknown,
    errors.NotYours,
    errors.AlreadyDecided,
    errors.EditWindowOver,
)


class PostAnswer(msgspec.Struct, omit_defaults=True):
    """The stored comment; `token` for a guest who had none: keep it, it is shown once."""

    comment: schemas.CommentShown
    token: str | UnsetType = UNSET


class OwnAnswer(msgspec.Struct):
    comment: schemas.CommentShown


class VoteAnswer(msgspec.Struct, omit_defaults=True):
    score: int
    upvotes: int
    downvotes: int
    token: str | UnsetType = UNSET


class ReportAnswer(msgspec.Struct, omit_defaults=True):
    """Thank you. A moderator will look at it."""

    token: str | UnsetType = UNSET


class PreviewAnswer(msgspec.Struct):
    html: str


@api.endpoint(
    "POST",
    "/comments",
    answers={201: PostAnswer},
    errors=(
        *_WHO,
        *_BODY,
        errors.PageMissing,
        IdentifierRefused,
        errors.PageRefused,
        errors.ParentNotPublic,
        errors.ParentElsewhere,
        errors.ThreadClosed,
        errors.NameReserved,
        errors.ConsentMissing,
        errors.NameMissing,
        errors.PostRefused,
        errors.OutsideSection,
        errors.KeyReused,
        errors.KeyTooShort,
        errors.TooManyPosts,
        errors.TooManyThreads,
    ),
    needs=_WRITER,
)
async def create_comment(request: Request, body: PostBody) -> PostAnswer:
    """Post a comment.

    A newcomer's comment is `pending` until a moderator approves it. An `Idempotency-Key` (22 to 200
    characters) makes a repeated request the same comment for 24 hours.
    """
    svc, site = service(request), await site_of(request)
    check_origin(request, site.origins)
    shown, token = credentials(request)
    sender = Sender(client_network(request), shown, svc.clock.now())
    key = request.headers.get("idempotency-key")
    draft = parse(site, sender, body, key, svc.keys, sends_mail=bool(svc.settings.smtp_url))
    posted = await post(svc.db, svc.limits, svc.keys, draft, await model_of(request, site))
    wording = schemas.Wording(svc.keys, site.id, posted.thread_id, posted.thread_url)
    wording.names = posted.answers
    until = editable_until(site.settings.edit_window, posted.comment)
    comment = wording.own(posted.comment, editable_until=until)
    return PostAnswer(comment, token if posted.gave_token else UNSET)


@api.endpoint(
    "PATCH",
    "/comments/{id}",
    answers={200: OwnAnswer},
    errors=(*_OWN, *_BODY, errors.PostRefused, errors.TooManyActions),
    needs=_WRITER,
)
async def change_comment(request: Request, body: EditBody) -> OwnAnswer:
    """Edit one's own comment: as long as it waits, or within the edit window of the site.

    The rules judge an edit as they judge a post. If they hold the edit of a public comment, the approved text
    stays public and the answer has the new one as `waiting_body`.
    """
    svc, site = service(request), await _site_for_change(request)
    refuse_over(svc.limits, Rate.POST, client_network(request))
    shown, _ = credentials(request)
    model = await model_of(request, site)
    comment_id = comment_id_of(request)
    edit = await in_time(body.body, lambda: prepare_edit(site, comment_id, body.body, shown, model))
    own = await svc.db.write(edit_comment, edit, at=svc.clock.now())
    return await _own_answer(request, site, own)


@api.endpoint("DELETE", "/comments/{id}", answers={200: OwnAnswer}, errors=_OWN, needs=_WRITER)
async def remove_own_comment(request: Request) -> OwnAnswer:
    """Delete one's own comment; where it has public replies an empty place stays."""
    svc, site = service(request), await _site_for_change(request)
    shown, _ = credentials(request)
    own = await svc.db.write(delete_comment, site, comment_id_of(request), shown, at=svc.clock.now())
    return await _own_answer(request, site, own)


@api.endpoint("POST", "/comments/{id}/restore", answers={200: OwnAnswer}, errors=_OWN, needs=_WRITER)
async def bring_back_comment(request: Request) -> OwnAnswer:
    """Bring back one's own comment that one has deleted, within the edit window."""
    svc, site = service(request), await _site_for_change(request)
    shown, _ = credentials(request)
    own = await svc.db.write(restore_comment, site, comment_id_of(request), shown, at=svc.clock.now())
    return await _own_answer(request, site, own)


@api.endpoint(
    "PUT",
    "/comments/{id}/vote",
    answers={200: VoteAnswer},
    errors=(*_WHO, errors.CommentUnknown, errors.VoteOnOwnComment, errors.TooManyActions),
    needs=_WRITER,
)
async def put_vote(request: Request, body: VoteBody) -> VoteAnswer:
    """Vote on a comment: 1, -1, or 0 to take the vote back. One vote an identity."""
    svc, site = service(request), await _site_for_change(request)
    refuse_over(svc.limits, Rate.VOTE, client_network(request))
    shown, token = credentials(request)
    reaction = Reaction(site.id, comment_id_of(request), shown)
    voted = await svc.db.write(vote, reaction, body.value, at=svc.clock.now())
    score = voted.upvotes - voted.downvotes
    return VoteAnswer(score, voted.upvotes, voted.downvotes, token if voted.gave_token else UNSET)


@api.endpoint(
    "POST",
    "/comments/{id}/reports",
    answers={202: ReportAnswer},
    errors=(*_WHO, errors.CommentUnknown, errors.TooManyActions),
    needs=_WRITER,
)
async def report_comment(request: Request, body: ReportBody) -> ReportAnswer:
    """Tell the moderators what is wrong with a comment. One report hides nothing."""
    svc, site = service(request), await _site_for_change(request)
    refuse_over(svc.limits, Rate.REPORT, client_network(request))
    shown, token = credentials(request)
    reaction = Reaction(site.id, comment_id_of(request), shown)
    enough = site.settings.reports_before_hold
    actor = await svc.db.write(report, reaction, body.reason, body.note, enough=enough, at=svc.clock.now())
    return ReportAnswer(token if actor.is_new else UNSET)


@api.endpoint(
    "POST",
    "/preview",
    answers={200: PreviewAnswer},
    errors=(SiteUnknown, *_BODY, errors.TooManyActions),
    needs=NOBODY,
)
async def preview(request: Request, body: PreviewBody) -> PreviewAnswer:
    """Show what a text would look like. Stores nothing."""
    svc = service(request)
    await site_of(request)
    refuse_over(svc.limits, Rate.PREVIEW, client_network(request))
    return PreviewAnswer((await rendered(body.body)).html)


async def _site_for_change(request: Request) -> SiteCard:
    site = await site_of(request)
    check_origin(request, site.origins)
    return site


async def _own_answer(request: Request, site: SiteCard, own: OwnComment) -> OwnAnswer:
    svc = service(request)
    wording = schemas.Wording(svc.keys, site.id, own.thread_id, own.thread_url)
    if own.comment.parent_id:
        wording.names = await svc.db.read(names_of, [own.comment.parent_id])
    until = editable_until(site.settings.edit_window, own.comment)
    return OwnAnswer(wording.own(own.comment, editable_until=until, revision=own.revision))
