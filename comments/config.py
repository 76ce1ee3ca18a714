"""What the service is told by its environment: read once, checked as a whole, frozen."""

import ipaddress
import os
import re
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from email.utils import parseaddr
from functools import lru_cache
from pathlib import Path
from typing import TypeVar
from urllib.parse import SplitResult, urlsplit

T = TypeVar("T")
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

MEGABYTE = 1_000_000
KEY_CHARACTERS = 32
KEY_FILE = "secret.key"
DATABASE_FILE = "comments.db"
# A key made by a machine has more of them: 32 hexadecimal digits have fewer than ten once in a million.
DIFFERENT_KEY_CHARACTERS = 10
EXAMPLE_KEYS = frozenset(
    {
        "replace-me-with-the-output-of-openssl-rand-hex-32",
        "change-me-to-a-random-string-of-32-characters",
        "0123456789abcdef0123456789abcdef",
        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        "abcdefghijklmnopqrstuvwxyz0123456789",
        "abcdefghijklmnopqrstuvwxyz1234567890",
    }
)
MAIL_SCHEMES = frozenset(
    {
        "smtp",
        "smtps",
    }
)
"""What a mail server's URL begins with; `notifications.senders.factory` has who sends."""

LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "::1")
LOG_LEVELS = ("debug", "info", "warning", "error")
SWITCHES = {"on": True, "true": True, "1": True, "off": False, "false": False, "0": False}


class SettingsFault(Exception):
    """What is wrong with the settings: every problem, one a line, each beginning with the setting's name."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Settings:
    """All that is set for one installation; secrets do not show in its `repr`."""

    data_dir: Path
    database_url: str = field(repr=False)
    """`sqlite:////absolute/path` or `postgresql://…`."""
    database_direct_url: str = field(default="", repr=False)
    """The same database past a pooler, or empty: for LISTEN, migrations and locks of a session."""
    database_read_url: str = field(default="", repr=False)
    """A replica of the database, or empty: for what readers read."""
    secret_key: str = field(default="", repr=False)
    """Empty until `with_secret_key` has looked into the data folder."""
    secret_key_old: str = field(default="", repr=False)
    redis_url: str = field(default="", repr=False)
    base_url: str = "http://127.0.0.1:8080"
    """How readers reach the service; no slash at the end, may have a path."""
    host: str = "127.0.0.1"
    port: int = 8080
    workers: int = 1
    trusted_proxies: tuple[Network, ...] = ()
    rate_limits: bool = True
    smtp_url: str = field(default="", repr=False)
    """Empty where no mail is sent."""
    mail_from: str = "comments@localhost"
    """The address that mails come from, perhaps with a name: `Comments <comments@talk.example>`."""
    largest_import_bytes: int = 1_000_000_000
    """How large a file may be that an owner sends to be imported."""
    webhook_networks: tuple[Network, ...] = ()
    """Private networks that webhooks and outside checks may be in, which are then called by http too."""
    check_seconds: float = 5
    """How long an outside check may take to answer."""
    metrics_token: str = field(default="", repr=False)
    log_level: str = "info"

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Settings":
        """Read all `COMMENTS_…` settings; touches no file.

        Raises SettingsFault with every problem found; no secret's value is in it.
        """
        reader = _SettingsReader(environ)
        data_dir = reader.read("COMMENTS_DATA_DIR", _folder, _folder("./data"))
        default_database = f"sqlite:///{data_dir / DATABASE_FILE}"
        database_url = reader.read("COMMENTS_DATABASE_URL", _database_url, default_database)
        port = reader.read("COMMENTS_PORT", _number(1, 65_535), 8080)
        base_url = reader.read("COMMENTS_BASE_URL", _base_url, f"http://127.0.0.1:{port}")
        settings = cls(
            data_dir=data_dir,
            database_url=database_url,
            database_direct_url=reader.read("COMMENTS_DATABASE_DIRECT_URL", _postgres_url, ""),
            database_read_url=reader.read("COMMENTS_DATABASE_READ_URL", _postgres_url, ""),
            secret_key=reader.read("COMMENTS_SECRET_KEY", _key, ""),
            secret_key_old=reader.read("COMMENTS_SECRET_KEY_OLD", _key, ""),
            redis_url=reader.read("COMMENTS_REDIS_URL", _redis_url, ""),
            base_url=base_url,
            host=reader.read("COMMENTS_HOST", _host, "127.0.0.1"),
            port=port,
            workers=reader.read("COMMENTS_WORKERS", _number(1, 256), 1),
            trusted_proxies=reader.read("COMMENTS_TRUSTED_PROXIES", _networks, ()),
            rate_limits=reader.read("COMMENTS_RATE_LIMITS", _switch, True),
            smtp_url=reader.read("COMMENTS_SMTP_URL", _smtp_url, ""),
            mail_from=reader.read("COMMENTS_MAIL_FROM", _mail_from, _mail_from_host(base_url)),
            largest_import_bytes=reader.read("COMMENTS_LARGEST_IMPORT_MB", _number(1, 1_000_000), 1_000)
            * MEGABYTE,
            webhook_networks=reader.read("COMMENTS_WEBHOOK_NETWORKS", _networks, ()),
            check_seconds=reader.read("COMMENTS_CHECK_SECONDS", _number(1, 20), 5),
            metrics_token=reader.read("COMMENTS_METRICS_TOKEN", _token, ""),
            log_level=reader.read("COMMENTS_LOG_LEVEL", _log_level, "info"),
        )
        unread = any(problem.startswith("COMMENTS_DATABASE_") for problem in reader.problems)
        if database_url.startswith("sqlite:") and not unread:
            reader.problems += [
                f"{name}: goes with a COMMENTS_DATABASE_URL of PostgreSQL only"
                for name in ("COMMENTS_DATABASE_DIRECT_URL", "COMMENTS_DATABASE_READ_URL")
                if reader.given(name)
            ]
        if database_url.startswith("postgresql:") and not reader.given("COMMENTS_SECRET_KEY"):
            reader.problems.append(
                "COMMENTS_SECRET_KEY: must be given with PostgreSQL, the same for every host; "
                "make one with: openssl rand -hex 32"
            )
        if reader.problems:
            raise SettingsFault(*reader.problems)
        return settings

    @property
    def on_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite:")

    @property
    def unpooled_url(self) -> str:
        """The database by the way on which a connection's session is one's own, as far as that is known."""
        return self.database_direct_url or self.database_url

    @property
    def database_file(self) -> Path | None:
        """The SQLite file, or None on PostgreSQL."""
        return Path(self.database_url.removeprefix("sqlite:///")) if self.on_sqlite else None

    @property
    def base_path(self) -> str:
        """The path of the base URL, without a slash at the end: empty unless the service shares its host."""
        return urlsplit(self.base_url).path

    @property
    def own_origins(self) -> tuple[str, ...]:
        """Origins of our own pages: the base URL's. On this machine alone its three names are one."""
        return _origins_of(self.base_url)


@lru_cache(maxsize=8)
def _origins_of(base_url: str) -> tuple[str, ...]:
    parts = urlsplit(base_url)
    origin = f"{parts.scheme}://{parts.netloc}".lower()
    host = parts.hostname or ""
    if host not in LOOPBACK_HOSTS:
        return (origin,)
    port = f":{parts.port}" if parts.port else ""
    names = (f"[{name}]" if ":" in name else name for name in LOOPBACK_HOSTS)
    return tuple(dict.fromkeys((origin, *(f"{parts.scheme}://{name}{port}" for name in names))))


SETTING_NAMES = (
    "COMMENTS_DATA_DIR",
    "COMMENTS_DATABASE_URL",
    "COMMENTS_DATABASE_DIRECT_URL",
    "COMMENTS_DATABASE_READ_URL",
    "COMMENTS_REDIS_URL",
    "COMMENTS_SECRET_KEY",
    "COMMENTS_SECRET_KEY_OLD",
    "COMMENTS_BASE_URL",
    "COMMENTS_HOST",
    "COMMENTS_PORT",
    "COMMENTS_WORKERS",
    "COMMENTS_TRUSTED_PROXIES",
    "COMMENTS_RATE_LIMITS",
    "COMMENTS_SMTP_URL",
    "COMMENTS_MAIL_FROM",
    "COMMENTS_LARGEST_IMPORT_MB",
    "COMMENTS_WEBHOOK_NETWORKS",
    "COMMENTS_CHECK_SECONDS",
    "COMMENTS_METRICS_TOKEN",
    "COMMENTS_LOG_LEVEL",
)


def with_secret_key(settings: Settings) -> Settings:
    """Return the settings with the key that was given, else with the data folder's, made there on first use.

    A key that is lost is made anew here, and refused by the database (`sites.actions.check_fingerprint`).
    Raises SettingsFault if the key in the folder is not usable, OSError if the folder is not.
    """
    if settings.secret_key:
        return settings
    path = settings.data_dir / KEY_FILE
    if not path.exists():
        _make_key_file(path)
    key = path.read_text(encoding="ascii", errors="replace").strip()
    try:
        return replace(settings, secret_key=_key(key))
    except ValueError as fault:
        raise SettingsFault(f"COMMENTS_SECRET_KEY: the key in {path} {fault}") from None


def _make_key_file(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Written aside and linked into place: others find no key or a whole one, and the first one stays.
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".secret.key.")
    try:
        with os.fdopen(handle, "w") as file:
            file.write(os.urandom(32).hex() + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return
    finally:
        Path(draft).unlink()


class _SettingsReader:
    """Reads settings one by one and collects what is wrong with them."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.problems: list[str] = []

    def given(self, name: str) -> bool:
        return bool(self._environ.get(name, "").strip())

    def read(self, name: str, parse: Callable[[str], T], default: T) -> T:
        """Return the parsed setting, or the default if it is missing, empty or wrong."""
        if not self.given(name):
            return default
        try:
            return parse(self._environ[name].strip())
        except ValueError as fault:
            self.problems.append(f"{name}: {fault}")
            return default


def _number(least: int, most: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", text):
            raise ValueError(f"{text!r} is not a whole number")
        if not least <= int(text) <= most:
            raise ValueError(f"{text} is not between {least} and {most}")
        return int(text)

    return parse


def _switch(text: str) -> bool:
    if text.casefold() not in SWITCHES:
        raise ValueError(f"{text!r} is neither on nor off")
    return SWITCHES[text.casefold()]


def _log_level(text: str) -> str:
    if text.casefold() not in LOG_LEVELS:
        raise ValueError(f"{text!r} is not one of {', '.join(LOG_LEVELS)}")
    return text.casefold()


def _folder(text: str) -> Path:
    # The path becomes part of a URL, where a question mark would end it.
    if "?" in text or "\x00" in text:
        raise ValueError("a folder's name cannot have a question mark here")
    return Path(text).expanduser().absolute()


def _host(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9._:%-]+", text):
        raise ValueError(f"{text!r} is not an address or a host's name, such as 127.0.0.1 or ::")
    return text


def _key(text: str) -> str:
    """Return the key if it is long and random enough; its value is in no message."""
    make_one = "make one with: openssl rand -hex 32"
    if len(text) < KEY_CHARACTERS:
        raise ValueError(f"needs at least {KEY_CHARACTERS} characters, and has {len(text)}; {make_one}")
    if text.casefold() in EXAMPLE_KEYS or len(set(text)) < DIFFERENT_KEY_CHARACTERS:
        raise ValueError(f"is one that others can guess; {make_one}")
    return text


def _token(text: str) -> str:
    if not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("may only have letters, digits and punctuation of ASCII, and no space")
    return text


def _split(text: str) -> SplitResult:
    """Split a URL; the message has nothing of it, for it may hold a password."""
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018 - reading it checks it
    except ValueError:
        raise ValueError("is not a URL that can be read") from None
    return parts


def _database_url(text: str) -> str:
    parts = _split(text)
    if parts.scheme == "sqlite":
        path = text.removeprefix("sqlite:///")
        if path == text or path in {"", ":memory:"} or "?" in path:
            raise ValueError("needs a file: sqlite:////absolute/path/comments.db")
        return f"sqlite:///{Path(path).expanduser().absolute()}"
    if parts.scheme in {"postgresql", "postgres"}:
        return f"postgresql:{text.partition(':')[2]}"
    raise ValueError("must begin with sqlite:/// or postgresql://")


def _postgres_url(text: str) -> str:
    if _split(text).scheme not in {"postgresql", "postgres"}:
        raise ValueError("must begin with postgresql://")
    return _database_url(text)


def _redis_url(text: str) -> str:
    if _split(text).scheme not in {"redis", "rediss", "unix"}:
        raise ValueError("must begin with redis://, rediss:// or unix://")
    return text


def _smtp_url(text: str) -> str:
    parts = _split(text)
    if parts.scheme not in MAIL_SCHEMES or not parts.hostname:
        raise ValueError("must look like smtp://user:password@host:587 or smtps://…")
    return text


def _mail_from(text: str) -> str:
    address = parseaddr(text)[1]
    if not text.isprintable() or not re.fullmatch(r"[^@\s<>\"]+@[^@\s<>\"]+", address):
        raise ValueError(f"{text!r} is not an address such as comments@talk.example, or Name <address>")
    return text


def _mail_from_host(base_url: str) -> str:
    """Return the address that mails come from unless another is set: of the host that readers know."""
    host = urlsplit(base_url).hostname or ""
    is_name = "." in host and not re.fullmatch(r"[0-9.]+|.*:.*", host)
    return f"comments@{host if is_name else 'localhost'}"


def _base_url(text: str) -> str:
    parts = _split(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must be an address such as https://talk.example or https://example/talk")
    if parts.username is not None or parts.query or parts.fragment or "?" in text or "#" in text:
        raise ValueError("may have a path, but no user, no query and no fragment")
    return text.rstrip("/")


def _networks(text: str) -> tuple[Network, ...]:
    return tuple(_network(part) for part in re.split(r"[,\s]+", text) if part)


def _network(text: str) -> Network:
    try:
        return ipaddress.ip_network(text)
    except ValueError:
        raise ValueError(f"{text!r} is not an address or a network such as 10.0.0.5 or 10.0.0.0/8") from None
