"""Where the discussion was seen: noted from real requests, shown to owners, and allowed with a button."""

from datetime import timedelta

from comments.sites.queries import origins_of, seen_origins, site_by_name
from comments.sites.urls.seen_actions import store_seen
from comments.web.seen_origins import MOST_OF_SITE, SeenOrigins
from tests.conftest import NOON
from tests.identity.visiting import Visitor

AT = "/moderate/blog/settings/install"


def test_pages_that_ask_are_seen_and_strange_ones_can_be_allowed(ana: Visitor) -> None:
    assert "Waiting for the first visit." in ana.client.get(AT).text
    for origin in (
        "https://blog.example",
        "https://blog.example",
        "https://new.example:8443",
        "null",
        "x" * 400,
    ):
        asked = {"url": f"{origin}/a?secret=1"} if "://" in origin else {"url": "https://blog.example/a"}
        answer = ana.client.get("/api/v1/sites/blog/thread", params=asked, headers={"origin": origin})
        assert answer.status_code == 200
    ana.client.get(
        "/api/v1/sites/nobody/thread?url=https://a.example/", headers={"origin": "https://a.example"}
    )
    ana.write(store_seen, ana.service.seen.take())

    seen = {one.origin: one.url for one in ana.read(seen_origins, ana.site.id)}
    assert seen == {
        "https://blog.example": "https://blog.example/a",
        "https://new.example:8443": "https://new.example:8443/a",
    }
    page = ana.client.get(AT).text
    assert "We have seen it on <b>https://blog.example/a</b>" in page
    assert "A page on <b>https://new.example:8443</b> asked" in page
    allowed = ana.post(AT, origin="https://new.example:8443")
    assert (allowed.status_code, allowed.headers["location"][-15:]) == (303, "?notice=allowed")
    assert origins_of(ana.read(site_by_name, "blog"))[-1] == "https://new.example:8443"
    assert "asked" not in ana.client.get(AT).text
    assert ana.post(AT, origin="new.example").status_code == 422


def test_what_is_noted_is_bounded() -> None:
    seen = SeenOrigins()
    for number in range(100):
        seen.note("blog", f"https://{number}.example", lambda: "", NOON)
        seen.note("blog", "https://0.example", lambda: "", NOON + timedelta(seconds=number % 60))
    assert len(seen.take()) == MOST_OF_SITE
    assert seen.take() == []
    seen.note("blog", "https://0.example", lambda: "", NOON + timedelta(minutes=1))
    assert [one.at for one in seen.take()] == [NOON + timedelta(minutes=1)]
