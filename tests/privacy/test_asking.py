"""Finding a reader and giving out what is held about them: over the API."""

import json
from uuid import UUID

from sqlalchemy.orm import Session

from comments.identity.accounts.actions import add_moderator
from comments.identity.accounts.token_actions import make_api_token
from comments.outbox import Delivery
from comments.privacy.collect import in_text
from comments.privacy.erase import handlers
from comments.sites.actions import add_site
from comments.sites.queries import site_by_name
from tests.privacy.persons import ADDRESS, MARK, Person, found_in, person_with_everything
from tests.support.site import Guest, SiteUnderTest


def _owner(session: Session, site: SiteUnderTest) -> str:
    at, site_id = site.clock.now(), site_by_name(session, site.name).id
    olga = add_moderator(session, site_id, "olga@blog.example", role="owner", name="Olga", at=at)
    # The token refers to the account.
    session.flush()
    return make_api_token(session, site.service.keys, site_id, olga.id, at=at, scopes=["admin"])


async def test_an_owner_finds_gives_out_and_erases(site: SiteUnderTest) -> None:
    svc = site.service
    person = await person_with_everything(site)
    token = await svc.db.write(_owner, site)
    auth = f"Bearer {token}"
    # Somebody else who gave the same address, and somebody of another site.
    same = Guest("Somebody", "203.0.113.77")
    await site.posted("I say so, too", guest=same, author={"name": "Somebody", "email": ADDRESS})
    await svc.db.write(add_site, "other", ["https://other.example"], at=site.clock.now())
    other_site = SiteUnderTest(site.client, site.app, site.clock, "other", "https://other.example")
    page = {"url": "https://other.example/a", "title": "A"}
    await other_site.posted("Far away", guest=Guest(), author={"name": "Ana", "email": ADDRESS}, page=page)

    ways = [
        ADDRESS.upper(),
        str(person.author_id),
        person.answered,
        f"https://c.example/x#c-{person.answered}",
    ]
    found = [
        (await site.send("POST", "readers/search", {"who": who}, authorization=auth)).json()["readers"]
        for who in ways
    ]
    assert [len(one) for one in found] == [2, 1, 1, 1]
    assert {one[-1]["id"] for one in found} == {str(person.author_id)}
    elsewhere = await site.send("POST", "readers/search", {"who": "nobody@mail.example"}, authorization=auth)
    assert elsewhere.json() == {"readers": []}

    given = await site.send("GET", f"readers/{person.author_id}", authorization=auth)
    _holds_everything(given.json()["document"], person)

    asked = await site.send(
        "POST", f"readers/{person.author_id}/erasure", {"scope": "everything"}, authorization=auth
    )
    assert asked.status_code == 202
    await Delivery(svc.db, svc.clock, handlers(svc)).deliver_due()
    [shown] = (await site.send("GET", "erasures", authorization=auth)).json()["erasures"]
    assert (shown["state"], shown["id"]) == ("done", asked.json()["erasure"]["id"])
    again = await site.send("GET", f"erasures/{shown['id']}", authorization=auth)
    assert again.json()["erasure"] == shown
    genuine = await site.send("POST", "receipts", {"receipt": shown["receipt"]}, authorization=auth)
    assert genuine.status_code == 200
    forged = {**shown["receipt"], "erased": {}}
    refused = await site.send("POST", "receipts", {"receipt": forged}, authorization=auth)
    assert refused.json()["code"] == "receipt-refused"
    gone = await site.send("GET", f"readers/{person.author_id}", authorization=auth)
    assert gone.json()["code"] == "reader-unknown"
    unknown = await site.send("GET", f"erasures/{UUID(int=1)}", authorization=auth)
    assert unknown.json()["code"] == "erasure-unknown"
    # Others who gave the address keep theirs, here and on the other site.
    assert set(await svc.db.scan(found_in, MARK)) == {"authors.email"}


async def test_the_team_is_not_erased(site: SiteUnderTest) -> None:
    token = await site.service.db.write(_owner, site)
    said = await site.said("We are here")
    refused = await site.send(
        "POST",
        f"readers/{said['author']['id']}/erasure",
        {"scope": "name"},
        authorization=f"Bearer {token}",
    )
    assert refused.json()["code"] == "reader-of-team"


def _holds_everything(document: dict[str, object], person: Person) -> None:
    reader, comments = document["reader"], document["comments"]
    assert isinstance(reader, dict)
    assert isinstance(comments, list)
    assert reader["email"] == ADDRESS
    by_id = {one["id"]: one for one in comments}
    assert {one["state"] for one in comments} >= {"approved", "pending", "spam"}
    answered = by_id[person.answered]
    assert MARK in answered["text"]
    assert answered["waiting_edit"]["text"] == MARK
    assert answered["mail_about_answers"]["state"] == "confirmed"
    assert answered["learned_as"] == "spam"
    assert answered["decisions"]
    assert answered["log"][0]["author"].endswith(MARK)
    assert "Mia" not in json.dumps(answered["log"])
    assert answered["address_hash_kept_until"]
    for kind in ("tokens", "votes", "reports", "bans", "outbox", "webhook_messages", "outside_checks"):
        assert document[kind], kind
    assert MARK in in_text(document)
