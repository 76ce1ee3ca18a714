"""Typed endpoints: a handler's annotations are its request, its answers and its OpenAPI entry."""

import inspect
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeVar, get_type_hints
from urllib.parse import parse_qsl
from uuid import UUID

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from comments import errors
from comments.web.access import AccessRule, Audience, DeclaredRoute, pass_gate
from comments.web.answers import json_answer

Handler = Callable[..., Awaitable[Any]]
S = TypeVar("S", bound=msgspec.Struct)

LARGEST_REQUEST = 64 * 1024
_LONGEST_NAMED = 100


class MalformedJson(errors.BadRequest):
    code = "malformed-json"


class JsonExpected(errors.UnsupportedType):
    code = "json-expected"


class TextRefused(errors.Invalid):
    """U+0000 or half of a surrogate pair: no database keeps them alike."""

    code = "text-refused"


class QueryRefused(errors.Invalid):
    code = "query-refused"


class BodyRefused(errors.Invalid):
    code = "body-refused"


@dataclass(frozen=True)
class Endpoint:
    """One method of one address. `query` and `body` are msgspec structs; `answers` says what comes back.

    Where that is a stream of server-sent events, `events` has the shapes of their data, by name. `takes` and
    `gives` are the media types of a body and an answer that are files.
    """

    method: str
    path: str
    handler: Handler
    summary: str
    description: str
    query: type[msgspec.Struct] | None
    body: type[msgspec.Struct] | None
    answers: Mapping[int, Any]
    errors: tuple[type[errors.CommentsError], ...]
    needs: AccessRule
    tag: str
    events: Mapping[str, type[msgspec.Struct]]
    takes: str
    gives: str


class Api:
    """A list of endpoints under one prefix, which becomes routes and a part of the OpenAPI document."""

    def __init__(self, prefix: str, tag: str) -> None:
        self.prefix = prefix
        self.tag = tag
        self.endpoints: list[Endpoint] = []

    def endpoint(
        self,
        method: str,
        path: str,
        *,
        answers: Mapping[int, Any],
        needs: AccessRule,
        errors: tuple[type[errors.CommentsError], ...] = (),
        reads: type[msgspec.Struct] | None = None,
        events: Mapping[str, type[msgspec.Struct]] = MappingProxyType({}),
        takes: str = "",
        gives: str = "",
    ) -> Callable[[Handler], Handler]:
        """Register a handler, and what it needs of who asks.

        `reads` is the query of a handler that reads it itself, because it can often answer without.
        """

        def register(handler: Handler) -> Handler:
            hints = get_type_hints(handler)
            summary, _, rest = inspect.cleandoc(handler.__doc__ or "").partition("\n\n")
            self.endpoints.append(
                Endpoint(
                    method,
                    self.prefix + path,
                    handler,
                    summary,
                    rest,
                    reads or hints.get("query"),
                    hints.get("body"),
                    answers,
                    errors,
                    needs,
                    self.tag,
                    events,
                    takes,
                    gives,
                )
            )
            return handler

        return register

    def routes(self) -> list[DeclaredRoute]:
        """Return one route an address, so that a wrong method is answered with the right ones in `Allow`."""
        by_path: dict[str, dict[str, Endpoint]] = {}
        for endpoint in self.endpoints:
            by_path.setdefault(endpoint.path, {})[endpoint.method] = endpoint
        return [_route(path, methods) for path, methods in by_path.items()]


def _route(path: str, methods: Mapping[str, Endpoint]) -> DeclaredRoute:
    serve_by_method = {method: _bind(endpoint) for method, endpoint in methods.items()}
    if "GET" in serve_by_method:
        serve_by_method["HEAD"] = serve_by_method["GET"]

    async def serve(request: Request) -> Response:
        request.scope["comments.route"] = path
        return await serve_by_method[request.method](request)

    return DeclaredRoute(path, serve, {method: endpoint.needs for method, endpoint in methods.items()})


def _bind(endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
    handler, body = endpoint.handler, endpoint.body
    query = endpoint.query if "query" in inspect.signature(handler).parameters else None
    status = min(endpoint.answers, default=200)

    is_guarded = endpoint.needs.who is not Audience.NOBODY

    async def serve(request: Request) -> Response:
        if is_guarded and (instead := await pass_gate(request, endpoint.needs)):
            return instead
        given: dict[str, Any] = {}
        if query is not None:
            given["query"] = read_query(request, query)
        if body is not None:
            given["body"] = await read_json(request, body)
        result = await handler(request, **given)
        return result if isinstance(result, Response) else json_answer(result, status)

    return serve


def id_in_path(request: Request, unknown: errors.NotFound, name: str = "id") -> UUID:
    """Return the id in an address. Raises `unknown` for a text that is none: nothing has such an id."""
    try:
        return UUID(request.path_params[name])
    except ValueError:
        raise unknown from None


def read_query(request: Request, shape: type[S]) -> S:
    """Read the query into `shape`; a list field takes every value, unknown parameters are ignored."""
    raw = request.scope["query_string"]
    try:
        pairs = parse_qsl(raw.decode("ascii"), keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        raise TextRefused("The query is not UTF-8.", errors={"query": "not UTF-8"}) from None
    except ValueError:
        raise QueryRefused("The query cannot be read.", errors={"query": "cannot be read"}) from None
    lists = _list_fields(shape)
    values: dict[str, Any] = {}
    for name, value in pairs:
        if name in lists:
            values.setdefault(name, []).append(value)
        else:
            values[name] = value
    _refuse_nul(values)
    try:
        return msgspec.convert(values, shape, strict=False)
    except msgspec.ValidationError as wrong:
        detail, fields = _explained(wrong, "query")
        raise QueryRefused(detail, errors=fields) from None


async def read_json(request: Request, shape: type[S]) -> S:
    """Read a JSON body into `shape`; anything but `application/json` is refused (it would dodge CORS)."""
    media_type = header(request, b"content-type").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise JsonExpected("Send this as application/json.")
    raw = await _whole_body(request)
    try:
        value = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        if re.search(rb"\\u[dD][89a-fA-F]|[\x80-\xff]", raw):
            raise TextRefused("The text is not Unicode.", errors={"body": "not Unicode"}) from None
        raise MalformedJson("The request is not JSON.") from None
    if b"\\u0000" in raw:
        # JSON has no other way to write it, and few texts have this one.
        _refuse_nul(value)
    try:
        return msgspec.convert(value, shape)
    except msgspec.ValidationError as wrong:
        detail, fields = _explained(wrong, "body")
        raise BodyRefused(detail, errors=fields) from None


def header(request: Request, name: bytes) -> str:
    """Return the first header of this name, which is in small letters; empty if there is none."""
    # Starlette's mapping encodes the name anew for each, and raises for those that are not there.
    for key, value in request.scope["headers"]:
        if key == name:
            return str(value, "latin-1")
    return ""


async def _whole_body(request: Request) -> bytes:
    """Return the body, which nobody reads again. Raises ClientDisconnect."""
    receive, pieces = request.receive, []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        pieces.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(pieces)


def _list_fields(shape: type[msgspec.Struct]) -> frozenset[str]:
    found = _LIST_FIELDS.get(shape)
    if found is None:
        fields = msgspec.structs.fields(shape)
        found = frozenset(field.encode_name for field in fields if "list" in str(field.type))
        _LIST_FIELDS[shape] = found
    return found


_LIST_FIELDS: dict[type[msgspec.Struct], frozenset[str]] = {}


def _refuse_nul(value: Any) -> None:
    if isinstance(value, str):
        if "\x00" in value:
            raise TextRefused("U+0000 cannot be stored.", errors={"body": "contains U+0000"})
    elif isinstance(value, dict):
        for key, inner in value.items():
            _refuse_nul(key)
            _refuse_nul(inner)
    elif isinstance(value, list):
        for inner in value:
            _refuse_nul(inner)


def _explained(wrong: msgspec.ValidationError, whole: str) -> tuple[str, dict[str, str]]:
    """Return msgspec's message and the field it is about: "… - at `$.author.name`" or "… field `body`"."""
    message, _, where = str(wrong).partition(" - at `")
    field = where.rstrip("`").removeprefix("$").lstrip(".")
    missing = re.search(r"missing required field `([^`]+)`", message)
    if missing:
        field = f"{field}.{missing[1]}".lstrip(".")
        message = "is needed"
    unknown = re.search(r"contains unknown field `(.*)`", message, re.DOTALL)
    if unknown:
        field = f"{field}.{unknown[1][:_LONGEST_NAMED]}".lstrip(".")
        message = "is no field of this"
    return f"{field or whole}: {message}", {field or whole: message}
