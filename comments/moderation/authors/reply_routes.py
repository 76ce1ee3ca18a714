"""The HTTP API of replies by moderators, for API tokens."""

from dataclasses import replace
from uuid import UUID

import msgspec
from starlette.requests import Request

from comments.identity.access_routes import asking_moderator
from comments.identity.routes import credentials
from comments.moderation.authors.reply import ReplyWish, StoredReply, reply
from comments.moderation.decisions.requests import CommentChoice, NewText
from comments.moderation.errors import AllHandled
from comments.moderation.routes import WHO
from comments.text.errors import BodyEmpty, BodyTooComplex, BodyTooLong
from comments.threads.api.routes import site_of
from comments.threads.errors import CommentUnknown, OutsideSection
from comments.threads.posting.prepare import rendered
from comments.web.access import moderator
from comments.web.routing import Api
from comments.web.service import service

api = Api("/api/v1/sites/{site}", tag="Moderation")


class ReplyBody(msgspec.Struct, forbid_unknown_fields=True):
    """What is answered, and with what text (Markdown). With `expected_version` a comment that is not public
    is approved only if nobody has changed it since."""

    comment_id: UUID
    text: str
    expected_version: int | None = None


class ReplyAnswer(msgspec.Struct):
    """The reply's id, and whether the comment it answers was approved with it."""

    id: UUID
    approved: bool


@api.endpoint(
    "POST",
    "/moderation/replies",
    answers={201: ReplyAnswer},
    errors=(*WHO, BodyEmpty, BodyTooLong, BodyTooComplex, CommentUnknown, OutsideSection, AllHandled),
    needs=moderator("moderate"),
)
async def post_reply(request: Request, body: ReplyBody) -> ReplyAnswer:
    """Answer a comment as the team, and approve it if it is not public yet. One undoing takes both back."""
    wanted = CommentChoice(body.comment_id, body.expected_version)
    made = await carry_out_reply(request, wanted, body.text)
    return ReplyAnswer(made.reply_id, made.approved)


async def carry_out_reply(request: Request, wanted: CommentChoice, source: str) -> StoredReply:
    """Answer as the moderator whom the gate let pass. Raises as `reply` and `rendered` do."""
    svc, asking = service(request), asking_moderator(request)
    text = NewText(source, await rendered(source))
    shown, _ = credentials(request)
    wish = ReplyWish(asking, await site_of(request), replace(shown, moderator=asking), wanted, text)
    return await svc.db.write(reply, wish, svc.keys, at=svc.clock.now())
