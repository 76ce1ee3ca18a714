"""The owner's page finds readers, gives out what is held about them, and erases whom it asked about twice."""

import json
import re
from typing import Any

from comments.outbox import Delivery
from comments.privacy.erase import handlers
from comments.privacy.receipts import checked
from tests.identity.visiting import Visitor

AT = "/moderate/blog/settings/readers"
BLOG = "https://blog.example"


def said(ana: Visitor, text: str, name: str, **more: Any) -> Any:
    """Let somebody write who gives the address that all of them give."""
    author = {"name": name, "email": "us@mail.example"}
    body = {"page": {"url": f"{BLOG}/a", "title": "A"}, "body": text, "author": author, **more}
    answer = ana.client.post("/api/v1/sites/blog/comments", json=body, headers={"origin": BLOG})
    assert answer.is_success, answer.text
    return answer.json()["comment"]


def deliver(ana: Visitor) -> None:
    svc = ana.service
    assert ana.client.portal is not None
    ana.client.portal.call(Delivery(svc.db, svc.clock, handlers(svc)).deliver_due)


def test_a_reader_is_found_given_out_and_erased_with_a_receipt(ana: Visitor) -> None:
    assert "Nobody yet." in ana.client.get(AT).text
    first = said(ana, "I was there", "Jonas <i>")
    said(ana, "So was I", "Noor")

    page = ana.post(AT, who=" US@mail.example ").text
    assert "2 readers whom this may mean" in page
    assert "Jonas &lt;i&gt;" in page
    assert "Noor" in page
    assert "is known by" in ana.post(AT, who="Noor").text
    page = ana.post(AT, who=f"{BLOG}/a#c-{first['id']}").text
    assert "Noor" not in page
    reader = f"{AT}/{first['author']['id']}"
    assert f'href="/talk{reader}/erase"' in page

    given = ana.client.get(f"{reader}/json")
    assert given.json()["comments"][0]["text"] == "I was there"
    assert given.headers["cache-control"] == "no-store"
    assert "I was there" in ana.client.get(f"{reader}/text").text

    asked = ana.client.get(f"{reader}/erase").text
    assert "us@mail.example" in asked
    assert "1 comment, or who wrote it" in asked
    unsaid = ana.post(f"{reader}/erase")
    assert (unsaid.status_code, "Choose what is erased." in unsaid.text) == (422, True)
    begun = ana.post(f"{reader}/erase", scope="everything")
    assert (begun.status_code, begun.headers["location"]) == (303, f"/talk{AT}#erased")
    page = ana.client.get(AT).text
    assert "Under way; look again" in page
    deliver(ana)

    page = ana.client.get(AT).text
    assert "1 comment, 1 token of a browser" in page
    receipt = re.search(rf'href="/talk({AT}/[^"]+/receipt)"', page)
    assert receipt
    made = json.loads(ana.client.get(receipt[1]).text)
    assert checked(ana.service.keys, made)["erased"]["comments_removed"] == 1
    assert "Jonas" not in ana.post(AT, who="us@mail.example").text
    for path in ("json", "text", "erase"):
        assert ana.client.get(f"{reader}/{path}").status_code == 404
        assert ana.client.get(f"{AT}/nonsense/{path}").status_code == 404
    assert ana.client.get(f"{reader}/receipt").status_code == 404
    assert ana.client.get(f"{AT}/nonsense/receipt").status_code == 404
