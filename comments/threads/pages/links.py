"""Addresses of our own pages of a discussion."""

from dataclasses import dataclass
from functools import cached_property
from urllib.parse import parse_qsl, quote, urlencode, urlsplit
from uuid import UUID

from starlette.requests import Request

from comments.threads.pages.messages import language_asked
from comments.threads.queries.find_threads import ThreadRow
from comments.threads.site_card import SiteCard
from comments.web.forms import local_path
from comments.web.service import service

_ABOUT_ONE_VISIT = {"done", "about"}


@dataclass(frozen=True)
class Links:
    """Where the pages about one page's discussion are; `base` is the path of the site's pages.

    A page has four of these addresses for each comment, so what they share is made once.
    """

    base: str
    url: str | None
    identifier: str | None
    lang: str = ""
    """What the pages are asked to speak, a BCP 47 tag; empty leaves it to the site."""

    @cached_property
    def named(self) -> str:
        """The part of a query that names the page, and the language."""
        keys = {"url": self.url, "identifier": self.identifier, "lang": self.lang}
        return urlencode({name: value for name, value in keys.items() if value})

    def discussion(self, **more: object) -> str:
        rest = urlencode({name: value for name, value in more.items() if value})
        return f"{self.base}?{self.named}{'&' + rest if rest else ''}"

    def feed(self) -> str:
        return f"{self.base}/feed?{self.named}"

    def write(self, reply_to: UUID | None = None) -> str:
        return f"{self.base}/write?{self.named}{f'&reply_to={reply_to}' if reply_to else ''}"

    def around(self, comment_id: UUID) -> str:
        """Return where a comment is shown, whichever page of the discussion it is on."""
        return f"{self.base}?{self.named}&around={comment_id}#comment-{comment_id}"

    def comment(self, comment_id: UUID, what: str = "", **more: object) -> str:
        """Return the page of a comment with its replies, or of what can be done with it."""
        path = f"{self.base}/comments/{comment_id}{'/' + what if what else ''}"
        query = {"lang": self.lang, **more} if self.lang else more
        return f"{path}?{urlencode(query)}" if query else path

    def sending(self) -> str:
        """Return where the form to write with is sent."""
        return f"{self.base}/write{f'?lang={self.lang}' if self.lang else ''}"


def site_base(request: Request, site_name: str) -> str:
    """Return the path under which a site's pages are, for those who ask from outside."""
    return f"{service(request).settings.base_path}/d/{quote(site_name)}"


def absolute_base(request: Request, site_name: str) -> str:
    """Return the address under which a site's pages are, for others' pages and for search engines."""
    return f"{service(request).settings.base_url}/d/{quote(site_name)}"


def links_to(request: Request, site: SiteCard, thread: ThreadRow) -> Links:
    return Links(site_base(request, site.name), thread.url, thread.identifier, language_asked(request))


def came_from(request: Request, site: SiteCard) -> str:
    """Return which of the site's discussion pages somebody comes from, empty if it was none.

    Our pages send their whole address to each other and to nobody else (Referrer-Policy: same-origin).
    """
    parts = urlsplit(request.headers.get("referer", ""))
    if f"{parts.scheme}://{parts.netloc}".lower() not in service(request).settings.own_origins:
        return ""
    return place_to_return(request, site, f"{parts.path}?{parts.query}")


def place_to_return(request: Request, site: SiteCard, given: str) -> str:
    """Return `given` if it leads to one of the site's discussion pages, without what it told of a visit."""
    base = site_base(request, site.name)
    path, _, query = local_path(given, "").partition("?")
    is_branch = path.startswith(f"{base}/comments/") and path.count("/") == base.count("/") + 2
    if path != base and not is_branch:
        return ""
    pairs = parse_qsl(query.partition("#")[0])
    return f"{path}?{urlencode([pair for pair in pairs if pair[0] not in _ABOUT_ONE_VISIT])}"


def returning(place: str, comment_id: UUID, *, done: str = "") -> str:
    """Return where somebody goes back to: at the comment, and told what they have done."""
    fields = {"done": done, "about": str(comment_id)} if done else {}
    path, _, query = place.partition("?")
    pairs = [*parse_qsl(query), *fields.items()]
    if done == "deleted":
        # The page would begin by saying that this comment is not there any more.
        pairs = [pair for pair in pairs if pair != ("around", str(comment_id))]
    return f"{path}?{urlencode(pairs)}#comment-{comment_id}"
