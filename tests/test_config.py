"""What the environment may say, and how it is told what is wrong."""

import multiprocessing
import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path

import pytest

from comments.config import SETTING_NAMES, Settings, SettingsFault, with_secret_key

KEY = "4f1c0a9be2d87635f0e1d2c3b4a59687"
SETTINGS_PAGE = Path(__file__).parent.parent / "docs" / "reference" / "settings.md"


def settings(**environ: str) -> Settings:
    return Settings.from_environment(environ)


def problems(**environ: str) -> tuple[str, ...]:
    with pytest.raises(SettingsFault) as caught:
        settings(**environ)
    return caught.value.problems


def test_an_empty_environment_is_enough_for_a_laptop() -> None:
    default = settings()

    assert default.data_dir == Path("data").absolute()
    assert default.database_url == f"sqlite:///{Path('data').absolute()}/comments.db"
    assert default.database_url.startswith("sqlite:////")
    assert (default.host, default.port, default.workers) == ("127.0.0.1", 8080, 1)
    assert default.base_url == "http://127.0.0.1:8080"
    assert default.trusted_proxies == ()
    assert default.rate_limits is True
    assert default.database_file == Path("data").absolute() / "comments.db"


def test_every_setting_is_read() -> None:
    given = settings(
        COMMENTS_DATA_DIR="/srv/talk",
        COMMENTS_DATABASE_URL="postgres://talk:s3cret@db.example/talk",
        COMMENTS_DATABASE_DIRECT_URL="postgres://talk:s3cret@db.example:5433/talk",
        COMMENTS_DATABASE_READ_URL="postgresql://talk:s3cret@copy.example/talk",
        COMMENTS_REDIS_URL="redis://cache.example:6379/0",
        COMMENTS_SECRET_KEY=KEY,
        COMMENTS_SECRET_KEY_OLD=KEY[::-1],
        COMMENTS_BASE_URL="https://example/talk/",
        COMMENTS_HOST="::",
        COMMENTS_PORT="9000",
        COMMENTS_WORKERS="4",
        COMMENTS_TRUSTED_PROXIES="127.0.0.1, 10.0.0.0/8 fd00::/8",
        COMMENTS_RATE_LIMITS="off",
        COMMENTS_SMTP_URL="smtp://user:password@mail.example:587",
        COMMENTS_MAIL_FROM="Slow Lines <mail@example>",
        COMMENTS_METRICS_TOKEN="measure-me",
        COMMENTS_LOG_LEVEL="WARNING",
    )

    assert given.data_dir == Path("/srv/talk")
    assert given.database_url == "postgresql://talk:s3cret@db.example/talk"
    assert given.database_direct_url == given.unpooled_url == "postgresql://talk:s3cret@db.example:5433/talk"
    assert given.database_read_url == "postgresql://talk:s3cret@copy.example/talk"
    assert given.database_file is None
    assert given.base_url == "https://example/talk"
    assert (given.host, given.port, given.workers) == ("::", 9000, 4)
    networks = ("127.0.0.1/32", "10.0.0.0/8", "fd00::/8")
    assert given.trusted_proxies == tuple(ip_network(network) for network in networks)
    assert given.rate_limits is False
    assert given.mail_from == "Slow Lines <mail@example>"
    assert given.log_level == "warning"


def test_an_empty_value_counts_as_not_set() -> None:
    assert settings(COMMENTS_PORT="", COMMENTS_RATE_LIMITS=" ") == settings()


def test_the_base_url_follows_the_port() -> None:
    assert settings(COMMENTS_PORT="9123").base_url == "http://127.0.0.1:9123"


@pytest.mark.parametrize(
    ("base_url", "address"),
    [
        ("https://talk.example/here", "comments@talk.example"),
        ("http://127.0.0.1:8080", "comments@localhost"),
        ("http://[::1]:8080", "comments@localhost"),
        ("http://localhost", "comments@localhost"),
    ],
)
def test_mails_come_from_the_base_urls_host(base_url: str, address: str) -> None:
    assert settings(COMMENTS_BASE_URL=base_url).mail_from == address


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("COMMENTS_PORT", "80a", "'80a' is not a whole number"),
        ("COMMENTS_PORT", "70000", "between 1 and 65535"),
        ("COMMENTS_WORKERS", "0", "between 1 and 256"),
        ("COMMENTS_WORKERS", "-1", "not a whole number"),
        ("COMMENTS_WORKERS", "٤", "not a whole number"),
        ("COMMENTS_RATE_LIMITS", "of", "neither on nor off"),
        ("COMMENTS_LOG_LEVEL", "loud", "one of debug, info"),
        ("COMMENTS_BASE_URL", "talk.example", "such as https://talk.example"),
        ("COMMENTS_BASE_URL", "https://talk.example/?a=1", "no query"),
        ("COMMENTS_BASE_URL", "https://talk.example:port", "URL"),
        ("COMMENTS_HOST", "http://0.0.0.0", "not an address"),
        ("COMMENTS_TRUSTED_PROXIES", "*", "not an address or a network"),
        ("COMMENTS_TRUSTED_PROXIES", "10.0.0.1/8", "not an address or a network"),
        ("COMMENTS_DATABASE_URL", "mysql://root@db/x", "sqlite:/// or postgresql://"),
        ("COMMENTS_DATABASE_URL", "sqlite://", "needs a file"),
        ("COMMENTS_DATABASE_DIRECT_URL", "postgresql://db/x", "COMMENTS_DATABASE_URL of PostgreSQL only"),
        ("COMMENTS_DATABASE_READ_URL", "postgresql://db/x", "COMMENTS_DATABASE_URL of PostgreSQL only"),
        ("COMMENTS_REDIS_URL", "cache:6379", "redis://"),
        ("COMMENTS_SMTP_URL", "mail.example:25", "smtp://user:password@host:587"),
        ("COMMENTS_MAIL_FROM", "Slow Lines", "such as comments@talk.example"),
        ("COMMENTS_MAIL_FROM", "a@b.example\r\nBcc: c@d.example", "such as comments@talk.example"),
        ("COMMENTS_METRICS_TOKEN", "a b", "no space"),
        ("COMMENTS_DATA_DIR", "what?", "question mark"),
    ],
)
def test_what_cannot_be_meant_is_named(name: str, value: str, words: str) -> None:
    (problem,) = problems(**{name: value})

    assert problem.startswith(f"{name}: ")
    assert words in problem


def test_all_problems_are_reported_together() -> None:
    found = problems(
        COMMENTS_PORT="none", COMMENTS_SECRET_KEY="short", COMMENTS_DATABASE_URL="postgresql://db/x"
    )

    assert [problem.partition(":")[0] for problem in found] == ["COMMENTS_PORT", "COMMENTS_SECRET_KEY"]


def test_no_message_and_no_repr_shows_a_secret() -> None:
    secrets = {
        "COMMENTS_SECRET_KEY": "hunter2",
        "COMMENTS_SECRET_KEY_OLD": "hunter2hunter2hunter2hunter2hunter2",
        "COMMENTS_DATABASE_URL": "mysql://root:hunter2@db/x",
        "COMMENTS_DATABASE_DIRECT_URL": "mysql://root:hunter2@db/x",
        "COMMENTS_DATABASE_READ_URL": "mysql://root:hunter2@db/x",
        "COMMENTS_REDIS_URL": "http://:hunter2@cache",
        "COMMENTS_SMTP_URL": "http://a:hunter2@mail:port",
        "COMMENTS_METRICS_TOKEN": "hunter2 hunter2",
        "COMMENTS_BASE_URL": "https://a:hunter2@talk.example",
    }
    found = problems(**secrets)

    assert len(found) == len(secrets)
    assert "hunter2" not in "\n".join(found)
    assert KEY not in repr(settings(COMMENTS_SECRET_KEY=KEY, COMMENTS_METRICS_TOKEN=KEY))


@pytest.mark.parametrize(
    "key",
    ["x" * 64, "changeme" * 8, "abc123" * 10, "replace-me-with-the-output-of-openssl-rand-hex-32", KEY[:31]],
)
def test_a_key_that_is_short_or_known_is_refused(key: str) -> None:
    (problem,) = problems(COMMENTS_SECRET_KEY=key)

    assert "openssl rand -hex 32" in problem
    assert key not in problem.replace("openssl rand -hex 32", "")


def test_postgresql_needs_a_key_and_takes_one() -> None:
    url = "postgresql://talk@db.example/talk"

    assert "must be given" in problems(COMMENTS_DATABASE_URL=url)[0]
    assert settings(COMMENTS_DATABASE_URL=url, COMMENTS_SECRET_KEY=KEY).secret_key == KEY


def test_other_ways_to_the_database_are_postgresqls() -> None:
    main = {"COMMENTS_DATABASE_URL": "postgresql://talk@db.example/talk", "COMMENTS_SECRET_KEY": KEY}

    assert settings(**main).unpooled_url == main["COMMENTS_DATABASE_URL"]
    for name in ("COMMENTS_DATABASE_DIRECT_URL", "COMMENTS_DATABASE_READ_URL"):
        assert problems(**main, **{name: "sqlite:////srv/x.db"}) == (
            f"{name}: must begin with postgresql://",
        )


def test_a_key_is_made_once_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    fresh = settings(COMMENTS_DATA_DIR=str(tmp_path / "data"))

    first, second = with_secret_key(fresh), with_secret_key(fresh)

    assert first.secret_key == second.secret_key
    assert len(first.secret_key) == 64
    assert stat.S_IMODE((tmp_path / "data" / "secret.key").stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["secret.key"]


def test_a_given_key_leaves_the_folder_alone(tmp_path: Path) -> None:
    given = settings(COMMENTS_DATA_DIR=str(tmp_path / "data"), COMMENTS_SECRET_KEY=KEY)

    assert with_secret_key(given).secret_key == KEY
    assert not (tmp_path / "data").exists()


def made_key(data_dir: str) -> str:
    return with_secret_key(Settings.from_environment({"COMMENTS_DATA_DIR": data_dir})).secret_key


def test_processes_that_start_at_once_agree_on_the_key(tmp_path: Path) -> None:
    with multiprocessing.get_context("fork").Pool(8) as pool:
        for turn in range(10):
            assert len(set(pool.map(made_key, [str(tmp_path / str(turn))] * 8))) == 1


def test_a_broken_key_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_text("tiny\n")

    with pytest.raises(SettingsFault, match=r"secret\.key needs at least 32") as caught:
        with_secret_key(settings(COMMENTS_DATA_DIR=str(tmp_path)))
    assert "tiny" not in str(caught.value)


def test_our_own_origins_are_the_base_urls_and_loopbacks_names_are_one() -> None:
    assert settings(COMMENTS_BASE_URL="https://Talk.Example/talk").own_origins == ("https://talk.example",)
    assert settings(COMMENTS_BASE_URL="https://talk.example/talk").base_path == "/talk"
    assert settings().base_path == ""
    assert settings(COMMENTS_PORT="9000").own_origins == (
        "http://127.0.0.1:9000",
        "http://localhost:9000",
        "http://[::1]:9000",
    )


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        settings().port = 1  # type: ignore[misc]
    assert replace(settings(), port=1).port == 1


class Noting(Mapping[str, str]):
    """An empty environment that remembers what it was asked for."""

    def __init__(self) -> None:
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.asked.add(name)
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def test_the_settings_page_names_every_setting_and_no_other() -> None:
    environ = Noting()
    Settings.from_environment(environ)
    documented = set(re.findall(r"COMMENTS_[A-Z_]+", SETTINGS_PAGE.read_text(encoding="utf-8")))

    assert environ.asked == set(SETTING_NAMES) == documented
