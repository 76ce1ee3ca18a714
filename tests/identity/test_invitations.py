"""Inviting to a team: by a link that is good once, and that opens nobody's account."""

import re
from datetime import timedelta
from typing import Any

from comments.clock import FixedClock
from comments.identity import actions, invitation_actions, queries
from comments.identity.errors import InvitationForOther, InvitationUsedUp
from comments.sites.actions import add_site
from tests.identity.visiting import OURS, Visitor

NILS = "nils@mail.example"


def invited(visitor: Visitor, **fields: str) -> str:
    """Let the owner invite somebody; return the link's path."""
    answer = visitor.post("/team/blog/invitations", **{"email": NILS, "role": "moderator", **fields})
    link = re.search(r"https://talk\.example/talk(/invitation/i_[\w-]+)", answer.text)
    assert link, answer.text
    return link[1]


def take(visitor: Visitor, link: str, *, name: str = "Nils", **headers: str) -> Any:
    return visitor.client.post(
        "/invitation",
        data={"secret": link.rpartition("/")[2], "name": name},
        headers={**OURS, **headers},
        follow_redirects=False,
    )


def test_an_invitation_gives_its_role_and_sections_once(visitor: Visitor) -> None:
    visitor.sign_in()
    link = invited(visitor, sections="/news/ /sport")
    assert link not in visitor.client.get("/team/blog").text
    visitor.client.cookies.clear()

    opened = [visitor.client.get(link) for _ in range(3)]
    taken = take(visitor, link)

    assert {page.status_code for page in opened} == {200}
    assert "of /news/ and /sport/" in opened[0].text
    assert (taken.status_code, taken.headers["location"]) == (303, "/talk/moderate")
    assert "Moderator of /news/ and /sport/" in visitor.account()
    visitor.client.cookies.clear()
    again = take(visitor, link)
    assert again.status_code == 409
    assert InvitationUsedUp.DETAIL in again.text
    assert "set-cookie" not in again.headers


def test_an_invitation_opens_no_account_that_there_is(visitor: Visitor) -> None:
    visitor.sign_in()
    other = visitor.write(add_site, "other", ["https://other.example"])
    nils = visitor.write(actions.add_moderator, other.id, NILS, role="owner", name="Nils")
    link = invited(visitor)

    as_owner = take(visitor, link)
    visitor.client.cookies.clear()
    as_nobody = take(visitor, link)

    for refused in (as_owner, as_nobody):
        assert refused.status_code == 409, InvitationForOther.code
        assert "set-cookie" not in refused.headers
    secret = visitor.write(actions.make_sign_in_link, visitor.service.keys, nils.id)
    assert visitor.press(f"/sign-in/{secret}").status_code == 303
    assert take(visitor, link).status_code == 303
    page = visitor.account()
    assert "blog" in page
    assert "other" in page


def test_an_invitation_ends_after_a_week_or_when_it_is_taken_back(
    visitor: Visitor, clock: FixedClock
) -> None:
    visitor.sign_in()
    first = invited(visitor)
    second = invited(visitor, role="owner")
    assert take(visitor, first).status_code == 409, "a newer one for the same address ends it"
    named = re.search(r'name="invitation" value="(\w+)"', visitor.client.get("/team/blog").text)
    assert named
    assert visitor.post("/team/blog/invitations/end", invitation=named[1]).status_code == 303
    assert take(visitor, second).status_code == 409
    third = invited(visitor)
    clock.advance(timedelta(days=7))
    assert visitor.client.get(third).status_code == 409
    assert take(visitor, third).status_code == 409


def test_odd_invitations_are_refused_in_words(visitor: Visitor) -> None:
    visitor.sign_in()
    for fields in (
        {"email": "nils"},
        {"role": "king"},
        {"sections": "news"},
        {"role": "owner", "sections": "/a/"},
    ):
        data = {"email": NILS, "role": "moderator", **fields}
        answer = visitor.post("/team/blog/invitations", **data)
        assert answer.status_code == 422
        assert 'role="alert"' in answer.text


def test_only_owners_invite_and_nobody_for_another_site(visitor: Visitor) -> None:
    visitor.sign_in()
    visitor.write(add_site, "other", ["https://other.example"])
    assert visitor.post("/team/other/invitations", email=NILS, role="owner").status_code == 404
    visitor.write(actions.add_moderator, visitor.site.id, "mia@mail.example", role="owner")
    visitor.write(actions.add_moderator, visitor.site.id, "ana@mail.example", role="moderator")

    assert visitor.post("/team/blog/invitations", email=NILS, role="owner").status_code == 403
    assert visitor.client.get("/team/blog").status_code == 403


def test_an_invitation_is_stored_as_a_hash(visitor: Visitor) -> None:
    visitor.sign_in()
    link = invited(visitor)
    secret = link.rpartition("/")[2]

    assert visitor.client.portal is not None
    stored = visitor.client.portal.call(
        lambda: visitor.service.db.read(queries.invitations_of, visitor.site.id, visitor.service.clock.now())
    )

    assert [one.token_hash for one in stored] == [visitor.service.keys.token_hash(secret)]
    assert timedelta(days=7) == invitation_actions.INVITATION_LIFETIME
