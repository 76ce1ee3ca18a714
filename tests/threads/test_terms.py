"""A site's line of terms: shown where one writes, and agreed to where the site asks for that."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from comments.sites.errors import SettingRefused
from comments.sites.settings import changed_settings
from comments.threads.models import Comment
from tests.support.plain import PlainBrowser
from tests.support.site import SiteUnderTest
from tests.threads.plain_forms import WRITE, post

pytestmark = pytest.mark.anyio

RULES = "https://blog.example/rules"


def agreements(session: Session) -> dict[str, object]:
    rows = session.execute(select(Comment.source, Comment.consented_at))
    return {row.source: row.consented_at for row in rows}


async def test_a_guest_must_agree_where_the_site_asks_for_it(site: SiteUnderTest) -> None:
    await site.set(terms="I agree to the house rules.", terms_url=RULES)
    shown = {"text": "I agree to the house rules.", "url": RULES, "consent": False}
    assert (await site.thread())["thread"]["terms"] == shown
    await site.posted("Only told", brings={"consent": True})
    await site.set(terms_consent="yes")
    assert (await site.thread())["thread"]["terms"] == {**shown, "consent": True}

    refused = await site.post("Not agreed")
    assert (refused.status_code, refused.json()["code"]) == (422, "consent-missing")
    assert "consent" in refused.json()["errors"]
    await site.posted("Agreed", brings={"consent": True})
    agreed_at = site.clock.now()
    await site.said("The team need not")

    assert await site.service.db.read(agreements) == {
        "Only told": None,
        "Agreed": agreed_at,
        "The team need not": None,
    }
    await site.set(terms="")
    shown_now = (await site.thread())["thread"]
    assert "terms" not in shown_now
    assert "mails" not in shown_now, "and no mail server is set here"
    await site.posted("There is nothing to agree to")


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "rules", "https://a.example/b c", f"{RULES}{'a' * 500}"]
)
def test_terms_lead_only_to_web_addresses(address: str) -> None:
    with pytest.raises(SettingRefused, match="terms_url: "):
        changed_settings("{}", {"terms_url": address})


async def test_the_plain_form_shows_the_terms_and_asks_to_agree(
    site: SiteUnderTest, reader: PlainBrowser
) -> None:
    await site.set(terms="The <rules>", terms_url=RULES, terms_consent="yes")
    form = await reader.open(WRITE)
    assert f'<a href="{RULES}" target="_blank" rel="noopener">The &lt;rules&gt;</a>' in form.source

    refused = await post(reader, "Kept")
    assert refused.status == 422
    assert '<a href="#consent">Terms: Please agree to the terms of this site.</a>' in refused.source
    assert ">\nKept</textarea>" in refused.source
    posted = await reader.press("Post", body="Kept", name="Jonas", consent="yes")
    assert "Thank you, Jonas." in posted.text
    assert list(await site.service.db.read(agreements)) == ["Kept"]
