"""What may be shown: Markdown and imported HTML become safe HTML, names become clean text. Pure."""

from comments.text.errors import BodyEmpty, BodyTooComplex, BodyTooLong
from comments.text.html.render import (
    OLDEST_SAFE_RENDERER,
    RENDERER_VERSION,
    Format,
    Rendered,
    render,
    render_post,
)
from comments.text.limits import MAX_BODY_LENGTH, check_limits

__all__ = [
    "MAX_BODY_LENGTH",
    "OLDEST_SAFE_RENDERER",
    "RENDERER_VERSION",
    "BodyEmpty",
    "BodyTooComplex",
    "BodyTooLong",
    "Format",
    "Rendered",
    "check_limits",
    "render",
    "render_post",
]
