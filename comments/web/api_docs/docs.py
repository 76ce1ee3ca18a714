"""The OpenAPI document as a page to read, without a script and without a request elsewhere."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import Response

from comments.web.html.templating import html_page


def docs_page(request: Request, document: Mapping[str, Any]) -> Response:
    """Return the page."""
    return html_page(request, "docs.html", document=document, in_words=in_words, shape_link=shape_link)


def in_words(schema: Mapping[str, Any]) -> str:
    """Return a schema in one line: "integer, 1 to 100, default 25"."""
    parts = [_kind(schema)]
    if "minimum" in schema or "maximum" in schema:
        parts.append(f"{schema.get('minimum', '…')} to {schema.get('maximum', '…')}")
    if "maxLength" in schema:
        parts.append(f"at most {schema['maxLength']} characters")
    if "default" in schema and not isinstance(schema["default"], dict | list):
        parts.append(f"default {_value(schema['default'])}")
    return ", ".join(parts)


def shape_link(schema: Mapping[str, Any]) -> Markup:
    """Return a link to where a shape is described on the page."""
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    return Markup('<a href="#shape-{0}">{0}</a>').format(escape(name)) if name else Markup("")


def _kind(schema: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "enum" in schema:
        return " or ".join(_value(value) for value in schema["enum"])
    if "anyOf" in schema:
        return " or ".join(_kind(one) for one in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    if schema.get("type") == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"object of {_kind(schema['additionalProperties'])} by key"
    return str(schema.get("format") or schema.get("type") or "anything")


def _value(value: object) -> str:
    return "null" if value is None else str(value)
