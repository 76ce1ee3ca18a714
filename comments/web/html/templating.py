"""Pages of our own: how a template becomes an answer, and what all templates can say."""

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any

import msgspec
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from comments import errors
from comments.errors import CommentsError, TooMany, Unavailable
from comments.web.problems import status_of
from comments.web.service import service

_HUES = 12
_BETWEEN_WORDS = re.compile(r"[\s_.-]+")
_IN_HTML = str.maketrans({sign: f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"})
_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))

NOT_UNDERSTOOD = "This could not be understood"
_HEADINGS: dict[type[CommentsError], str] = {
    errors.NotFound: "There is nothing here",
    errors.Conflict: "This has changed in the meantime",
    errors.TooMany: "A moment, please",
    errors.Unavailable: "Not at the moment",
    errors.NotAllowed: "This is not allowed here",
    errors.NotSignedIn: "Once more, please",
    errors.TooLarge: "This is too long",
}

PageHandler = Callable[[Request], Awaitable[Response]]


def page(handler: PageHandler) -> PageHandler:
    """Answer expected failures of a page in words for people instead of problem+json."""

    @wraps(handler)
    async def serve(request: Request) -> Response:
        try:
            return await handler(request)
        except CommentsError as error:
            if wants_json(request):
                raise
            return problem_page(request, error)

    return serve


def wants_json(request: Request) -> bool:
    """Whether a page's own script asks, and not a browser for its window."""
    return "application/json" in request.headers.get("accept", "")


def problem_page(request: Request, error: CommentsError) -> Response:
    status = status_of(error)
    answer = html_page(request, "problem.html", status=status, heading=heading_of(error), detail=error.detail)
    say_when(answer, error)
    return answer


def heading_of(error: CommentsError) -> str:
    """Return what is said above the reason of a failure."""
    headings = (heading for family, heading in _HEADINGS.items() if isinstance(error, family))
    return next(headings, NOT_UNDERSTOOD)


def say_when(answer: Response, error: CommentsError) -> None:
    """Let the answer tell programs when to ask again."""
    if isinstance(error, TooMany | Unavailable):
        answer.headers["retry-after"] = str(error.retry_after)


def html_page(request: Request, template: str, *, status: int = 200, **context: Any) -> Response:
    """Return a page that nobody keeps."""
    return HTMLResponse(rendered_page(request, template, **context), status, {"cache-control": "no-store"})


def rendered_page(request: Request, template: str, **context: Any) -> str:
    """Return the HTML of a template, which also knows the time and how to write times, names and numbers."""
    svc = service(request)
    return svc.templates.get_template(template).render(
        base_path=svc.settings.base_path,
        now=svc.clock.now(),
        date_and_time=date_and_time,
        ago=ago,
        initials=initials,
        hue=hue,
        **context,
    )


def json_in_html(value: Any) -> Markup:
    """Return a value as JSON that ends no element it stands in: `<`, `>`, `&` and line separators escaped."""
    return Markup(msgspec.json.encode(value).decode().translate(_IN_HTML))  # noqa: S704 - escaped just now


def date_and_time(at: datetime) -> str:
    """Return an absolute time in UTC, such as "24 November 2026, 10:12"."""
    at = at.astimezone(UTC)
    return f"{at.day} {at:%B %Y, %H:%M}"


def ago(at: datetime, now: datetime) -> str:
    """Return how long ago something was in its largest whole unit, such as "12 seconds" or "1 minute"."""
    seconds = max(0, int((now - at).total_seconds()))
    name, length = next((unit for unit in _UNITS if seconds >= unit[1]), _UNITS[-1])
    count = seconds // length
    return f"{count} {name}" if count == 1 else f"{count} {name}s"


def initials(name: str) -> str:
    """Return one or two letters; one for scripts without case, whose single letters are wide and say more."""
    found = (next(filter(str.isalnum, word), "") for word in _BETWEEN_WORDS.split(name))
    letters = [letter for letter in found if letter]
    if not letters:
        return ""
    has_case = letters[0].lower() != letters[0].upper()
    return (letters[0] + "".join(letters[1:][-1:])).upper() if has_case else letters[0]


def hue(author_id: object) -> int:
    """Return an author's hue, 0 to 11, the same as in the widget.

    Source: FNV-1a, 32 bits; its low bits alone would give neighbours the same hue.
    """
    total = 0x811C9DC5
    for sign in str(author_id):
        total = (total ^ ord(sign)) * 0x01000193 & 0xFFFFFFFF
    return (total ^ (total >> 15)) % _HUES
