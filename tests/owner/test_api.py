"""A program changes a site's settings with an owner's token."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from comments.identity.accounts.actions import add_moderator
from comments.identity.accounts.token_actions import make_api_token
from comments.sites.errors import SiteChangedMeanwhile
from comments.sites.queries import site_by_name
from tests.support.site import SiteUnderTest

pytestmark = pytest.mark.anyio


async def test_settings_are_read_and_changed_all_or_nothing(site: SiteUnderTest) -> None:
    def owners_token(session: Session) -> str:
        at, keys = site.clock.now(), site.service.keys
        of = site_by_name(session, "blog").id
        account = add_moderator(session, of, "ana@mail.example", role="owner", at=at)
        session.flush()
        return make_api_token(session, keys, of, account.id, at=at, scopes={"admin"})

    as_owner: Any = {"authorization": f"Bearer {await site.service.db.write(owners_token)}"}
    before = (await site.send("GET", "settings", None, **as_owner)).json()
    assert before["settings"]["first_comments_held"] == 1

    wanted = {"hold_all": True, "similar_days": 3, "spam_words": ["pills", "replica watch"]}
    body = {"settings": wanted, "expected_version": before["version"]}
    done = (await site.send("PATCH", "settings", body, **as_owner)).json()
    assert sorted(done["changed"]) == sorted(wanted)
    assert wanted.items() <= done["settings"].items()
    assert done["version"] == before["version"] + 1

    late = await site.send("PATCH", "settings", body, **as_owner)
    assert (late.status_code, late.json()["code"]) == (409, SiteChangedMeanwhile.code)
    wrong = {"settings": {"hold_all": "no", "learned": "x"}, "origins": ["blog.example"]}
    refused = await site.send("PATCH", "settings", wrong, **as_owner)
    assert (refused.status_code, set(refused.json()["errors"])) == (422, {"learned", "origins"})
    assert (await site.send("GET", "settings", None, **as_owner)).json()["settings"]["hold_all"] is True
