"""An owner changes settings on the pages: saved, refused beside the field, never over what others saved."""

import re
from typing import Any

from comments.sites.queries import origins_of, settings_of, site_by_name
from comments.sites.settings import SiteSettings
from tests.identity.visiting import OURS, Visitor

AT = "/moderate/blog/settings"


def fields_of(page: str) -> dict[str, str]:
    """Return what a browser would send of a form that nobody has touched."""
    main = page.partition("<main")[2]
    plain = re.sub(r'<input [^>]*type="(?:radio|checkbox)"[^>]*>', "", main)
    found = dict(re.findall(r'<input [^>]*?name="(\w+)"[^>]*?value="([^"]*)"', plain))
    found |= dict(re.findall(r'type="(?:radio|checkbox)"[^>]*?name="(\w+)" value="([^"]*)" checked', main))
    option = r"<option [^>]*>[^<]*</option>"
    chosen = rf'<select [^>]*?name="(\w+)"[^>]*>(?:{option})*?<option value="([^"]*)"[^>]* selected>'
    found |= dict(re.findall(chosen, main))
    return found | dict(re.findall(r'<textarea [^>]*?name="(\w+)"[^>]*>\n([^<]*)</textarea>', main))


def sent(ana: Visitor, section: str, *without: str, **changes: str) -> Any:
    fields = fields_of(ana.client.get(f"{AT}/{section}").text) | changes
    data = {name: value for name, value in fields.items() if name not in without}
    return ana.client.post(f"{AT}/{section}", data=data, headers=OURS, follow_redirects=False)


def settings(ana: Visitor) -> SiteSettings:
    return settings_of(ana.read(site_by_name, "blog"))


def test_what_is_saved_is_told_and_what_was_not_touched_stays(ana: Visitor) -> None:
    before = settings(ana)
    same = sent(ana, "moderation")
    assert same.headers["location"].endswith("/moderation?saved=")
    assert "Nothing was different." in ana.client.get(f"{AT}/moderation?saved=").text
    assert settings(ana) == before

    changes = {"choice": "everyone", "hold_words": "casino\nreplica watch*", "learned": "spam"}
    saved = sent(ana, "moderation", "proof_of_work", **changes)

    assert saved.status_code == 303
    page = ana.client.get(saved.headers["location"].removeprefix("/talk")).text
    assert "Changed: Who is read before they appear; Words that wait;" in page
    assert ">\ncasino\nreplica watch*</textarea>" in page
    now = settings(ana)
    assert (now.hold_all, now.hold_words, now.learned) == (True, ("casino", "replica watch*"), "spam")
    assert not now.proof_of_work
    sent(ana, "moderation", choice="doubtful")
    assert (settings(ana).hold_all, settings(ana).first_comments_held) == (False, 0)
    sent(ana, "moderation", choice="newcomers")
    assert settings(ana).first_comments_held == 1


def test_what_cannot_be_is_said_beside_its_field_and_nothing_is_saved(ana: Visitor) -> None:
    before = settings(ana)
    wrong = sent(ana, "moderation", spam_words="fine\n" + "x" * 101, similar_days="<31>")

    assert wrong.status_code == 422
    assert "line 2, “xxx" in wrong.text
    assert 'name="similar_days" inputmode="numeric" autocomplete="off" value="&lt;31&gt;"' in wrong.text
    assert 'aria-describedby="similar_days-hint similar_days-error" aria-invalid="true"' in wrong.text
    assert '<a href="#spam_words">Words that are spam</a>' in wrong.text
    assert settings(ana) == before

    outside = sent(ana, "site", origins="https://blog.example\nblog.example/path")
    assert outside.status_code == 422
    assert "must begin with http://" in outside.text
    assert sent(ana, "site", origins="https://blog.example, https://*.blog.example").status_code == 303
    assert origins_of(ana.read(site_by_name, "blog")) == ("https://blog.example", "https://*.blog.example")


def test_nobody_saves_over_what_somebody_else_saved_since(ana: Visitor) -> None:
    old = fields_of(ana.client.get(f"{AT}/site").text)
    sent(ana, "site", edit_window_seconds="60")

    late = ana.client.post(f"{AT}/site", data={**old, "sort": "newest"}, headers=OURS, follow_redirects=False)

    assert late.status_code == 409
    assert "Somebody else saved in the meantime" in late.text
    assert (settings(ana).sort, settings(ana).edit_window_seconds) == ("best", 60)
    again = fields_of(late.text)
    assert again["sort"] == "newest"
    assert ana.client.post(f"{AT}/site", data=again, headers=OURS, follow_redirects=False).status_code == 303
    assert settings(ana).sort == "newest"


def test_a_form_without_its_fields_is_refused(ana: Visitor) -> None:
    assert sent(ana, "site", "version").status_code == 400
    assert sent(ana, "site", "token").status_code == 403
