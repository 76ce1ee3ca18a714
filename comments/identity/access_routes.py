"""The gate: the one place that asks whether somebody may use a route, by what the route says it needs."""

from starlette.requests import Request
from starlette.responses import Response

from comments.identity.accounts.queries import Moderator
from comments.identity.accounts.token_actions import note_token
from comments.identity.accounts.token_queries import shown_token
from comments.identity.errors import ModeratorsOnly, OwnersOnly, ScopeMissing, SignInNeeded, TokenMissing
from comments.identity.pages.sign_in import to_sign_in, visitor
from comments.identity.routes import API_TOKEN_PREFIX, bearer_token
from comments.sites.errors import SiteUnknown
from comments.web.access import AccessRule, Audience
from comments.web.forms import require_own_origin
from comments.web.html.templating import wants_json
from comments.web.monitoring.health import require_operator
from comments.web.service import service

_ASKING = "comments.moderator"


async def gate(request: Request, needs: AccessRule) -> Response | None:
    """Let a request pass, raise why not, or return the way to sign in instead of the answer.

    Raises MetricsRefused, MalformedToken, TokenMissing, TokenUnknown, ScopeMissing, ModeratorsOnly,
    OwnersOnly, SiteUnknown (on our own pages for strangers to the site too), OriginRefused, SignInNeeded.
    """
    if needs.who is Audience.OPERATOR:
        require_operator(request)
    elif needs.scope:
        await _pass_with_token(request, needs)
    elif needs.who not in {Audience.NOBODY, Audience.READER}:
        return await _pass_with_cookie(request, needs)
    return None


def asking_moderator(request: Request) -> Moderator:
    """Return who asks, on a route that needs a moderator or an owner."""
    found: Moderator = request.scope[_ASKING]
    return found


async def _pass_with_token(request: Request, needs: AccessRule) -> None:
    # A guest's token never moderates, whoever holds it: the pages it is used on run other people's scripts.
    token, is_for_readers = bearer_token(request), needs.who is Audience.READER
    if not token.startswith(API_TOKEN_PREFIX):
        if is_for_readers:
            return  # The action finds whose it is, in its own transaction.
        if token:
            raise ModeratorsOnly("This is for moderators, and this token is not one of theirs.")
        raise TokenMissing("This is for moderators. Send your API token as `Authorization: Bearer …`.")
    svc, site = service(request), request.path_params["site"]
    hashes, now = svc.keys.token_hashes(token), svc.clock.now()
    found = await svc.db.read(shown_token, site, hashes)
    if needs.scope not in found.scopes:
        has = ", ".join(sorted(found.scopes))
        raise ScopeMissing(f"This token is for {has}; this needs {needs.scope}.", scope=needs.scope)
    _admit(request, needs, found.moderator)
    if found.used_at is None or found.used_at.date() < now.date():
        await svc.db.write(note_token, hashes, at=now)


async def _pass_with_cookie(request: Request, needs: AccessRule) -> Response | None:
    if request.method not in {"GET", "HEAD"}:
        require_own_origin(request)
    found = await visitor(request)
    if found is None:
        if wants_json(request):
            raise SignInNeeded("Sign in first: this session has ended.")
        return to_sign_in(request)
    if needs.who is not Audience.SIGNED_IN:
        if found.moderator is None:
            site = request.path_params["site"]
            raise SiteUnknown(f"There is no site named {site!r}.", site=site)
        _admit(request, needs, found.moderator)
    return None


def _admit(request: Request, needs: AccessRule, found: Moderator) -> None:
    if needs.who is Audience.OWNER and not found.is_owner:
        raise OwnersOnly("This is for the owners of the site.")
    request.scope[_ASKING] = found
