"""The owner's page sends a file, shows what its trial says, starts it, and shows how far it is."""

from pathlib import Path
from typing import Any

from comments.importers.jobs.worker import ImportJobs
from tests.identity.visiting import OURS, Visitor
from tests.importers.exports import disqus, post, thread

AT = "/moderate/blog/settings/import"
FILE = disqus(thread(1), thread(2, "https://elsewhere.example/x"), post(1), post(2, thread=2))


def send(ana: Visitor, content: str, *, token: str | None = None, before: bool = True) -> Any:
    """Send a file as a browser does, in a form whose token comes `before` it or after."""
    given = token or form_token(ana)
    parts = [("token", (None, given)), ("format", (None, "auto"))]
    file = [("file", ("C:\\old\\<b>.xml", content))]
    files = [*parts, *file] if before else [*file, *parts]
    return ana.client.post(f"{AT}/file", files=files, headers=OURS, follow_redirects=False)


def form_token(ana: Visitor) -> str:
    import re

    found = re.search(r'name="token" value="([0-9a-f]+)"', ana.client.get("/account").text)
    assert found
    return found[1]


def work(ana: Visitor) -> None:
    svc = ana.service
    assert ana.client.portal is not None
    ana.client.portal.call(ImportJobs(svc.db, svc.settings, svc.keys, svc.clock).work)


def state(ana: Visitor) -> Any:
    return ana.client.get(f"{AT}/state").json()["import"]


def test_a_file_is_sent_tried_and_imported_on_the_page(ana: Visitor) -> None:
    assert 'type="file"' in ana.client.get(AT).text
    assert state(ana) is None

    sent = send(ana, FILE)
    assert (sent.status_code, sent.headers["location"]) == (303, f"/talk{AT}")
    page = ana.client.get(AT).text
    assert "Trying <bdi>&lt;b&gt;.xml</bdi>" in page
    assert 'type="file"' not in page
    work(ana)
    page = ana.client.get(AT).text
    assert "Nothing has been changed yet." in page
    assert "another host: elsewhere.example" in page
    job = state(ana)["id"]
    assert "Import 1 comment<" in page

    for done in ("start", "start"):
        answer = ana.post(f"{AT}/{done}", id=job)
    assert answer.status_code == 409
    work(ana)
    assert state(ana)["state"] == "done"
    page = ana.client.get(AT).text
    assert "Imported on" in page
    assert 'type="file"' in page


def test_what_cannot_be_taken_is_said_on_the_page_and_not_kept(ana: Visitor, tmp_path: Path) -> None:
    for answer, status, words in (
        (send(ana, ""), 400, "Choose a file first"),
        (send(ana, FILE, token="00" * 32), 403, "another session"),
        (send(ana, FILE, before=False), 403, "another session"),
        (ana.post(f"{AT}/file"), 415, "a form with a file"),
        (ana.post(f"{AT}/stop", id="nonsense"), 404, "no such import"),
    ):
        assert (answer.status_code, words in answer.text) == (status, True), answer.text
    assert list((tmp_path / "imports").iterdir()) == []

    assert send(ana, FILE).status_code == 303
    assert ana.post(f"{AT}/stop", id=state(ana)["id"]).status_code == 303
    assert "Stopped on" in ana.client.get(AT).text
    assert list((tmp_path / "imports").iterdir()) == []
