"""Passkeys behind the pages: answers that no browser gives, questions that are over, too many keys."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from comments.clock import FixedClock
from comments.config import Settings
from comments.identity.accounts import queries
from comments.identity.errors import PasskeyRefused
from comments.identity.sign_in import passkey_actions
from comments.identity.sign_in.passkey_actions import TooManyPasskeys
from comments.identity.sign_in.passkeys import (
    LONGEST_ANSWER,
    REFUSED,
    NewPasskey,
    made_key,
    named_key,
    place_of,
)
from tests.identity.visiting import OURS, Visitor

JUNK = (
    *("", "{}", "[]", "null", '"x"', "1", "\ud800", '{"id":', "x" * (LONGEST_ANSWER + 1), "[" * 5_000),
    json.dumps({"id": "AA", "rawId": "AA", "type": "public-key", "response": {}}),
    json.dumps(
        {
            "id": "AA",
            "rawId": "AA",
            "type": "public-key",
            "response": {"clientDataJSON": "AA", "attestationObject": "AA"},
        }
    ),
    json.dumps({"id": 1, "rawId": [], "type": None, "response": {"clientDataJSON": 3}}),
)


def settings_at(base_url: str) -> Settings:
    return Settings(data_dir=Path(), database_url="sqlite://", base_url=base_url)


@pytest.mark.parametrize("answer", JUNK)
def test_an_answer_that_is_none_is_refused(answer: str) -> None:
    place = place_of(settings_at("https://talk.example"))
    assert place is not None
    with pytest.raises(PasskeyRefused):
        named_key(answer)
    with pytest.raises(PasskeyRefused):
        made_key(place, answer, bytes(32))


@pytest.mark.parametrize(
    ("base_url", "host"),
    [
        ("https://talk.example/talk", "talk.example"),
        ("http://127.0.0.1:8080", "localhost"),
        ("https://192.0.2.7", None),
        ("http://talk.example", None),
    ],
)
def test_passkeys_are_for_a_host_with_a_name_and_https(base_url: str, host: str | None) -> None:
    place = place_of(settings_at(base_url))

    assert (place.host if place else None) == host


def test_nobody_is_told_more_than_that_a_passkey_is_refused(visitor: Visitor) -> None:
    tried = visitor.client.post("/sign-in/passkey", data={"answer": "{}"}, headers=OURS)
    visitor.sign_in()
    kept = visitor.post("/account/passkeys", answer="{}", name="x")

    for answer in (tried, kept):
        assert answer.status_code == 422
        assert REFUSED in answer.text


def test_a_question_is_good_once_for_its_account_and_for_five_minutes(
    visitor: Visitor, clock: FixedClock
) -> None:
    visitor.sign_in()
    keys, cookie = visitor.service.keys, visitor.client.cookies["__Host-comments"]
    me = visitor.read(queries.account_by_email, "ana@mail.example").id

    def keep(number: int, secret: str) -> None:
        made = NewPasskey(number.to_bytes(16, "big"), b"key", 0)
        visitor.write(passkey_actions.add_passkey, keys, me, made, secret, cookie=cookie, name="A key")

    def asked() -> str:
        secret: str = visitor.write(passkey_actions.ask, keys, account_id=me)
        return secret

    first = asked()
    keep(1, first)
    for over in (first, visitor.write(passkey_actions.ask, keys), "q_never", ""):
        with pytest.raises(PasskeyRefused):
            keep(2, over)
    with pytest.raises(PasskeyRefused):
        keep(1, asked())
    late = asked()
    clock.advance(timedelta(minutes=5))
    with pytest.raises(PasskeyRefused):
        keep(2, late)
    for number in range(2, passkey_actions.MOST_PASSKEYS + 1):
        keep(number, asked())
    with pytest.raises(TooManyPasskeys):
        keep(99, asked())
