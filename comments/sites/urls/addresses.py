"""Web addresses taken apart and spelled in one way, so that pages and origins can be compared. Pure."""

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

import idna

DEFAULT_PORTS = {"http": 80, "https": 443}

_AUTHORITY = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^\[\]@:/?#%\\]+)(?::(?P<port>[0-9]{0,5}))?")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_LABEL = re.compile(r"[a-z0-9_-]{1,63}")
_LONGEST_HOST = 253


class AddressFault(ValueError):
    """What is wrong with an address, in words that follow its name: "must begin with http:// or https://"."""


@dataclass(frozen=True, slots=True)
class WebAddress:
    """An http(s) address. `host` is lower case and in its IDN form, without a dot at its end.

    `port` is None if it is the scheme's own. Path, query and fragment are as written.
    """

    scheme: str
    host: str
    port: int | None
    path: str
    query: str
    fragment: str

    @property
    def origin(self) -> str:
        """The origin as a browser's `Origin` header names it."""
        port = "" if self.port is None else f":{self.port}"
        return f"{self.scheme}://{self.host}{port}"

    @property
    def compared_port(self) -> int | None:
        """The port, or None for both schemes' own: where http and https are alike, so are 80 and 443."""
        return None if self.port in DEFAULT_PORTS.values() else self.port

    @property
    def compared_host(self) -> str:
        """The host without `www.`."""
        return without_www(self.host)


def parse_web_address(text: str) -> WebAddress:
    """Take an http(s) address apart.

    Refused is what browsers and servers read in different ways: credentials, backslashes, control characters,
    escapes in the host. Raises AddressFault.
    """
    text = text.strip()
    if "\\" in text:
        raise AddressFault("must not contain a backslash")
    if _CONTROL.search(text):
        raise AddressFault("must not contain control characters")
    try:
        parts = urlsplit(text)
    except ValueError as fault:
        raise AddressFault("has a host that cannot be read") from fault
    if parts.scheme not in DEFAULT_PORTS:
        raise AddressFault("must begin with http:// or https://")
    if not parts.netloc:
        raise AddressFault("must name a host")
    if "@" in parts.netloc:
        raise AddressFault("must not contain a user name or password")
    authority = _AUTHORITY.fullmatch(parts.netloc)
    if authority is None:
        raise AddressFault("has a host or port that cannot be read")
    port = _port(authority["port"], DEFAULT_PORTS[parts.scheme])
    return WebAddress(
        parts.scheme, ascii_host(authority["host"]), port, parts.path, parts.query, parts.fragment
    )


def ascii_host(host: str) -> str:
    """Return a host as it stands in the DNS: lower case, ASCII, no dot at its end. Raises AddressFault.

    Names that IDNA 2008 leaves out but browsers look up, such as those with emoji, stay allowed.

    Source: UTS #46, section 4 (non-transitional).
    """
    try:
        if host.startswith("["):
            return f"[{ipaddress.IPv6Address(host[1:-1]).compressed}]"
        mapped = host.lower() if host.isascii() else idna.uts46_remap(host, std3_rules=False)
        found = ".".join(_ascii_label(label) for label in mapped.removesuffix(".").split("."))
    except AddressFault:
        raise
    except ValueError as fault:  # idna's and the codec's own errors are ValueErrors
        raise AddressFault("has a host that is no valid name") from fault
    if len(found) > _LONGEST_HOST:
        raise AddressFault("has a host that is too long")
    return found


def without_www(host: str) -> str:
    """Return the host without `www.`, however often it stands there, and never only a top-level domain."""
    while host.startswith("www.") and "." in host[4:]:
        host = host[4:]
    return host


def _ascii_label(label: str) -> str:
    if label.startswith("xn--"):
        # Two spellings of one name must not pass for two names, so only the one that browsers make is taken.
        decoded = label[4:].encode("ascii").decode("punycode")
        if decoded.isascii() or idna.uts46_remap(decoded, std3_rules=False) != decoded:
            raise AddressFault("has a host that is no valid name")
        label = decoded
    if not label.isascii():
        label = "xn--" + label.encode("punycode").decode("ascii")
    if not _LABEL.fullmatch(label):
        raise AddressFault("has a host that is no valid name")
    return label


def _port(written: str | None, default: int) -> int | None:
    if not written:
        return None
    port = int(written)
    if not 1 <= port <= 65_535:
        raise AddressFault("must have a port from 1 to 65535")
    return None if port == default else port
