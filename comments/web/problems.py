"""Expected failures as problem+json (RFC 9457): the only place that knows HTTP's numbers for them."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, cast

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from comments import errors

STATUS_BY_FAMILY: Mapping[type[errors.CommentsError], int] = {
    errors.BadRequest: 400,
    errors.NotSignedIn: 401,
    errors.NotAllowed: 403,
    errors.NotFound: 404,
    errors.TooSlow: 408,
    errors.Conflict: 409,
    errors.TooLarge: 413,
    errors.UnsupportedType: 415,
    errors.Invalid: 422,
    errors.TooMany: 429,
    errors.Unavailable: 503,
}

MEDIA_TYPE = "application/problem+json"

_log = logging.getLogger("comments.web")


class NoSuchAddress(errors.NotFound):
    code = "no-such-address"


class Problem(msgspec.Struct, omit_defaults=True):
    """What went wrong. `code` is lasting and for programs, `detail` for people."""

    status: int
    title: str
    detail: str
    code: str
    errors: dict[str, str] | msgspec.UnsetType = msgspec.UNSET
    """For 422: what is wrong with which field."""


def status_of(error: errors.CommentsError | type[errors.CommentsError]) -> int:
    kind = error if isinstance(error, type) else type(error)
    for family in kind.__mro__:
        if family in STATUS_BY_FAMILY:
            return STATUS_BY_FAMILY[family]
    return 500


def problem_response(error: errors.CommentsError) -> Response:
    """Return the answer to an expected failure, its facts beside the standard members."""
    members: dict[str, Any] = dict(error.facts)
    if isinstance(error, errors.Invalid) and error.errors:
        members["errors"] = error.errors
    headers = {}
    if isinstance(error, errors.TooMany | errors.Unavailable):
        headers["retry-after"] = str(error.retry_after)
    if isinstance(error, errors.NotSignedIn):
        headers["www-authenticate"] = "Bearer"
    return _response(status_of(error), error.code, error.detail, headers, members)


def _response(
    status: int, code: str, detail: str, headers: Mapping[str, str], members: Mapping[str, Any] = {}
) -> Response:
    content = {
        **members,
        "status": status,
        "title": HTTPStatus(status).phrase,
        "detail": detail,
        "code": code,
    }
    return Response(
        msgspec.json.encode(content),
        status,
        {"cache-control": "no-store", **headers},
        media_type=MEDIA_TYPE,
    )


async def on_expected(request: Request, exc: Exception) -> Response:
    return problem_response(cast(errors.CommentsError, exc))


async def on_http(request: Request, exc: Exception) -> Response:
    """Answer what Starlette itself refuses (no route, wrong method) in the same shape."""
    refused = cast(HTTPException, exc)
    code = "no-such-address" if refused.status_code == 404 else "method-not-allowed"
    if refused.status_code not in {404, 405}:
        code = HTTPStatus(refused.status_code).phrase.lower().replace(" ", "-")
    details = {404: "There is nothing at this address.", 405: "This address does not take that method."}
    detail = details.get(refused.status_code, refused.detail)
    return _response(refused.status_code, code, detail, refused.headers or {})


def bug_response(request_id: str) -> Response:
    """Return the answer to a bug: nothing of it leaves the process but the id under which it was logged."""
    detail = f"Something went wrong here. It is logged as {request_id}."
    return _response(500, "internal", detail, {}, {"request_id": request_id})
