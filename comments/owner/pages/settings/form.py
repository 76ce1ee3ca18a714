"""The one form that a section of settings has: shown, saved, refused in words, never over others' changes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from comments.moderation.errors import FormMalformed
from comments.owner.pages.frame import OwnerVisit, lead_to_section, owning, owning_with_form, section_page
from comments.owner.pages.settings.labels import LABELS
from comments.sites.actions import SiteWish, change_site
from comments.sites.errors import SettingRefused, SiteChangedMeanwhile
from comments.sites.models import Site
from comments.sites.queries import origins_of, settings_of
from comments.sites.settings import SiteSettings, settings_in_words
from comments.sites.urls.origins import read_origins
from comments.web.forms import Fields
from comments.web.service import service

_DEFAULTS = SiteSettings()
STALE = (
    "Somebody else saved in the meantime, and this was not. "
    "What you wrote is below: look at it, and save again."
)


@dataclass(frozen=True, slots=True)
class FilledForm:
    """What a section's form was filled with; `seen` is the site's version that its owner had before them."""

    who: OwnerVisit
    settings: Mapping[str, str]
    origins: str | None
    seen: int

    def over(self, site: Site) -> dict[str, str]:
        """Return what the fields hold when the form is shown again: what was written, as it was written."""
        origins = {} if self.origins is None else {"origins": self.origins}
        return {**words_of(site), **self.settings, **origins}


async def show_form(request: Request, key: str, **context: Any) -> Response:
    """Show a section's form as the site is now, and above it what was saved just before."""
    who = await owning(request)
    names = request.query_params.get("saved")
    saved = None if names is None else [LABELS[name] for name in names.split(",") if name in LABELS]
    return form_page(request, who, key, words_of(who.site), saved=saved, **context)


async def filled(
    request: Request, names: Sequence[str], chosen: Callable[[Fields], Mapping[str, str]] | None = None
) -> FilledForm:
    """Read a section's form. Raises FormMalformed, and what `owning_with_form` does.

    A box that is not ticked is sent by no browser and means `no`. `chosen` reads what stands for
    several settings at once.
    """
    who, fields = await owning_with_form(request)
    given = {**_given(fields, names), **(chosen(fields) if chosen else {})}
    origins = given.pop("origins", None)
    seen = fields.get("version", "")
    if not (seen.isascii() and seen.isdecimal() and len(seen) < 10):
        raise FormMalformed("This form is not one of ours, or an old one. Reload the page.")
    return FilledForm(who, given, origins, int(seen))


async def save_form(
    request: Request,
    key: str,
    names: Sequence[str],
    *,
    chosen: Callable[[Fields], Mapping[str, str]] | None = None,
    context: Mapping[str, Any] = MappingProxyType({}),
) -> Response:
    """Save a section's settings, or show its form again with what is wrong.

    `chosen` is as `filled` takes it; `context` is what else the page shows.
    """
    form = await filled(request, names, chosen)
    origins = None if form.origins is None else read_origins(form.origins)
    wish = SiteWish(form.settings, origins, form.seen)
    try:
        change = await service(request).db.write(change_site, form.who.site.name, wish)
    except SettingRefused as refused:
        again = await owning(request)
        return refused_page(request, again, key, form, refused, **context)
    except SiteChangedMeanwhile:
        again = await owning(request)
        return form_page(request, again, key, form.over(again.site), status=409, stale=STALE, **context)
    return lead_to_section(request, key, f"?saved={','.join(change.changed)}")


def refused_page(
    request: Request, who: OwnerVisit, key: str, form: FilledForm, refused: SettingRefused, **context: Any
) -> Response:
    """Show a form again, with what is wrong beside its fields."""
    written = form.over(who.site)
    return form_page(request, who, key, written, status=422, errors=refused.errors, seen=form.seen, **context)


def words_of(site: Site) -> dict[str, str]:
    """Return a site's settings and origins as the forms' fields have them: lists with one entry a line."""
    words = settings_in_words(settings_of(site))
    lists = {name: words[name].replace(",", "\n") for name in words if isinstance(_default(name), tuple)}
    return {**words, **lists, "origins": "\n".join(origins_of(site))}


def _given(fields: Fields, names: Sequence[str]) -> dict[str, str]:
    boxes = {name: "yes" if name in fields else "no" for name in names if isinstance(_default(name), bool)}
    return {name: fields[name] for name in names if name in fields and name not in boxes} | boxes


def _default(name: str) -> Any:
    return getattr(_DEFAULTS, name, None)


def form_page(
    request: Request,
    who: OwnerVisit,
    key: str,
    words: Mapping[str, str],
    *,
    status: int = 200,
    errors: Mapping[str, str] | None = None,
    saved: Sequence[str] | None = None,
    stale: str = "",
    seen: int | None = None,
    **context: Any,
) -> Response:
    """Return a section's page with `words` in its fields, as of the version that its owner has `seen`."""
    return section_page(
        request,
        who,
        key,
        status=status,
        words=words,
        labels=LABELS,
        errors=errors or {},
        saved=saved,
        stale=stale,
        version=who.site.version if seen is None else seen,
        **context,
    )
