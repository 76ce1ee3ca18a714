"""The section on mails: whose words they are in, and how often one gets them."""

import re

from comments.notifications.digests.queries import digest_choices
from comments.sites.languages import LANGUAGES
from tests.identity.visiting import Visitor
from tests.owner.test_settings import AT, sent, settings


def test_an_owner_gives_mails_a_line_and_chooses_how_often_to_get_them(ana: Visitor) -> None:
    assert (
        sent(ana, "mail", mail_note="Ask us: https://blog.example/contact", language="de").status_code == 303
    )
    assert (settings(ana).mail_note, settings(ana).language) == ("Ask us: https://blog.example/contact", "de")
    shown = ana.client.get(f"{AT}/mail").text
    assert re.findall(r'<option value="([^"]+)" lang', shown) == list(LANGUAGES)
    assert 'value="de" lang="de" selected>Deutsch' in shown
    refused = sent(ana, "mail", mail_note="x" * 301)
    assert (refused.status_code, "at most 300 visible characters" in refused.text) == (422, True)
    assert "At most once an hour" in refused.text

    chosen = ana.post(f"{AT}/mail/digest", digest="daily")
    assert chosen.headers["location"].endswith("/settings/mail?saved=digest")
    assert [one.digest for one in ana.read(digest_choices, ana.site.id)] == ["daily"]
    assert ana.post(f"{AT}/mail/digest", digest="often").status_code == 400
