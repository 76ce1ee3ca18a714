"""The account page: sessions that can be ended, and API tokens with what they may do."""

import re
from datetime import timedelta

import pytest

from comments.clock import FixedClock
from comments.identity.accounts import actions, token_actions
from comments.identity.errors import ScopeRefused
from comments.identity.sessions import queries as sessions_queries
from comments.identity.sessions.devices import device_words
from comments.identity.sign_in import email_link_actions
from tests.identity.visiting import OURS, Visitor

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Safari/604.1"


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (FIREFOX, "Firefox on Linux"),
        (PHONE, "Safari on iPhone"),
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537 Chrome/150.0 Safari/537 Edg/150.0",
            "Edge on Windows",
        ),
        (
            "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537 Chrome/150.0 Mobile Safari/537",
            "Chrome on Android",
        ),
        ("curl/8", "A browser"),
        ("", "A browser"),
    ],
)
def test_a_browser_is_told_in_words(header: str, words: str) -> None:
    assert device_words(header) == words


def other_browser(visitor: Visitor) -> str:
    """Sign in on a phone and go on with this browser; return the phone's cookie."""
    here = visitor.client.cookies["__Host-comments"]
    visitor.client.cookies.clear()
    visitor.sign_in(**{"user-agent": PHONE})
    phone = visitor.client.cookies["__Host-comments"]
    visitor.client.cookies.clear()
    visitor.client.cookies.set("__Host-comments", here, domain="talk.example")
    return phone


def is_signed_in(visitor: Visitor, cookie: str) -> bool:
    saved = dict(visitor.client.cookies)
    visitor.client.cookies.clear()
    page = visitor.client.get(
        "/account", headers={"cookie": f"__Host-comments={cookie}"}, follow_redirects=False
    )
    visitor.client.cookies.set("__Host-comments", saved["__Host-comments"], domain="talk.example")
    return page.status_code == 200


def test_sessions_are_listed_with_their_device_and_day_and_the_current_one_is_marked(
    visitor: Visitor, clock: FixedClock
) -> None:
    visitor.sign_in(**{"user-agent": FIREFOX})
    clock.advance(timedelta(days=3))
    other_browser(visitor)

    page = visitor.account()

    assert re.search(r"Firefox on Linux <span[^>]*>This one</span>", page)
    assert "Safari on iPhone" in page
    assert page.count("This one") == 1
    assert page.count('last seen <time datetime="2026-11-27">today') == 2
    assert "__Host" not in page


def test_a_session_is_ended_alone(visitor: Visitor) -> None:
    visitor.sign_in(**{"user-agent": FIREFOX})
    phone = other_browser(visitor)
    named = re.search(r'name="session" value="(\w+)"', visitor.account())
    assert named

    answer = visitor.post("/account/sessions", session=named[1])

    assert answer.headers["location"] == "/talk/account?done=session"
    assert not is_signed_in(visitor, phone)
    assert "Safari" not in visitor.account()


def test_all_others_are_ended_at_once(visitor: Visitor) -> None:
    visitor.sign_in()
    phones = [other_browser(visitor), other_browser(visitor)]

    visitor.post("/account/sessions", others="1")

    assert [is_signed_in(visitor, phone) for phone in phones] == [False, False]
    assert "This one" in visitor.account()


def test_nobody_ends_a_session_of_somebody_else(visitor: Visitor) -> None:
    visitor.sign_in()
    mia = visitor.write(actions.add_moderator, visitor.site.id, "mia@mail.example")
    link = visitor.write(email_link_actions.make_sign_in_link, visitor.service.keys, mia.id)
    hers = visitor.write(email_link_actions.sign_in, visitor.service.keys, link).cookie
    named = sessions_queries.handle(visitor.service.keys, visitor.service.keys.token_hash(hers))

    visitor.post("/account/sessions", session=named)
    visitor.post("/account/sessions", others="1")

    assert is_signed_in(visitor, hers)


def test_the_forms_of_the_account_need_their_session(visitor: Visitor) -> None:
    visitor.sign_in()
    for path in ("/account/sessions", "/account/tokens", "/account/tokens/end"):
        refused = visitor.client.post(path, data={"token": "00" * 16, "others": "1"}, headers=OURS)
        assert refused.status_code == 403


def log_answer(visitor: Visitor, token: str) -> tuple[int, str]:
    answer = visitor.client.get(
        "/api/v1/sites/blog/moderation/log", headers={"authorization": f"Bearer {token}"}
    )
    return answer.status_code, answer.json().get("code", "")


def test_a_token_is_shown_once_does_what_it_may_and_can_be_ended(visitor: Visitor, clock: FixedClock) -> None:
    visitor.sign_in()

    made = visitor.post("/account/tokens", site="blog", scope=["read"], name="Dashboard")

    token = re.search(r"m_[\w-]+", made.text)
    assert token
    page = visitor.account()
    assert token[0] not in page
    assert "Dashboard" in page
    assert "not used yet" in page
    assert log_answer(visitor, token[0]) == (200, "")
    clock.advance(timedelta(days=2))
    assert 'last used <time datetime="2026-11-24">' in visitor.account()
    decided = visitor.client.post(
        "/api/v1/sites/blog/moderation/decisions",
        json={"comment_ids": [], "decision": "approve"},
        headers={"authorization": f"Bearer {token[0]}"},
    )
    assert (decided.status_code, decided.json()["code"]) == (403, "scope-missing")
    named = re.search(r'name="api_token" value="(\w+)"', visitor.account())
    assert named
    assert visitor.post("/account/tokens/end", api_token=named[1]).status_code == 303
    assert log_answer(visitor, token[0]) == (401, "token-unknown")


def test_a_token_may_not_more_than_its_maker(visitor: Visitor) -> None:
    visitor.sign_in()
    visitor.write(actions.add_moderator, visitor.site.id, "mia@mail.example", role="owner")
    visitor.write(actions.add_moderator, visitor.site.id, "ana@mail.example", role="moderator")

    refused = visitor.post("/account/tokens", site="blog", scope=["admin"])
    elsewhere = visitor.post("/account/tokens", site="nowhere", scope=["read"])

    assert refused.status_code == 422
    assert elsewhere.status_code == 404


def test_scopes_that_are_none_are_refused(visitor: Visitor) -> None:
    visitor.sign_in()
    account = visitor.write(actions.add_moderator, visitor.site.id, "ana@mail.example")
    for scopes in ([], ["everything"], ["read", "write"]):
        with pytest.raises(ScopeRefused):
            visitor.write(
                token_actions.make_api_token,
                visitor.service.keys,
                visitor.site.id,
                account.id,
                scopes=scopes,
            )
