"""A page's address: what is refused, and the one key that all spellings of an address share. Pure."""

import re
from dataclasses import dataclass
from functools import lru_cache

from comments.sites.urls.addresses import AddressFault, WebAddress, parse_web_address
from comments.threads.errors import UrlRefused

MAX_URL_LENGTH = 2_000

INDEX_PAGES = frozenset({"index.html", "index.htm", "index.php"})

TRACKING_PREFIXES = ("utm_", "mtm_", "hsa_")
TRACKING_PARAMETERS = frozenset(
    # Google
    "gclid gclsrc dclid gbraid wbraid gad_source gad_campaignid srsltid _ga _gl "
    # Facebook, Instagram, X, TikTok, LinkedIn, Pinterest, Snapchat, Reddit
    "fbclid fb_action_ids fb_action_types fb_ref fb_source igsh igshid twclid ref_src ref_url ttclid "
    "li_fat_id epik sccid rdt_cid "
    # Microsoft, Yandex
    "msclkid yclid ysclid _openstat "
    # newsletters and campaigns: Mailchimp, Marketo, HubSpot, Vero, Omeda, Klaviyo, Drip
    "mc_cid mc_eid mkt_tok _hsenc _hsmi __hssc __hstc __hsfp hsctatracking vero_id vero_conv "
    "oly_anon_id oly_enc_id _kx __s "
    # Matomo by its old name, Adobe, AT Internet, Webtrekk, Wicked Reports
    "pk_campaign pk_kwd pk_keyword pk_source pk_medium pk_content pk_cid "
    "s_cid s_kwcid xtor wt_mc wickedid".split()
)
"""Parameters that say how a reader came to the page. None of them ever chooses what is shown.

`ref`, `source`, `from`, `share` and their like are not here: on many sites they do.
"""

# Characters that mean the same escaped or not: all of printable ASCII that separates nothing (RFC 3986, 2.2).
_PLAIN = frozenset(map(chr, range(0x21, 0x7F))) - frozenset(":/?#@!$&()*+,;=%\\")
_ESCAPABLE = re.compile(r"%[0-9A-Fa-f]{2}|%|[^!-~]+")


@dataclass(frozen=True, slots=True)
class PageUrl:
    """A page's address: `url` for links (ASCII, without tracking), `origin`, and the `key` of its thread."""

    url: str
    origin: str
    key: str


# The same few pages come with every post.
@lru_cache(maxsize=256)
def parse_page_url(url: str) -> PageUrl:
    """Read a page's address. Raises UrlRefused for all but plain http(s) addresses up to 2,000 characters.

    These are counted as a browser writes them, that is with everything but ASCII escaped.
    """
    if len(url) > MAX_URL_LENGTH:
        raise _too_long()
    try:
        address = parse_web_address(url)
    except AddressFault as fault:
        raise UrlRefused(f"The page's address {fault}.", errors={"url": str(fault)}) from fault
    key = _key(address)
    if len(key) > MAX_URL_LENGTH:
        raise _too_long()
    return PageUrl(_link(address), address.origin, key)


def normalise_url(url: str) -> str:
    """Return the key that all spellings of a page's address share. Raises UrlRefused.

    No difference make: http or https, `www.`, default ports, a dot after the host, IDN or its ASCII form,
    `//`, `.` and `..` in the path, a slash at its end, index pages, escapes of what needs none, the order of
    parameters with different names, tracking parameters, and the fragment unless it begins with `#!`.
    Everything else does: the case of the path, other parameters, the order of those with the same name.
    The key is an address itself, and its own key.
    """
    return parse_page_url(url).key


def page_path(url: str) -> str:
    """Return an address's path as sections are compared with it: in its one spelling, ending in "/".

    An address that no page can have gives an empty text, which is in no section.
    """
    try:
        return _path(parse_web_address(url).path) + "/"
    except AddressFault:
        return ""


def _key(address: WebAddress) -> str:
    # Always the shorter scheme and no slash at the end, so that no key is longer than the address it is of.
    port = "" if address.compared_port is None else f":{address.compared_port}"
    parameters = sorted(_parameters(address.query), key=_name)
    query = "?" + "&".join(parameters) if parameters else ""
    return f"http://{address.compared_host}{port}{_path(address.path)}{query}{_fragment(address)}"


def _link(address: WebAddress) -> str:
    path = _ESCAPABLE.sub(lambda found: _escaped(found, plain=frozenset()), address.path)
    parameters = [one for one in address.query.split("&") if one and not _is_tracking(_canonical(one))]
    query = _ESCAPABLE.sub(lambda found: _escaped(found, plain=frozenset()), "&".join(parameters))
    return f"{address.origin}{path}{'?' + query if query else ''}{_fragment(address)}"


def _path(path: str) -> str:
    kept: list[str] = []
    # `..` takes an empty segment back, as in a browser; only then are the empty ones left out.
    for segment in _canonical(path).split("/")[1:]:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    kept = [segment for segment in kept if segment]
    while kept and kept[-1] in INDEX_PAGES:
        kept.pop()
    return "".join("/" + segment for segment in kept)


def _parameters(query: str) -> list[str]:
    found = [_canonical(one).replace("%20", "+") for one in query.split("&")]
    return [one for one in found if one and not _is_tracking(one)]


def _is_tracking(parameter: str) -> bool:
    name = _name(parameter).lower()
    return name in TRACKING_PARAMETERS or name.startswith(TRACKING_PREFIXES)


def _name(parameter: str) -> str:
    return parameter.partition("=")[0]


def _fragment(address: WebAddress) -> str:
    has_route = address.fragment.startswith("!") and address.fragment != "!"
    return "#" + _canonical(address.fragment) if has_route else ""


def _canonical(text: str) -> str:
    """Return text with escapes in capitals, none where none is needed, and one wherever one is."""
    return _ESCAPABLE.sub(lambda found: _escaped(found, plain=_PLAIN), text)


def _escaped(found: re.Match[str], *, plain: frozenset[str]) -> str:
    written = found[0]
    if written == "%":
        return "%25"
    if written.startswith("%"):
        meant = chr(int(written[1:], 16))
        return meant if meant in plain else written.upper()
    return "".join(f"%{byte:02X}" for byte in written.encode())


def _too_long() -> UrlRefused:
    problem = f"must not have more than {MAX_URL_LENGTH} characters"
    return UrlRefused(f"The page's address {problem}.", errors={"url": problem})
