"""A program changes a site's team with an owner's token: never more than the page does, nor than it may."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from comments.identity.accounts.actions import add_moderator
from comments.identity.accounts.team_queries import open_invitation
from comments.identity.accounts.token_actions import make_api_token
from comments.identity.errors import InvitationUnknown, LastOwner, ScopeMissing
from comments.sites.actions import add_site
from comments.sites.queries import site_by_name
from comments.web.access import SCOPES
from tests.support.site import SiteUnderTest

pytestmark = pytest.mark.anyio

NILS = "nils@mail.example"


def member(
    session: Session,
    site: SiteUnderTest,
    email: str,
    role: str = "owner",
    *,
    name: str = "blog",
    scopes: Iterable[str] = SCOPES,
) -> tuple[str, Any]:
    """Return somebody's id and the header of a token of theirs."""
    at, of = site.clock.now(), site_by_name(session, name).id
    account = add_moderator(session, of, email, role=role, at=at)
    session.flush()
    token = make_api_token(session, site.service.keys, of, account.id, at=at, scopes=scopes)
    return str(account.id), {"authorization": f"Bearer {token}"}


async def team(site: SiteUnderTest, **headers: Any) -> dict[str, Any]:
    answer = await site.send("GET", "team", **headers)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_the_team_is_listed_changed_and_taken_out(site: SiteUnderTest) -> None:
    db = site.service.db
    ana, as_ana = await db.write(member, site, "ana@mail.example")
    nils, as_nils = await db.write(member, site, NILS, "moderator")

    chosen = await site.send("PUT", "digest", {"often": "daily"}, **as_nils)
    assert (chosen.json(), (await site.send("GET", "digest", **as_nils)).json()) == ({"often": "daily"},) * 2
    assert (await site.send("PUT", "digest", {"often": "weekly"}, **as_nils)).status_code == 422
    assert [
        (one["id"], one["email"], one["role"], one["digest"])
        for one in (await team(site, **as_ana))["members"]
    ] == [(ana, "ana@mail.example", "owner", "hourly"), (nils, NILS, "moderator", "daily")]

    wanted = {"role": "moderator", "sections": ["/news", "/sport/"]}
    changed = await site.send("PUT", f"team/{nils}", wanted, **as_ana)
    assert changed.json()["member"]["sections"] == ["/news/", "/sport/"]
    odd = ({"role": "king", "sections": []}, {"role": "owner", "sections": ["/a/"]}, {"role": "owner"})
    for wrong in odd:
        assert (await site.send("PUT", f"team/{nils}", wrong, **as_ana)).status_code == 422
    assert (await site.send("DELETE", f"team/{nils}", **as_ana)).json() == {"removed": nils}
    assert (await site.send("GET", "digest", **as_nils)).status_code == 401
    for gone in (nils, "nobody"):
        answer = await site.send("DELETE", f"team/{gone}", **as_ana)
        assert (answer.status_code, answer.json()["code"]) == (404, "account-unknown")


async def test_an_invitation_is_made_listed_and_ended(site: SiteUnderTest) -> None:
    svc = site.service
    _, as_ana = await svc.db.write(member, site, "ana@mail.example")
    wanted = {"email": NILS, "sections": ["/news/"]}

    made = (await site.send("POST", "invitations", wanted, **as_ana)).json()
    secret = made["link"].rpartition("/invitation/")[2]
    (listed,) = (await team(site, **as_ana))["invitations"]

    shown = (listed["id"], listed["email"], listed["role"], listed["sections"])
    assert shown == (made["id"], NILS, "moderator", ["/news/"])
    for wrong in ({"email": "nils"}, {"email": NILS, "role": "king"}, {"email": NILS, "sections": ["x"]}):
        assert (await site.send("POST", "invitations", wrong, **as_ana)).status_code == 422
    ended = await site.send("DELETE", f"invitations/{made['id']}", **as_ana)
    assert ended.json() == {"ended": made["id"]}
    hashes = svc.keys.token_hashes(secret)
    assert await svc.db.read(open_invitation, hashes, svc.clock.now()) is None
    again = await site.send("DELETE", f"invitations/{made['id']}", **as_ana)
    assert (again.status_code, again.json()["code"]) == (404, InvitationUnknown.code)


async def test_a_token_raises_nobody_beyond_itself_and_leaves_an_owner(site: SiteUnderTest) -> None:
    db = site.service.db
    ana, as_ana = await db.write(member, site, "ana@mail.example")
    nils, as_nils = await db.write(member, site, NILS, "moderator")
    _, as_program = await db.write(member, site, "ana@mail.example", scopes={"admin"})

    for method, path, body in (
        ("POST", "invitations", {"email": "me@program.example", "role": "owner"}),
        ("PUT", f"team/{nils}", {"role": "owner", "sections": []}),
    ):
        refused = await site.send(method, path, body, **as_program)
        assert (refused.status_code, refused.json()["code"]) == (403, ScopeMissing.code)
        assert (await site.send(method, path, body, **as_nils)).json()["code"] == "owners-only"
    assert (await site.send("GET", "team", **as_nils)).status_code == 403, "addresses are for owners"
    for method, wish in (("PUT", {"role": "moderator", "sections": []}), ("DELETE", None)):
        kept = await site.send(method, f"team/{ana}", wish, **as_ana)
        assert (kept.status_code, kept.json()["code"]) == (409, LastOwner.code)
    assert (await site.send("DELETE", f"team/{nils}", **as_program)).status_code == 200


async def test_nobody_and_no_invitation_of_another_site_is_found(site: SiteUnderTest) -> None:
    db, at = site.service.db, site.clock.now()
    _, as_ana = await db.write(member, site, "ana@mail.example")
    await db.write(add_site, "other", ["https://other.example"], at=at)
    eve, as_eve = await db.write(member, site, "eve@mail.example", name="other")
    made = await site.send("POST", "invitations", {"email": NILS}, **as_ana)

    for method, path, body in (
        ("PUT", f"team/{eve}", {"role": "moderator", "sections": []}),
        ("DELETE", f"team/{eve}", None),
        ("DELETE", f"team/{UUID(int=7)}", None),
    ):
        assert (await site.send(method, path, body, **as_ana)).status_code == 404
    ended = await site.client.delete(f"/api/v1/sites/other/invitations/{made.json()['id']}", headers=as_eve)
    assert (ended.status_code, ended.json()["code"]) == (404, "invitation-unknown")
    assert len((await team(site, **as_ana))["invitations"]) == 1
