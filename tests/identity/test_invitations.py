"""Inviting to a team: by a link that is good once, and that opens nobody's account."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from comments.clock import FixedClock
from comments.identity.accounts import actions, invitation_actions, queries, team_queries
from comments.identity.accounts.address_actions import end_ways
from comments.identity.errors import InvitationForOther, InvitationUsedUp, PasswordRefused, SignInNeeded
from comments.identity.sign_in import email_link_actions
from comments.identity.sign_in.password_actions import set_password, sign_in_by_password
from comments.keys import Keyring
from comments.sites.actions import add_site
from tests.identity.visiting import OURS, Visitor

NILS = "nils@mail.example"
PASSWORD = "four words that differ"


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
    secret = visitor.write(email_link_actions.make_sign_in_link, visitor.service.keys, nils.id)
    assert visitor.press(f"/sign-in/{secret}").status_code == 303
    assert take(visitor, link).status_code == 303
    page = visitor.account()
    assert "blog" in page
    assert "other" in page


def test_an_invitation_says_to_nobody_else_who_has_an_account(visitor: Visitor) -> None:
    visitor.sign_in()
    other = visitor.write(add_site, "other", ["https://other.example"])
    visitor.write(actions.add_moderator, other.id, NILS, name="Nils of the other site")
    known, unknown = invited(visitor), invited(visitor, email="eva@mail.example")
    visitor.client.cookies.clear()

    pages = [visitor.client.get(link).text.replace(link.rpartition("/")[2], "") for link in (known, unknown)]

    assert pages[0] == pages[1].replace("eva@mail.example", NILS)


def test_what_was_set_up_before_the_address_was_proved_ends_with_the_first_link(visitor: Visitor) -> None:
    visitor.sign_in()
    link = invited(visitor)
    visitor.client.cookies.clear()
    assert take(visitor, link).status_code == 303
    assert visitor.post("/account/password", password=PASSWORD).status_code == 303
    assert "m_" in visitor.post("/account/tokens", site="blog", scope="read", name="x").text
    squatter = dict(visitor.client.cookies)
    visitor.client.cookies.clear()

    first = f"/sign-in/{visitor.write(new_link, visitor.service.keys, NILS)}"
    assert "It also shows for the first time" in visitor.client.get(first).text
    assert visitor.press(first).status_code == 303

    page = visitor.account()
    assert "You have none, and sign in with links." in page
    assert "Programs of yours use them" in page
    assert visitor.post("/account/password", password=PASSWORD).status_code == 303
    second = f"/sign-in/{visitor.write(new_link, visitor.service.keys, NILS)}"
    assert "for the first time" not in visitor.client.get(second).text
    assert visitor.press(second).status_code == 303
    assert "You have one." in visitor.account(), "what the address's owner chose stays"
    visitor.client.cookies.clear()
    visitor.client.cookies.update(squatter)
    assert visitor.client.get("/account", follow_redirects=False).status_code == 303


def test_a_part_given_to_an_address_is_not_the_squatters(visitor: Visitor) -> None:
    visitor.sign_in()
    link = invited(visitor)
    visitor.client.cookies.clear()
    assert take(visitor, link).status_code == 303
    assert visitor.post("/account/password", password=PASSWORD).status_code == 303
    other = visitor.write(add_site, "other", ["https://other.example"])

    visitor.write(actions.add_moderator, other.id, NILS, role="owner")

    assert visitor.client.get("/account", follow_redirects=False).status_code == 303
    tried = visitor.client.post(
        "/sign-in/with-password", data={"email": NILS, "password": PASSWORD}, headers=OURS
    )
    assert tried.status_code == 422


def test_no_way_to_sign_in_is_added_by_a_session_that_has_ended(visitor: Visitor) -> None:
    visitor.sign_in()
    cookie, keys = visitor.client.cookies["__Host-comments"], visitor.service.keys
    account = visitor.read(queries.account_by_email, "ana@mail.example")
    visitor.write(lambda session, *, at: end_ways(session, account.id))

    with pytest.raises(SignInNeeded):
        visitor.write(set_password, keys, account.id, "a hash", cookie=cookie)
    with pytest.raises(PasswordRefused):
        visitor.write(sign_in_by_password, keys, account.id, "a hash", old_cookie=None, device="")


def new_link(session: Session, keys: Keyring, email: str, *, at: datetime) -> str:
    """Return the secret of a link that is mailed to this address."""
    return email_link_actions.make_sign_in_link(
        session, keys, queries.account_by_email(session, email).id, at=at
    )


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

    stored = visitor.read(team_queries.invitations_of, visitor.site.id, visitor.service.clock.now())

    assert [one.token_hash for one in stored] == [visitor.service.keys.token_hash(secret)]
    assert timedelta(days=7) == invitation_actions.INVITATION_LIFETIME
