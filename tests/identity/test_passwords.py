"""Passwords and the second factor: what is taken, what signs in, and what nobody learns by trying."""

import base64
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from comments.app import create_app
from comments.clock import FixedClock
from comments.config import Settings
from comments.identity.errors import CodeWrong, FactorOn, PasswordRefused
from comments.identity.sign_in.one_time_codes import (
    code_at,
    matching_step,
    new_recovery_codes,
    otpauth_url,
    secret_words,
)
from comments.identity.sign_in.passwords import check_password, is_password, password_hash
from tests.identity.visiting import ORIGIN, OURS, Visitor

ADDRESS, PASSWORD = "ana@mail.example", "vier lose Wörter hier"
RFC_SECRET = b"12345678901234567890"


@pytest.mark.parametrize(
    "password",
    ["", "short", "elevenchars", "passwordpassword", "aaaaaaaaaaaaaaaa", "x" * 201, "ana12ana12ana"],
)
def test_what_everybody_would_try_is_no_password(password: str) -> None:
    with pytest.raises(PasswordRefused) as caught:
        check_password(password, ADDRESS)
    assert caught.value.code == "password-refused"


def test_long_and_odd_passwords_are_taken_and_kept_as_argon2id_alone() -> None:
    check_password(PASSWORD, ADDRESS)
    stored = password_hash(PASSWORD)

    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert PASSWORD not in stored
    assert is_password(stored, PASSWORD)
    assert not is_password(stored, PASSWORD + " ")
    assert not is_password(None, "nobody has this one")
    assert not is_password("broken", PASSWORD)


@pytest.mark.parametrize(
    ("seconds", "code"),
    # RFC 6238, appendix B, its last six digits.
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (20000000000, "353130"),
    ],
)
def test_codes_are_those_of_the_rfc(seconds: int, code: str) -> None:
    assert code_at(RFC_SECRET, seconds // 30) == code
    at = datetime.fromtimestamp(seconds, UTC)
    assert matching_step(RFC_SECRET, f"{code[:3]} {code[3:]}", at, after=0) == seconds // 30


def test_a_code_is_good_a_step_early_or_late_and_never_twice() -> None:
    at = datetime.fromtimestamp(1_200_000_000, UTC)
    step = 1_200_000_000 // 30

    fits = [matching_step(RFC_SECRET, code_at(RFC_SECRET, step + off), at, after=0) for off in range(-2, 3)]

    assert fits == [None, step - 1, step, step + 1, None]
    assert matching_step(RFC_SECRET, code_at(RFC_SECRET, step), at, after=step) is None
    for wrong in ("", "12345", "1234567", "abcdef", "１２３４５６"):
        assert matching_step(RFC_SECRET, wrong, at, after=0) is None


def test_what_an_authenticator_is_given() -> None:
    address = otpauth_url(RFC_SECRET, account="ana@mail.example", issuer="Comments")

    assert address.startswith(
        "otpauth://totp/Comments:ana%40mail.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    )
    assert secret_words(RFC_SECRET) == "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ"
    assert len(set(new_recovery_codes())) == 10


def with_password(visitor: Visitor) -> None:
    visitor.sign_in()
    assert visitor.post("/account/password", password=PASSWORD).headers["location"].endswith("done=password")


def try_password(visitor: Visitor, password: str, email: str = ADDRESS) -> tuple[int, str]:
    visitor.client.cookies.clear()
    answer = visitor.client.post(
        "/sign-in/with-password",
        data={"email": email, "password": password},
        headers=OURS,
        follow_redirects=False,
    )
    return answer.status_code, answer.text


def test_the_right_password_signs_in_and_wrong_ones_are_all_answered_alike(visitor: Visitor) -> None:
    with_password(visitor)

    wrong = try_password(visitor, "something else entirely")
    unknown = try_password(visitor, PASSWORD, "nobody@mail.example")
    right = try_password(visitor, PASSWORD, " ANA@mail.example")

    assert wrong[0] == unknown[0] == 422
    assert wrong[1].replace(ADDRESS, "") == unknown[1].replace("nobody@mail.example", "")
    assert right[0] == 303
    assert "This one" in visitor.account()


def test_a_new_password_needs_the_old_one_and_signs_others_out(visitor: Visitor) -> None:
    with_password(visitor)
    here = visitor.client.cookies["__Host-comments"]
    assert try_password(visitor, PASSWORD)[0] == 303

    refused = visitor.post("/account/password", old="not it at all", password="another four words")
    changed = visitor.post("/account/password", old=PASSWORD, password="another four words")

    assert (refused.status_code, changed.status_code) == (422, 303)
    assert "This is not your password." in refused.text
    visitor.client.cookies.clear()
    gone = visitor.client.get(
        "/account", headers={"cookie": f"__Host-comments={here}"}, follow_redirects=False
    )
    assert gone.status_code == 303
    assert try_password(visitor, PASSWORD)[0] == 422
    assert try_password(visitor, "another four words")[0] == 303


def factor_on(visitor: Visitor, clock: FixedClock) -> tuple[bytes, list[str]]:
    page = visitor.post("/account/factor").text
    assert "<svg" in page
    found = re.search(r"secret=(\w{32})", page)
    assert found
    secret = base64.b32decode(found[1])
    assert visitor.post("/account/factor/confirm", code="000000").status_code == 422, CodeWrong.code
    done = visitor.post("/account/factor/confirm", code=code_at(secret, int(clock.now().timestamp()) // 30))
    codes = re.findall(r"<code>([a-z0-9]{5}-[a-z0-9]{5})</code>", done.text)
    assert len(codes) == 10
    again = visitor.post("/account/factor")
    assert (again.status_code, "secret=" in again.text) == (409, False), FactorOn.code
    return secret, codes


def give_code(visitor: Visitor, asked: str, code: str) -> int:
    way = re.search(r'name="halfway" value="([^"]+)"', asked)
    assert way
    answer = visitor.client.post(
        "/sign-in/code", data={"halfway": way[1], "code": code}, headers=OURS, follow_redirects=False
    )
    return int(answer.status_code)


def test_with_a_second_factor_the_password_alone_opens_nothing(visitor: Visitor, clock: FixedClock) -> None:
    with_password(visitor)
    secret, recovery = factor_on(visitor, clock)
    clock.advance(timedelta(minutes=2))

    status, asked = try_password(visitor, PASSWORD)
    assert (status, "__Host-comments" in visitor.client.cookies) == (200, False)
    code = code_at(secret, int(clock.now().timestamp()) // 30)
    assert give_code(visitor, asked, "000000") == 422
    assert give_code(visitor, asked, code) == 303
    assert "On: after your password" in visitor.account()

    _, asked = try_password(visitor, PASSWORD)
    assert give_code(visitor, asked, code) == 422, "a code is good once"
    assert give_code(visitor, asked, recovery[0].upper()) == 303
    assert "9 recovery codes are left" in visitor.account()
    _, asked = try_password(visitor, PASSWORD)
    assert give_code(visitor, asked, recovery[0]) == 422, "a recovery code is good once"
    clock.advance(timedelta(minutes=6))
    assert give_code(visitor, asked, recovery[1]) == 422, "the password was too long ago"


def test_the_second_factor_is_switched_off_with_the_password(visitor: Visitor, clock: FixedClock) -> None:
    with_password(visitor)
    factor_on(visitor, clock)

    refused = visitor.post("/account/factor/end", old="not it at all")
    done = visitor.post("/account/factor/end", old=PASSWORD)

    assert (refused.status_code, done.status_code) == (422, 303)
    assert try_password(visitor, PASSWORD)[0] == 303


@pytest.fixture
def limited(database_url: str, clock: FixedClock, tmp_path: Path) -> Iterator[Visitor]:
    settings = Settings(
        data_dir=tmp_path,
        database_url=database_url,
        secret_key="a key for tests, never used elsewhere",
        base_url=f"{ORIGIN}/talk",
    )
    app = create_app(settings, clock=clock)
    with TestClient(app, base_url=ORIGIN) as client:
        yield Visitor(client, app.state.service)


def test_tries_are_limited_for_one_account_and_a_link_still_works(limited: Visitor) -> None:
    limited.new_link()

    tries = [try_password(limited, f"wrong password {number}", "ana@mail.example")[0] for number in range(12)]

    assert tries == [422] * 10 + [429] * 2
    assert limited.press(limited.new_link()).status_code == 303
