"""Signing in and out with a visitor."""

import re
from pathlib import Path

import pytest

from tests.identity.visiting import ORIGIN, OURS, Visitor

A_PROGRAM = {"accept": "application/json"}


def test_opening_a_link_shows_a_button_and_changes_nothing(visitor: Visitor) -> None:
    link = visitor.new_link()

    pages = [visitor.client.get(link) for _ in range(3)]

    assert {page.status_code for page in pages} == {200}
    assert "Sign in as <bdi>Ana &lt;b&gt;</bdi>" in pages[0].text
    assert 'action="/talk/sign-in"' in pages[0].text
    assert pages[0].headers["cache-control"] == "no-store"
    assert "set-cookie" not in pages[0].headers
    assert visitor.press(link).status_code == 303


def test_the_button_signs_in_with_a_cookie_that_only_our_host_can_set(visitor: Visitor) -> None:
    answer = visitor.press(visitor.new_link())

    cookie = answer.headers["set-cookie"]
    assert answer.headers["location"] == "/talk/moderate"
    assert cookie.startswith("__Host-comments=s_")
    for part in ("HttpOnly", "Secure", "SameSite=lax", "Path=/", "Max-Age=2592000"):
        assert part in cookie
    assert "Domain" not in cookie
    assert "Signed in as <bdi>Ana &lt;b&gt;</bdi>" in visitor.client.get("/sign-in").text


def test_a_link_that_was_used_says_so(visitor: Visitor) -> None:
    link = visitor.new_link()
    visitor.press(link)
    visitor.client.cookies.clear()

    again, opened = visitor.press(link), visitor.client.get(link)

    assert (again.status_code, opened.status_code) == (409, 404)
    for page in (again, opened):
        assert "This link has been used, or is too old." in page.text
        assert "set-cookie" not in page.headers


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://talk.example", "https://talk.example:444"]
)
def test_a_form_of_another_origin_is_refused_and_both_are_named(visitor: Visitor, origin: str) -> None:
    link = visitor.new_link()

    refused = visitor.press(link, origin=origin, **A_PROGRAM)

    assert refused.status_code == 403
    assert refused.json()["code"] == "origin-refused"
    assert (refused.json()["origin"], refused.json()["allowed"]) == (origin, [ORIGIN])
    assert visitor.press(link).status_code == 303


def test_a_form_without_an_origin_is_refused(visitor: Visitor) -> None:
    refused = visitor.client.post("/sign-in", data={"secret": "l_x"}, headers=A_PROGRAM)

    assert (refused.status_code, refused.json()["code"]) == (403, "origin-refused")


def test_json_is_no_form(visitor: Visitor) -> None:
    refused = visitor.client.post("/sign-in", json={}, headers=OURS | A_PROGRAM)

    assert (refused.status_code, refused.json()["code"]) == (415, "form-expected")


@pytest.mark.parametrize(
    ("to", "location"),
    [
        ("/talk/moderate?state=spam", "/talk/moderate?state=spam"),
        ("//evil.example", "/talk/moderate"),
        ("/\\evil.example", "/talk/moderate"),
        ("https://evil.example/", "/talk/moderate"),
        ("javascript:alert(1)", "/talk/moderate"),
        ("/\t/evil.example", "/talk/moderate"),
    ],
)
def test_the_way_on_stays_on_this_host(visitor: Visitor, to: str, location: str) -> None:
    assert visitor.press(visitor.new_link(), to=to).headers["location"] == location


def test_signing_in_again_ends_the_session_before(visitor: Visitor) -> None:
    visitor.press(visitor.new_link())
    old = visitor.client.cookies["__Host-comments"]

    visitor.press(visitor.new_link())

    new = visitor.client.cookies["__Host-comments"]
    visitor.client.cookies.clear()
    assert (
        "Signed in as"
        not in visitor.client.get("/sign-in", headers={"cookie": f"__Host-comments={old}"}).text
    )
    assert "Signed in as" in visitor.client.get("/sign-in", headers={"cookie": f"__Host-comments={new}"}).text


def form_token(visitor: Visitor) -> str:
    found = re.search(r'name="token" value="([0-9a-f]+)"', visitor.client.get("/sign-in").text)
    assert found
    return found[1]


def test_signing_out_ends_the_session_and_needs_its_form(visitor: Visitor) -> None:
    visitor.press(visitor.new_link())
    cookie = visitor.client.cookies["__Host-comments"]
    token = form_token(visitor)

    for wrong in ("", "zz", "00" * 16):
        refused = visitor.client.post("/sign-out", data={"token": wrong}, headers=OURS | A_PROGRAM)
        assert (refused.status_code, refused.json()["code"]) == (403, "form-outdated")
    answer = visitor.client.post("/sign-out", data={"token": token}, headers=OURS, follow_redirects=False)

    assert (answer.status_code, answer.headers["location"]) == (303, "/talk/sign-in")
    assert "Max-Age=0" in answer.headers["set-cookie"]
    page = visitor.client.get("/sign-in", headers={"cookie": f"__Host-comments={cookie}"})
    assert "Signed in as" not in page.text
    assert "comments moderator add" in page.text


def test_signing_out_without_a_session_asks_to_sign_in(visitor: Visitor) -> None:
    refused = visitor.client.post("/sign-out", data={"token": ""}, headers=OURS | A_PROGRAM)

    assert (refused.status_code, refused.json()["code"]) == (401, "sign-in-needed")


def test_too_many_tries_have_to_wait(visitor: Visitor) -> None:
    answers = [visitor.press("l_x") for _ in range(30)]

    assert answers[0].status_code == 409
    assert answers[-1].status_code == 429
    assert "<h1>A moment, please</h1>" in answers[-1].text
    assert int(answers[-1].headers["retry-after"]) > 0
    assert visitor.press("l_x", **A_PROGRAM).json()["code"] == "too-many-sign-ins"


def test_people_are_told_on_a_page_why_a_form_of_theirs_is_not_taken(visitor: Visitor) -> None:
    refused = visitor.press(visitor.new_link(), origin="https://evil.example")

    assert refused.status_code == 403
    assert refused.headers["content-type"] == "text/html; charset=utf-8"
    assert "<h1>This is not allowed here</h1>" in refused.text
    assert "https://evil.example" in refused.text


def test_no_secret_is_stored_as_it_is(visitor: Visitor, database_url: str, tmp_path: Path) -> None:
    link = visitor.new_link()
    visitor.press(link)
    if not database_url.startswith("sqlite"):
        return  # What PostgreSQL has in its files is the same rows.

    stored = b"".join(path.read_bytes() for path in tmp_path.glob("comments.db*"))

    for secret in (link.rpartition("/")[2], visitor.client.cookies["__Host-comments"]):
        assert secret.encode() not in stored
