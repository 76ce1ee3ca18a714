"""Forms of our own pages: where they may come from, and the cookie and token that belong to a browser."""

from collections.abc import Iterable, Mapping

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from comments.config import Settings
from comments.errors import NotAllowed, UnsupportedType
from comments.keys import Keyring
from comments.web.routing import TextRefused
from comments.web.service import service

MOST_FIELDS = 1_000
FORM_TYPES = {"application/x-www-form-urlencoded", "multipart/form-data"}


class OriginRefused(NotAllowed):
    """A change was asked for by a page of another origin, or of none."""

    code = "origin-refused"


class FormOutdated(NotAllowed):
    """The form was made for another session: somebody signed in or out since."""

    code = "form-outdated"


class FormExpected(UnsupportedType):
    code = "form-expected"


class Fields(dict[str, str]):
    """A form's fields, the last value of each; `every` has all that a list of boxes gave."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._pairs = tuple(pairs)
        super().__init__(self._pairs)

    def every(self, name: str) -> list[str]:
        return [value for given, value in self._pairs if given == name]


async def own_form(request: Request) -> Fields:
    """Return the fields of a form that one of our own pages posted.

    Raises OriginRefused, FormExpected, TextRefused.
    """
    require_own_origin(request)
    return await form_fields(request)


async def form_fields(request: Request) -> Fields:
    """Return the fields of a form, wherever it comes from: the address it was sent to must say who may.

    Raises FormExpected, TextRefused.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in FORM_TYPES:
        raise FormExpected("Send this as a form.")
    async with request.form(max_files=0, max_fields=MOST_FIELDS) as form:
        pairs = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
    if any("\x00" in text for pair in pairs for text in pair):
        raise TextRefused("U+0000 cannot be stored.", errors={"body": "contains U+0000"})
    return Fields(pairs)


def require_own_origin(request: Request) -> None:
    """Raise OriginRefused, naming both, unless the request comes from one of our own pages."""
    own = service(request).settings.own_origins
    seen = request.headers.get("origin")
    if seen is None or seen.lower() not in own:
        raise OriginRefused(
            f"This came from {seen or 'nowhere'}; only {own[0]} may do this. Is COMMENTS_BASE_URL right?",
            origin=seen,
            allowed=list(own),
        )


def cookie_name(settings: Settings, name: str = "comments") -> str:
    """Return the cookie's name; on HTTPS no other host and no path can set or shadow it."""
    return f"__Host-{name}" if settings.base_url.startswith("https:") else name


def set_cookie(
    response: Response, settings: Settings, value: str, *, seconds: int, name: str = "comments"
) -> None:
    """Give the browser a cookie that scripts cannot read and other sites' forms do not send."""
    response.set_cookie(
        cookie_name(settings, name),
        value,
        max_age=seconds,
        path="/",
        secure=settings.base_url.startswith("https:"),
        httponly=True,
        samesite="lax",
    )


def clear_cookie(response: Response, settings: Settings, name: str = "comments") -> None:
    set_cookie(response, settings, "", seconds=0, name=name)


def form_token(keys: Keyring, cookie: str) -> str:
    """Return what a form carries to show that it was made for this cookie's session."""
    return keys.mac("form", cookie.encode()).hex()


def require_form_token(keys: Keyring, cookie: str, fields: Mapping[str, str]) -> None:
    """Raise FormOutdated unless the form's `token` was made for this cookie's session."""
    try:
        given = bytes.fromhex(fields.get("token", ""))
    except ValueError:
        given = b""
    if not keys.matches("form", cookie.encode(), given):
        raise FormOutdated("This form is of another session. Go back, reload the page and try again.")


def see_other(address: str) -> Response:
    """Lead to another of our pages, after a form or instead of one. Nobody keeps that."""
    return RedirectResponse(address, status_code=303, headers={"cache-control": "no-store"})


def local_path(given: str, otherwise: str) -> str:
    """Return where to go next: a path of this host, never another site's address."""
    # Browsers take `//host`, `/\\host` and what tabs or newlines hide for another host.
    leads_away = given[1:2] in {"/", "\\"} or not given.isascii() or not given.isprintable()
    return given if given.startswith("/") and not leads_away else otherwise
