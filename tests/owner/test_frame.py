"""The owner's pages: every section is there, and the desk leads owners to them."""

from comments.identity.accounts import actions, queries
from comments.owner.pages.frame import SECTIONS
from tests.identity.visiting import Visitor


def test_every_section_opens_and_leads_to_the_others(ana: Visitor) -> None:
    first = ana.client.get("/moderate/blog/settings", follow_redirects=False)
    assert (first.status_code, first.headers["location"]) == (
        303,
        f"/talk/moderate/blog/settings/{SECTIONS[0].key}",
    )

    for section in SECTIONS:
        page = ana.client.get(f"/moderate/blog/settings/{section.key}")
        assert page.status_code == 200, page.text
        assert f"<title>{section.name} – blog</title>" in page.text
        for other in SECTIONS:
            assert f'href="/talk/moderate/blog/settings/{other.key}"' in page.text
    team = ana.client.get("/team/blog").text
    assert '<a href="/talk/team/blog" aria-current="page">' in team
    assert f'href="/talk/moderate/blog/settings/{SECTIONS[0].key}"' in team


def test_the_desk_leads_only_owners_there(ana: Visitor) -> None:
    assert "/talk/moderate/blog/settings" in ana.client.get("/moderate/blog").text

    ana.write(actions.add_moderator, ana.site.id, "zoe@mail.example", role="owner")
    me = str(ana.read(queries.account_by_email, "ana@mail.example").id)
    assert ana.post("/team/blog/members", member=me, role="moderator").status_code == 303

    assert "/talk/moderate/blog/settings" not in ana.client.get("/moderate/blog").text
    assert ana.client.get("/moderate/blog/settings/install").status_code == 403
