"""Export, API tokens, webhooks and mail on the owner's pages: all of this site, and nothing of another."""

import gzip
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from starlette.testclient import TestClient

from comments.app import create_app
from comments.background.outbox_handlers import delivery
from comments.clock import FixedClock
from comments.config import Settings
from comments.identity.accounts import actions, queries, token_queries
from comments.identity.accounts.token_actions import make_api_token
from comments.identity.sessions import queries as sessions_queries
from comments.outbox import enqueue
from comments.outbox.actions import note_dead, take_up
from comments.sites.actions import add_site
from comments.sites.backup_actions import note_backup
from comments.sites.queries import Backup
from comments.sites.webhook_actions import add_webhook
from tests.identity.visiting import ORIGIN, Visitor
from tests.owner.test_settings import sent as save
from tests.support.mail_server import mail_server
from tests.support.receiver import answering, receiver

AT = "/moderate/blog/settings"
HALF_A_MINUTE = timedelta(seconds=30)


@pytest.fixture
def ana(database_url: str, clock: FixedClock, tmp_path: Path) -> Iterator[Visitor]:
    """Ana, who owns the site `blog`, where there is a mail server and webhooks may be on this machine."""
    with mail_server() as server:
        settings = Settings.from_environment(
            {
                "COMMENTS_DATA_DIR": str(tmp_path),
                "COMMENTS_DATABASE_URL": database_url,
                "COMMENTS_SECRET_KEY": "a key for tests, never used elsewhere",
                "COMMENTS_BASE_URL": f"{ORIGIN}/talk",
                "COMMENTS_SMTP_URL": server.url(),
                "COMMENTS_WEBHOOK_NETWORKS": "127.0.0.1",
            }
        )
        app = create_app(settings, clock=clock)
        with TestClient(app, base_url=ORIGIN) as client:
            found = Visitor(client, app.state.service)
            found.sign_in()
            found.mail_box = server.box  # type: ignore[attr-defined]
            yield found


def shown(ana: Visitor, section: str) -> str:
    page = ana.client.get(f"{AT}/{section}")
    assert page.status_code == 200, page.text
    return page.text


def other_site(ana: Visitor) -> Any:
    """Make a site of somebody else, with a token, a webhook and a mail that failed."""
    other = ana.write(add_site, "other", ["https://other.example"])
    eve = ana.write(actions.add_moderator, other.id, "eve@other.example", role="owner")
    token = ana.write(make_api_token, ana.service.keys, other.id, eve.id, name="Eve's")
    hook = ana.write(add_webhook, other.id, "https://other.example/hook", [])
    return other, token, hook


def fail(session: Any, site_id: Any, words: str, *, at: Any) -> None:
    enqueue(session, "digest-mail", site_id, {}, due=at)
    session.flush()
    (task,) = take_up(session, {"digest-mail": HALF_A_MINUTE}, 1, by=uuid4(), at=at)
    note_dead(session, task, words, at=at)


def test_an_export_comes_whole_and_packed_and_backups_are_named_without_their_place(ana: Visitor) -> None:
    other_site(ana)
    sent = ana.post(f"{AT}/export/file")
    assert (sent.status_code, sent.headers["content-type"]) == (200, "application/gzip")
    assert "blog-2026-11-24.jsonl.gz" in sent.headers["content-disposition"]
    lines = [json.loads(line) for line in gzip.decompress(sent.content).splitlines()]
    assert lines[0] == {"format": "comments", "version": 1}
    assert lines[-1]["end"] == {"accounts": 1, "authors": 0, "threads": 0, "comments": 0}
    assert "other" not in str(lines)
    me = ana.read(queries.account_by_email, "ana@mail.example")
    token = ana.write(make_api_token, ana.service.keys, ana.site.id, me.id, scopes=["admin"])
    by_api = ana.client.get("/api/v1/sites/blog/export", headers={"authorization": f"Bearer {token}"})
    assert by_api.content == sent.content
    assert ana.client.get("/api/v1/sites/other/export", headers={"authorization": f"Bearer {token}"}).is_error

    ana.write(lambda session, at: note_backup(session, Backup(at, "/srv/secret/place.zip", True)))
    page = shown(ana, "export")
    assert "secret/place" not in page
    assert "24 November 2026" in page or "PostgreSQL" in page


def test_tokens_are_made_shown_once_and_ended(ana: Visitor) -> None:
    other_site(ana)
    refused = ana.post(f"{AT}/tokens", name="None")
    assert (refused.status_code, "Choose what it may do." in refused.text) == (422, True)
    made = ana.post(f"{AT}/tokens", name="Nightly <b>", scope=["read", "admin"])
    (token,) = re.findall(r"m_[\w-]{40,}", made.text)
    assert ana.client.get(
        "/api/v1/sites/blog/webhooks", headers={"authorization": f"Bearer {token}"}
    ).is_success

    page = shown(ana, "tokens")
    assert token not in page
    assert "Nightly &lt;b&gt;" in page
    assert "admin, read" in page
    assert "Eve" not in page
    eves = ana.read(lambda session: token_queries.tokens_of(session, site_id=ana.site.id))
    named = sessions_queries.handle(ana.service.keys, eves[0].token_hash)
    assert ana.post(f"{AT}/tokens/end", api_token=named).status_code == 303
    assert ana.post(f"{AT}/tokens/end", api_token=named).status_code == 404
    assert "There are none." in shown(ana, "tokens")


def test_webhooks_are_added_tried_sent_again_and_removed(ana: Visitor) -> None:
    _, _, theirs = other_site(ana)
    with receiver() as server:
        server.answers = [answering(500, "<b>Broken")]
        refused = ana.post(f"{AT}/webhooks", url="ftp://x.example/")
        assert (refused.status_code, 'value="ftp://x.example/"' in refused.text) == (422, True)
        assert ana.post(f"{AT}/webhooks", url=server.url, event="comment.spam").status_code == 303
        page = shown(ana, "webhooks")
        assert "Is told of comment.spam." in page
        assert "other.example" not in page
        (hook,) = set(re.findall(r'name="webhook" value="([0-9a-f-]{36})"', page))

        assert ana.post(f"{AT}/webhooks/test", webhook=hook).status_code == 303
        page = shown(ana, "webhooks")
        assert "&lt;b&gt;Broken" in page
        (message,) = re.findall(r'name="message" value="([0-9a-f-]{36})"', page)
        again = ana.post(f"{AT}/webhooks/again", webhook=hook, message=message)
        assert "It is sent again within seconds." in again.text
        assert ana.client.portal is not None
        ana.client.portal.call(delivery(ana.service).deliver_due)
        assert [request.headers["webhook-id"] for request in server.requests][-1].endswith(
            message.replace("-", "")
        )

    for way in ("test", "remove", "again"):
        for named in (str(theirs.id), "nonsense"):
            assert ana.post(f"{AT}/webhooks/{way}", webhook=named, message=message).status_code == 404
    assert ana.post(f"{AT}/webhooks/remove", webhook=hook).status_code == 303
    assert hook not in shown(ana, "webhooks")


def test_mail_is_tried_and_what_failed_is_shown_and_sent_again(ana: Visitor) -> None:
    other, _, _ = other_site(ana)
    ana.write(fail, other.id, "550 of the other")
    assert "Nothing failed." in shown(ana, "outbox")
    ana.write(fail, ana.site.id, "550 <no> such user")
    page = shown(ana, "outbox")
    assert "550 &lt;no&gt; such user" in page
    assert "of the other" not in page

    (theirs,) = ana.read(lambda session: _failed(session, other.id))
    for named in (str(theirs), "nonsense"):
        assert ana.post(f"{AT}/outbox/again", mail=named).status_code == 303
    assert "Given up" in shown(ana, "outbox")
    assert ana.post(f"{AT}/outbox/again").status_code == 303
    assert "1 waits." in shown(ana, "outbox")
    assert ana.read(lambda session: _failed(session, other.id)) == [theirs]

    sent = ana.post(f"{AT}/outbox/test")
    assert "Sent to ana@mail.example from" in sent.text
    save(ana, "mail", language="de")
    ana.post(f"{AT}/outbox/test")
    mail, in_german = ana.mail_box.mails  # type: ignore[attr-defined]
    assert str(in_german["Subject"]) == "Der Mailserver funktioniert"
    assert str(mail["To"]) == "ana@mail.example"
    ana.mail_box.refused = {"ana@mail.example": "550 5.1.1 No such user"}  # type: ignore[attr-defined]
    assert "says: 550 5.1.1 No such user" in ana.post(f"{AT}/outbox/test").text


def _failed(session: Any, site_id: Any) -> list[Any]:
    from comments.outbox.queries import failures

    return [one.id for one in failures(session, site_id) if one.state == "dead"]
