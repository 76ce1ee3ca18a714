"""An owner changes the team on its page: roles, sections, and who is in it; a site keeps an owner."""

import re
from uuid import UUID

import pytest

from comments.identity.accounts import actions, queries, team_actions, team_queries
from comments.identity.errors import AccountUnknown, LastOwner
from comments.sites.actions import add_site
from tests.identity.visiting import OURS, Visitor

NILS = "nils@mail.example"


def member(visitor: Visitor, email: str, role: str) -> UUID:
    account = visitor.write(actions.add_moderator, visitor.site.id, email, role=role)
    found: UUID = account.id
    return found


def parts(visitor: Visitor) -> dict[str, tuple[str, object]]:
    team = visitor.read(team_queries.team, visitor.site.id)
    return {one.account.email: (one.role, one.sections) for one in team}


def test_an_owner_changes_roles_and_sections_and_takes_people_out(visitor: Visitor) -> None:
    visitor.sign_in()
    nils = str(member(visitor, NILS, "moderator"))

    changed = visitor.post("/team/blog/members", member=nils, role="moderator", sections="/news/ /sport")
    assert (changed.status_code, changed.headers["location"]) == (303, "/talk/team/blog")
    assert parts(visitor)[NILS] == ("moderator", ("/news/", "/sport/"))
    assert visitor.post("/team/blog/members", member=nils, role="owner", sections="").status_code == 303
    assert parts(visitor)[NILS] == ("owner", None)
    for fields in (
        {"role": "king"},
        {"role": "owner", "sections": "/a/"},
        {"role": "moderator", "sections": "a"},
    ):
        assert visitor.post("/team/blog/members", member=nils, **fields).status_code == 422
    assert parts(visitor)[NILS] == ("owner", None)

    assert visitor.post("/team/blog/members/end", member=nils).status_code == 303
    assert list(parts(visitor)) == ["ana@mail.example"]
    for gone in (nils, "nobody"):
        assert visitor.post("/team/blog/members/end", member=gone).status_code == 404


def test_the_last_owner_stays_and_another_may_go(visitor: Visitor) -> None:
    visitor.sign_in()
    me = str(visitor.read(queries.account_by_email, "ana@mail.example").id)
    nils = member(visitor, NILS, "moderator")
    for path, fields in (("members", {"role": "moderator"}), ("members/end", {})):
        refused = visitor.post(f"/team/blog/{path}", member=me, **fields)
        assert refused.status_code == 422, LastOwner.code
        assert "A site keeps an owner." in refused.text
    assert parts(visitor)["ana@mail.example"] == ("owner", None)

    assert visitor.post("/team/blog/members", member=str(nils), role="owner").status_code == 303
    left = visitor.post("/team/blog/members", member=me, role="moderator")
    assert (left.status_code, left.headers["location"]) == (303, "/talk/account")
    assert visitor.post("/team/blog/members/end", member=str(nils)).status_code == 403, "no owner any more"


def test_nobody_of_another_site_is_changed(visitor: Visitor) -> None:
    visitor.sign_in()
    other = visitor.write(add_site, "other", ["https://other.example"])
    nils = visitor.write(actions.add_moderator, other.id, NILS, role="moderator").id

    assert visitor.post("/team/blog/members", member=str(nils), role="owner").status_code == 404
    assert visitor.post("/team/other/members", member=str(nils), role="owner").status_code == 404
    with pytest.raises(AccountUnknown):
        visitor.write(lambda session, *, at: team_actions.remove_member(session, visitor.site.id, nils))
    assert [one.role for one in visitor.read(team_queries.team, other.id)] == ["moderator"]


def test_an_invitation_does_not_take_the_last_owner_away(visitor: Visitor) -> None:
    visitor.sign_in()
    form = {"email": "ana@mail.example", "role": "moderator"}
    link = re.search(r"/invitation/(i_[\w-]+)", visitor.post("/team/blog/invitations", **form).text)
    assert link

    taken = visitor.client.post("/invitation", data={"secret": link[1]}, headers=OURS)

    assert (taken.status_code, "A site keeps an owner." in taken.text) == (409, True)
    assert parts(visitor)["ana@mail.example"] == ("owner", None)
