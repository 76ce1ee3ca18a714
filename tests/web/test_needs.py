"""Every route says what it needs, and the gate lets exactly those pass: all routes, asked by everybody."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from comments.identity.accounts.actions import add_moderator
from comments.identity.accounts.token_actions import make_api_token
from comments.identity.errors import OwnersOnly
from comments.identity.sign_in.email_link_actions import make_sign_in_link, sign_in
from comments.sites.actions import add_site
from comments.web.access import SCOPES, AccessRule, Audience, DeclaredRoute
from tests.support.site import ORIGIN, PAGE, Guest, SiteUnderTest

pytestmark = pytest.mark.anyio

OUTSIDE = "203.0.113.9"
OUR_ORIGIN = "http://127.0.0.1:8080"

TOKEN = ("token-missing", "moderators-only", "token-unknown", OwnersOnly.code)
COOKIE = ("sign-in-needed", "site-unknown", OwnersOnly.code)
REFUSALS = {*TOKEN, *COOKIE, "metrics-refused"}

BODIES: Mapping[tuple[str, str], Any] = {
    ("POST", "/comments"): {"page": PAGE, "body": "Hello", "author": {"name": "Eve"}},
    ("PATCH", "/comments/{id}"): {"body": "Changed"},
    ("PUT", "/comments/{id}/vote"): {"value": 1},
    ("POST", "/comments/{id}/reports"): {"reason": "spam"},
    ("POST", "/preview"): {"body": "x"},
    ("POST", "/challenge"): {"page": PAGE},
}


@dataclass(frozen=True)
class Asker:
    """Somebody with all that they could show: a bearer token, and the cookie of our own pages."""

    role: str
    here: bool = True
    token: str = ""
    cookie: str = ""


def expected(needs: AccessRule, asker: Asker) -> str:
    """Return the code of the refusal that a route's declaration promises, "" if the asker may pass."""
    is_team = asker.role in {"moderator", "owner"}
    if needs.who is Audience.OPERATOR:
        return "metrics-refused"
    if needs.who is Audience.NOBODY or (needs.who is Audience.READER and (asker.here or not needs.scope)):
        return ""
    if needs.who is Audience.READER:
        return "token-unknown" if asker.token else ""
    if needs.who is Audience.SIGNED_IN:
        return "" if is_team else "sign-in-needed"
    if not is_team:
        by_token = "moderators-only" if asker.token else "token-missing"
        return by_token if needs.scope else "sign-in-needed"
    if not asker.here:
        return "token-unknown" if needs.scope else "site-unknown"
    return "owners-only" if needs.who is Audience.OWNER and asker.role != "owner" else ""


async def everybody(site: SiteUnderTest) -> list[Asker]:
    at = site.clock.now()
    await site.service.db.write(add_site, "other", ["https://other.example"], at=at)
    found = [Asker("anonymous")]
    for name, is_here in (("blog", True), ("other", False)):
        guest = Guest(address="198.51.100.4")
        origin = ORIGIN if is_here else "https://other.example"
        posted = await site.client.post(
            f"/api/v1/sites/{name}/comments",
            json={"page": {"url": f"{origin}/a"}, "body": f"From {name}", "author": {"name": "Eve"}},
            headers={"origin": origin},
        )
        guest.token = posted.json()["token"]
        found.append(Asker("reader", is_here, guest.token or ""))
        for role in ("moderator", "owner"):
            token, cookie = await site.service.db.write(member, site, name, role)
            found.append(Asker(role, is_here, token, cookie))
    return found


def member(session: Any, site: SiteUnderTest, name: str, role: str) -> tuple[str, str]:
    from comments.sites.queries import site_by_name

    at, keys, of = site.clock.now(), site.service.keys, site_by_name(session, name)
    account = add_moderator(session, of.id, f"{role}@{name}.example", role=role, at=at)
    session.flush()
    secret = make_sign_in_link(session, keys, account.id, at=at)
    session.flush()
    cookie = sign_in(session, keys, secret, at=at).cookie
    return make_api_token(session, keys, of.id, account.id, at=at, scopes=SCOPES), cookie


def declared(site: SiteUnderTest) -> list[tuple[str, str, AccessRule]]:
    return [
        (method, route.path, needs)
        for route in site.app.routes
        if isinstance(route, DeclaredRoute)
        for method, needs in route.needs.items()
    ]


async def asked(site: SiteUnderTest, asker: Asker, method: str, path: str, comment_id: str) -> Any:
    filled = path.replace("{site}", "blog").replace("{id}", comment_id).replace("{name}", "icon.svg")
    for parameter in ("{secret}", "{rest:path}", "{id}"):
        filled = filled.replace(parameter, "x")
    headers = {"x-forwarded-for": OUTSIDE, "accept": "application/json"}
    content: dict[str, Any] = {}
    if path.startswith("/api/"):
        headers |= {"origin": ORIGIN}
        if asker.token:
            headers["authorization"] = f"Bearer {asker.token}"
        short = path.removeprefix("/api/v1/sites/{site}")
        if method in {"POST", "PUT", "PATCH"}:
            headers["content-type"] = "application/json"
            content["content"] = json.dumps(BODIES.get((method, short), {}))
    else:
        headers |= {"origin": OUR_ORIGIN}
        if asker.cookie:
            headers["cookie"] = f"comments={asker.cookie}"
        if method == "POST":
            content["data"] = {"token": "00" * 16}
    return await site.client.request(method, filled, headers=headers, **content)


async def test_the_gate_lets_pass_exactly_whom_each_route_says_it_is_for(site: SiteUnderTest) -> None:
    comment = await site.approved("Public")
    askers = await everybody(site)

    wrong = []
    for method, path, needs in declared(site):
        for asker in askers:
            answer = await asked(site, asker, method, path, comment["id"])
            assert answer.status_code < 500 or path == "/fault", f"{method} {path}: {answer.text}"
            is_problem = answer.headers.get("content-type", "").startswith("application/problem")
            code = answer.json()["code"] if is_problem else ""
            seen = code if code in REFUSALS else ""
            if needs.who is Audience.READER and seen == "token-missing" and not asker.token:
                seen = ""  # It passed; what it asked to change belongs to nobody without a token.
            if seen != expected(needs, asker):
                wrong.append((method, path, asker.role, asker.here, seen, expected(needs, asker)))

    assert wrong == []


async def test_no_route_is_without_a_declaration(site: SiteUnderTest) -> None:
    undeclared = [
        route
        for route in site.app.routes
        if not isinstance(route, DeclaredRoute) or set(route.needs) != (route.methods or set()) - {"HEAD"}
    ]

    assert undeclared == []


async def test_who_is_not_signed_in_is_led_there_and_back_to_a_page_that_opens(site: SiteUnderTest) -> None:
    ways = [
        ("GET", "/moderate", "/moderate"),
        ("GET", "/moderate/blog/log?cursor=x", "/moderate/blog/log%3Fcursor%3Dx"),
        ("POST", "/moderate/blog/decisions", "/moderate/blog"),
    ]

    for method, path, back in ways:
        answer = await site.client.request(method, path, headers={"origin": OUR_ORIGIN})
        assert (answer.status_code, answer.headers["location"]) == (303, f"/sign-in?next={back}")
