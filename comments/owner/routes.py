"""The HTTP API of a site's settings, for owners' API tokens that may change the site."""

from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.requests import Request

from comments.identity.errors import ModeratorsOnly, OwnersOnly, TokenMissing, TokenUnknown
from comments.identity.routes import MalformedToken
from comments.sites.actions import SiteWish, change_site
from comments.sites.errors import SettingRefused, SiteChangedMeanwhile, SiteUnknown
from comments.sites.models import Site
from comments.sites.queries import origins_of, settings_of, site_by_name
from comments.sites.settings import SiteSettings, words_of
from comments.web.access import owner
from comments.web.routing import Api
from comments.web.service import service

api = Api("/api/v1/sites/{site}", tag="Settings")

_WHO = (SiteUnknown, TokenMissing, TokenUnknown, MalformedToken, ModeratorsOnly, OwnersOnly)
_ADMIN = owner("admin")


class SettingsBody(msgspec.Struct, forbid_unknown_fields=True):
    """Settings by name, as `GET settings` shows them; what is left out stays.

    With `expected_version`, only if the site is still as it was shown.
    """

    settings: dict[str, bool | int | str | list[str]] = {}
    origins: Annotated[list[str], Meta(max_length=1_000)] | None = None
    expected_version: int | None = None


class SettingsAnswer(msgspec.Struct):
    """A site's settings; `version` rises with each change of the site."""

    site: str
    version: int
    origins: list[str]
    settings: SiteSettings


class ChangedAnswer(msgspec.Struct):
    """A site's settings after a change, and which of them are other than before."""

    site: str
    version: int
    origins: list[str]
    settings: SiteSettings
    changed: list[str]


@api.endpoint("GET", "/settings", answers={200: SettingsAnswer}, errors=_WHO, needs=_ADMIN)
async def get_settings(request: Request) -> SettingsAnswer:
    """What the site's owners have set."""
    site = await service(request).db.read(site_by_name, request.path_params["site"])
    return SettingsAnswer(site.name, site.version, list(origins_of(site)), settings_of(site))


@api.endpoint(
    "PATCH",
    "/settings",
    answers={200: ChangedAnswer},
    errors=(*_WHO, SettingRefused, SiteChangedMeanwhile),
    needs=_ADMIN,
)
async def patch_settings(request: Request, body: SettingsBody) -> ChangedAnswer:
    """Change some of the site's settings: all that is asked for, or nothing."""
    wish = SiteWish(words_of(body.settings), body.origins, body.expected_version)
    done = await service(request).db.write(change_site, request.path_params["site"], wish)
    site: Site = done.site
    shown = (site.name, site.version, list(origins_of(site)), settings_of(site))
    return ChangedAnswer(*shown, list(done.changed))
