"""The OpenAPI 3.1 document, made from the endpoints themselves."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from comments.errors import CommentsError
from comments.web.access import Audience
from comments.web.problems import MEDIA_TYPE, Problem, status_of
from comments.web.routing import (
    BodyRefused,
    Endpoint,
    JsonExpected,
    MalformedJson,
    QueryRefused,
    TextRefused,
)

_REF = "#/components/schemas/{name}"

_FILE = {"type": "string", "format": "binary"}

_SECURITY: Mapping[Audience, list[dict[str, list[str]]]] = {
    Audience.NOBODY: [],
    Audience.READER: [{}, {"token": []}],
    Audience.MODERATOR: [{"token": []}],
    Audience.OWNER: [{"token": []}],
}


def openapi_document(endpoints: Sequence[Endpoint], *, version: str, base_url: str) -> dict[str, Any]:
    """Return the document; every shape is declared once, where the code uses it."""
    shapes = [shape for endpoint in endpoints for shape in _shapes(endpoint)]
    _, components = msgspec.json.schema_components([*shapes, Problem], ref_template=_REF)
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Comments",
            "version": version,
            "description": "Threaded comments. Errors are problem+json (RFC 9457) with a lasting `code`.",
        },
        "servers": [{"url": base_url}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A guest's token, given with the first post, or a moderator's.",
                }
            },
        },
    }


def _shapes(endpoint: Endpoint) -> list[Any]:
    found = [endpoint.query, endpoint.body, *endpoint.answers.values(), *endpoint.events.values()]
    return [shape for shape in found if shape is not None]


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": endpoint.handler.__name__,
        "summary": endpoint.summary,
        "tags": [endpoint.tag],
        "parameters": [*_path_parameters(endpoint.path), *_query_parameters(endpoint)],
        "responses": {**_answers(endpoint), **_problems(endpoint)},
    }
    if endpoint.description:
        operation["description"] = endpoint.description
    if _SECURITY[endpoint.needs.who]:
        operation["security"] = _SECURITY[endpoint.needs.who]
    if endpoint.body is not None:
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": _schema(endpoint.body)}},
        }
    elif endpoint.takes:
        operation["requestBody"] = {"required": True, "content": {endpoint.takes: {"schema": _FILE}}}
    return operation


def _path_parameters(path: str) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"\{(\w+)\}", path)
    ]


def _query_parameters(endpoint: Endpoint) -> list[dict[str, Any]]:
    if endpoint.query is None:
        return []
    (reference,), components = msgspec.json.schema_components([endpoint.query], ref_template=_REF)
    shape = components[reference["$ref"].rpartition("/")[2]]
    required = shape.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in required, "schema": _without_null(schema)}
        for name, schema in shape["properties"].items()
    ]


def _without_null(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of a parameter that is left out rather than null."""
    kinds = [kind for kind in schema.get("anyOf", []) if kind.get("type") != "null"]
    rest = {key: value for key, value in schema.items() if key not in {"anyOf", "default"}}
    if schema.get("default") is not None:
        rest["default"] = schema["default"]
    if not kinds:
        if None in rest.get("enum", []):
            rest["enum"] = [value for value in rest["enum"] if value is not None]
        return rest
    return {**rest, **kinds[0]} if len(kinds) == 1 else {**rest, "anyOf": kinds}


def _answers(endpoint: Endpoint) -> dict[str, Any]:
    if endpoint.events:
        return {"200": _stream(endpoint.events)}
    if endpoint.gives:
        return {"200": {"description": "The file.", "content": {endpoint.gives: {"schema": _FILE}}}}
    return {
        str(status): {
            "description": (shape.__doc__ or "The answer.").strip().partition("\n")[0],
            "content": {"application/json": {"schema": _schema(shape)}},
        }
        for status, shape in endpoint.answers.items()
    }


def _stream(events: Mapping[str, Any]) -> dict[str, Any]:
    """Describe server-sent events: for OpenAPI 3.1 such a body is a text, so their shapes stand beside it."""
    return {
        "description": "Events, each with its data as JSON.",
        "content": {
            "text/event-stream": {
                "schema": {"type": "string"},
                "x-events": {name: _schema(shape) for name, shape in events.items()},
            }
        },
    }


def _problems(endpoint: Endpoint) -> dict[str, Any]:
    kinds: list[type[CommentsError]] = [TextRefused, *endpoint.errors]
    if endpoint.query is not None:
        kinds.append(QueryRefused)
    if endpoint.body is not None:
        kinds += [MalformedJson, JsonExpected, BodyRefused]
    codes: dict[int, set[str]] = {}
    for kind in kinds:
        codes.setdefault(status_of(kind), set()).add(kind.code)
    if endpoint.method not in {"GET", "HEAD"}:
        codes.setdefault(413, set()).add("request-too-large")
        codes.setdefault(503, set()).update({"storage-full", "storage-busy", "overloaded"})
    return {
        str(status): {
            "description": f"Codes: {', '.join(sorted(found))}",
            "content": {MEDIA_TYPE: {"schema": _schema(Problem)}},
        }
        for status, found in sorted(codes.items())
    }


def _schema(shape: Any) -> dict[str, Any]:
    (reference,), _ = msgspec.json.schema_components([shape], ref_template=_REF)
    return dict(reference)
