"""Outside checks on the owner's page: set, tried and removed, what they answered, and no secret twice."""

import html
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from comments.app import create_app
from comments.background.outbox_handlers import delivery
from comments.clock import FixedClock
from comments.config import Settings
from comments.sites.actions import add_site, set_settings
from comments.sites.check_actions import set_check
from comments.sites.checks import CheckOrder
from comments.sites.queries import checks_of
from tests.identity.visiting import ORIGIN, Visitor
from tests.support.receiver import Receiver, answering, receiver

AT = "/moderate/blog/settings/checks"
KEY = "owners-own-key"
READERS = {"origin": "https://blog.example"}


@pytest.fixture
def ana(database_url: str, clock: FixedClock, tmp_path: Path) -> Iterator[Visitor]:
    """Ana, who owns the site `blog`, in a service that may ask programs on this machine."""
    settings = Settings.from_environment(
        {
            "COMMENTS_DATA_DIR": str(tmp_path),
            "COMMENTS_DATABASE_URL": database_url,
            "COMMENTS_SECRET_KEY": "a key for tests, never used elsewhere",
            "COMMENTS_BASE_URL": f"{ORIGIN}/talk",
            "COMMENTS_WEBHOOK_NETWORKS": "127.0.0.1",
        }
    )
    app = create_app(settings, clock=clock)
    with TestClient(app, base_url=ORIGIN) as client:
        found = Visitor(client, app.state.service)
        found.sign_in()
        yield found


@pytest.fixture
def server() -> Iterator[Receiver]:
    with receiver() as running:
        yield running


def page_of(ana: Visitor, at: str = AT) -> str:
    page = ana.client.get(at)
    assert page.status_code == 200, page.text
    return html.unescape(page.text)


def say(ana: Visitor, body: str) -> None:
    sent = {"page": {"url": "https://blog.example/a"}, "body": body, "author": {"name": "Jonas <b>"}}
    made = ana.client.post("/api/v1/sites/blog/comments", json=sent, headers=READERS)
    assert made.status_code == 201, made.text


def let_newcomers_pass(ana: Visitor) -> None:
    settings = {"first_comments_held": "0", "proof_of_work": "no"}
    ana.write(lambda session, at: set_settings(session, "blog", settings))


def deliver(ana: Visitor) -> None:
    assert ana.client.portal is not None
    ana.client.portal.call(delivery(ana.service).deliver_due)


def test_akismet_is_set_tried_asked_and_removed_and_its_key_never_shown(
    ana: Visitor, server: Receiver, clock: FixedClock
) -> None:
    url = f"http://127.0.0.1:{server.port}"
    assert "wait until the answer is there" in page_of(ana)

    missing = ana.post(AT, kind="akismet", akismet_url=url, akismet_sends_email="yes")
    assert missing.status_code == 422
    assert 'aria-describedby="akismet_key-hint akismet_key-error" aria-invalid="true"' in missing.text
    assert f'value="{url}"' in missing.text
    assert 'name="akismet_sends_email" value="yes" checked' in missing.text
    assert ana.read(checks_of, ana.site.id) == []
    assert ana.post(AT, kind="magic").status_code == 400

    saved = ana.post(AT, kind="akismet", akismet_url=url, akismet_key=KEY)
    assert "Saved. It is asked" in page_of(ana, saved.headers["location"].removeprefix("/talk"))
    elsewhere = ana.post(AT, kind="akismet", akismet_url="https://elsewhere.example")
    assert (elsewhere.status_code, "is needed anew" in elsewhere.text) == (422, True)
    assert ana.post(AT, kind="akismet", akismet_url=url, akismet_sends_email="yes").status_code == 303
    (stored,) = ana.read(checks_of, ana.site.id)
    assert (stored.url, stored.sends_email) == (url, True)

    said = [(200, "valid"), (200, "invalid"), (503, "true"), (200, "true")]
    server.answers = [answering(*one) for one in said]
    assert "127.0.0.1: It knows the key." in ana.post(f"{AT}/test", kind="akismet").text
    assert 'class="notice notice--bad"' in ana.post(f"{AT}/test", kind="akismet").text
    let_newcomers_pass(ana)
    say(ana, "Come and buy my book")
    deliver(ana)
    assert "It gave no answer 0 seconds ago, after 1 attempt: It answered 503" in page_of(ana)
    clock.advance(timedelta(minutes=1))
    deliver(ana)
    page = page_of(ana)
    assert "gave no answer" not in page
    assert "<strong>Spam</strong>, about <bdi>Jonas <b></bdi>" in page
    assert KEY not in page

    assert ana.post(f"{AT}/remove", kind="akismet").status_code == 303
    assert ana.read(checks_of, ana.site.id) == []
    assert ana.post(f"{AT}/test", kind="akismet").status_code == 404


def test_the_secret_of_a_program_is_shown_once_and_another_sites_check_not_at_all(
    ana: Visitor, server: Receiver
) -> None:
    url = f"http://127.0.0.1:{server.port}/ask"
    other = ana.write(add_site, "other", ["https://other.example"])
    order = CheckOrder("http", "https://others.example/ask")
    theirs = ana.write(set_check, other.id, order, ana.service.keys)

    made = ana.post(AT, kind="http", http_url=url)
    (secret,) = re.findall(r"whsec_[\w+/=]{30,}", html.unescape(made.text))
    again = ana.post(AT, kind="http", http_url=url, http_sends_email="yes")
    assert again.status_code == 303
    for page in (page_of(ana), page_of(ana, again.headers["location"].removeprefix("/talk"))):
        assert secret not in page
        assert "whsec_" not in page
        assert "others.example" not in page

    server.answers = [answering(200, '{"outcome": "approve"}')]
    assert "127.0.0.1: It answered approve." in ana.post(f"{AT}/test", kind="http").text
    assert ana.post("/moderate/other/settings/checks/remove", kind="http").status_code == 404
    assert ana.post(f"{AT}/remove", kind="http").status_code == 303
    assert [one.id for one in ana.read(checks_of, other.id)] == [theirs.id]
    renewed = ana.post(AT, kind="http", http_url=url)
    assert secret not in renewed.text
    assert "whsec_" in renewed.text
