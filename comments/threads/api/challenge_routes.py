"""The HTTP API of threads: what a comment brings along to show how it was written."""

from datetime import datetime

import msgspec
from sqlalchemy.orm import Session
from starlette.requests import Request

from comments.identity.actors import Credentials
from comments.identity.authors import known_author
from comments.identity.errors import TokenUnknown
from comments.identity.routes import MalformedToken, credentials
from comments.limits import Rate
from comments.policy.facts import asks_for_proof
from comments.policy.submission_proofs import Challenge, challenge_for, form_token, place_of
from comments.sites.errors import SiteUnknown
from comments.threads.addresses.page_keys import IdentifierRefused, PageKeys, page_keys
from comments.threads.api.routes import site_of
from comments.threads.errors import PageMissing
from comments.threads.posting.rates import flooded
from comments.threads.queries.spam_history import spam_from
from comments.threads.requests import ChallengeBody
from comments.threads.site_card import SiteCard
from comments.web.access import NOBODY
from comments.web.routing import Api
from comments.web.service import client_network, service

api = Api("/api/v1/sites/{site}", tag="Writing")

_SUSPICION_OF_MANY = 2
_SUSPICION_OF_FLOOD = 1


class ChallengeAnswer(msgspec.Struct):
    """What to send with a comment on that page; `altcha` is null for who is asked for no proof of work."""

    form_token: str
    altcha: Challenge | None


@api.endpoint(
    "POST",
    "/challenge",
    answers={200: ChallengeAnswer},
    errors=(SiteUnknown, MalformedToken, PageMissing, IdentifierRefused),
    needs=NOBODY,
)
async def give_challenge(request: Request, body: ChallengeBody) -> ChallengeAnswer:
    """What a comment on a page brings along: a form's token, and a proof of work to be found.

    Ask when somebody begins to write, and send both with the comment: it waits without them, and within three
    seconds of asking. The proof is [ALTCHA](https://altcha.org)'s: find the number, at most `maxnumber`, for
    which the SHA-256 of `salt` and that number is `challenge`. It is good for two hours, for one comment, on
    this page; the token for a day. Nobody with an approved comment is asked for a proof. It is harder for
    many requests from one address, in a flood, and for networks that spam came from.
    """
    svc, site = service(request), await site_of(request)
    page, at = page_keys(body.page.url, body.page.identifier), svc.clock.now()
    shown, _ = credentials(request)
    place = place_of(site.id, page.hashes[0])
    suspicion = _suspicion_of_request(request, site, page)
    spam = await svc.db.read(_spam_of_stranger, site, shown, at)
    challenge = None if spam is None else challenge_for(svc.keys, place, suspicion + spam.bit_length(), at)
    return ChallengeAnswer(form_token(svc.keys, place, at), challenge)


def _suspicion_of_request(request: Request, site: SiteCard, page: PageKeys) -> int:
    limits = service(request).limits
    is_one_of_many = limits.hit(Rate.CHALLENGE, client_network(request)) > 0
    is_flooded = flooded(limits, site.id, page.hashes[0])
    return is_one_of_many * _SUSPICION_OF_MANY + is_flooded * _SUSPICION_OF_FLOOD


def _spam_of_stranger(session: Session, site: SiteCard, shown: Credentials, at: datetime) -> int | None:
    """Return how much spam came from a stranger's network; None for who is asked for no proof."""
    if not site.settings.proof_of_work or shown.is_api_token:
        return None  # Before the question who it is.
    try:
        author = known_author(session, site.id, shown, at)
    except TokenUnknown:
        author = None
    if not asks_for_proof(site.settings, author):
        return None
    return spam_from(session, site.id, shown.network_key) if shown.network_key else 0
