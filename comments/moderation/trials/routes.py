"""The HTTP API of trying rules on past decisions, and of how good the guesses of what was learned are."""

from starlette.requests import Request

from comments.classifier.queries import quality
from comments.identity.access_routes import asking_moderator
from comments.identity.errors import OwnersOnly
from comments.moderation.routes import WHO
from comments.moderation.trials import schemas as wire
from comments.moderation.trials.run import attempt, tried
from comments.sites.errors import SettingRefused
from comments.sites.queries import site_by_name
from comments.web.access import moderator, owner
from comments.web.routing import Api, QueryRefused
from comments.web.service import service

api = Api("/api/v1/sites/{site}", tag="Moderation")

MOST_SECONDS = 5.0


@api.endpoint(
    "POST",
    "/moderation/trials",
    answers={200: wire.RulesTried},
    errors=(*WHO, OwnersOnly, SettingRefused),
    needs=owner("admin"),
)
async def post_trial(request: Request, body: wire.RulesToTry) -> wire.RulesTried:
    """Try other settings on what moderators have decided already. Nothing is changed.

    Each comment is judged by what was known when it was written, and the classifier by what it had learned
    before. It takes 5 seconds at most.
    """
    svc = service(request)
    site = await svc.db.read(site_by_name, request.path_params["site"])
    wanted = attempt(site, body.settings, last=body.last, most_named=wire.MOST_NAMED, seconds=MOST_SECONDS)
    return wire.rules_tried(wanted, await tried(svc.db, site, wanted))


@api.endpoint(
    "GET",
    "/moderation/quality",
    answers={200: wire.QualityAnswer},
    errors=(*WHO, QueryRefused),
    needs=moderator("read"),
)
async def get_quality(request: Request, query: wire.QualityQuery) -> wire.QualityAnswer:
    """How good the classifier's guesses were, each made just before its comment was learned."""
    svc, asking = service(request), asking_moderator(request)
    return wire.quality_answer(await svc.db.scan(quality, asking.site_id, last=query.last))
