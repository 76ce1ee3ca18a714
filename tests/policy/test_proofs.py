"""Proofs of work and forms' tokens: what is good, what makes a comment wait, and that all is good once."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from comments.background.maintenance import tidy
from comments.limits import Limits
from comments.policy.models import SpentProof
from comments.policy.submission_proofs import EASIEST
from comments.sites.actions import add_site
from comments.threads.queries.spam_history import spam_from
from tests.policy.asking import stored
from tests.support.plans import plans_of
from tests.support.proofs import challenged, packed, sha256, solved, unpacked, written
from tests.support.site import ORIGIN, PAGE, Guest, SiteUnderTest

pytestmark = pytest.mark.anyio

OTHER_PAGE = {"url": f"{ORIGIN}/other", "title": "Other"}


@pytest.fixture
async def site(site: SiteUnderTest) -> SiteUnderTest:
    """A site where nothing else holds a newcomer's comment."""
    await site.set(first_comments_held="0")
    return site


async def waits_for(
    site: SiteUnderTest, brings: dict[str, str], body: str = "Hello", **more: Guest
) -> list[str]:
    """Post, and return the rules that the comment waits for; none if it is public."""
    comment = await site.posted(body, brings=brings, **more)
    row = await stored(site, comment)
    reasons = [reason["rule"] for reason in json.loads(row.reasons)]
    assert row.state == ("pending" if reasons else "approved")
    return reasons


async def spent(site: SiteUnderTest) -> int:
    return await site.service.db.read(
        lambda session: session.scalar(select(func.count()).select_from(SpentProof)) or 0
    )


async def test_a_newcomers_comment_with_a_form_and_a_proof_is_good(site: SiteUnderTest) -> None:
    assert await waits_for(site, await written(site)) == []


async def test_without_them_it_waits_and_is_kept(site: SiteUnderTest) -> None:
    brings = await written(site)

    assert await waits_for(site, {}, "Neither") == ["proof-of-work"]
    assert await waits_for(site, {"form_token": brings["form_token"]}, "No proof") == ["proof-of-work"]
    assert await waits_for(site, {"altcha": brings["altcha"]}, "No form") == ["form-token"]


async def test_a_proof_is_good_for_one_comment(site: SiteUnderTest) -> None:
    brings = await written(site)

    assert await waits_for(site, brings, "One", guest=Guest("Ann")) == []
    assert await waits_for(site, brings, "Two", guest=Guest("Bob")) == ["proof-of-work"]


async def test_the_same_post_sent_again_needs_no_other_proof(site: SiteUnderTest) -> None:
    brings = await written(site)
    key = "a-key-that-nobody-can-guess"

    first = await site.posted("One", brings=brings, idempotency_key=key)
    again = await site.posted("One", brings=brings, idempotency_key=key)

    assert (again["id"], again["state"]) == (first["id"], "approved")


async def test_a_post_that_was_refused_spends_nothing(site: SiteUnderTest) -> None:
    brings = await written(site)

    refused = await site.post("One", brings=brings, author={"name": "Moderator"})

    assert refused.status_code == 422
    assert await waits_for(site, brings) == []


@pytest.mark.parametrize("wrong", ["", "x", "e30=", "é", "=" * 2_000, "bnVsbA==", "[" * 400])
async def test_nonsense_makes_a_comment_wait_and_is_no_fault(site: SiteUnderTest, wrong: str) -> None:
    answer = await site.post(brings={"form_token": wrong, "altcha": wrong})

    assert answer.status_code == 201
    assert answer.json()["comment"]["state"] == "pending"


async def test_a_wrong_number_proves_nothing(site: SiteUnderTest) -> None:
    brings = await written(site)
    number = unpacked(brings["altcha"])["number"]

    for wrong in (number + 1, -number - 1, str(number), None):
        altered = packed(unpacked(brings["altcha"]), number=wrong)
        assert await waits_for(site, brings | {"altcha": altered}, f"{wrong}") == ["proof-of-work"]


async def test_nobody_else_makes_a_challenge(site: SiteUnderTest) -> None:
    brings = await written(site)
    ours = unpacked(brings["altcha"])
    later = ours["salt"].replace("expires=1", "expires=9")
    easy = packed(ours | {"salt": later, "challenge": sha256(f"{later}1")}, number=1)
    unsigned = packed(ours | {"signature": "00" * 32}, number=ours["number"])

    assert await waits_for(site, brings | {"altcha": easy}, "Easy") == ["proof-of-work"]
    assert await waits_for(site, brings | {"altcha": unsigned}, "Unsigned") == ["proof-of-work"]


async def test_digits_do_not_wander_from_the_number_into_the_salt(site: SiteUnderTest) -> None:
    brings = await written(site)
    ours = unpacked(brings["altcha"])
    digits = str(ours["number"])
    into = packed(ours | {"salt": ours["salt"] + digits[0]}, number=int(digits[1:] or "0"))
    cut, _, rest = ours["salt"].rpartition("?")
    outof = packed(ours | {"salt": cut}, number=f"?{rest}{digits}")

    assert await waits_for(site, brings | {"altcha": into}, "Into") == ["proof-of-work"]
    assert await waits_for(site, brings | {"altcha": outof}, "Out of") == ["proof-of-work"]


async def test_a_proof_is_good_for_two_hours_and_a_form_for_a_day(site: SiteUnderTest) -> None:
    old = await written(site)
    site.clock.advance(timedelta(hours=2))
    fresh = await written(site)
    assert await waits_for(site, old, "Old proof") == ["proof-of-work"]
    assert await waits_for(site, fresh | {"form_token": old["form_token"]}, "Old form") == []

    site.clock.advance(timedelta(hours=22))
    fresh = await written(site)
    assert await waits_for(site, fresh | {"form_token": old["form_token"]}, "Older") == ["form-token"]


async def test_another_pages_are_not_good_here(site: SiteUnderTest) -> None:
    brings = await written(site, page=OTHER_PAGE)

    assert await waits_for(site, brings) == ["form-token", "proof-of-work"]


async def test_another_sites_are_not_good_here(site: SiteUnderTest) -> None:
    await site.service.db.write(add_site, "news", [ORIGIN], at=site.clock.now())
    site.name = "news"
    brings = await written(site)
    site.name = "blog"

    assert await waits_for(site, brings) == ["form-token", "proof-of-work"]


async def test_a_page_with_an_identifier_is_known_by_it(site: SiteUnderTest) -> None:
    page = {"url": f"{ORIGIN}/b", "identifier": "b"}
    brings = await written(site, page=page)

    comment = await site.posted(page=page, brings=brings)

    assert comment["state"] == "approved"


async def test_what_is_sent_within_three_seconds_waits(site: SiteUnderTest) -> None:
    asked = await challenged(site)

    # Posting takes one second more.
    site.clock.advance(timedelta(seconds=1))
    brings = {"form_token": asked["form_token"], "altcha": solved(asked["altcha"])}

    assert await waits_for(site, brings) == ["too-quick"]


async def test_who_has_an_approved_comment_is_asked_for_nothing(site: SiteUnderTest) -> None:
    jonas = Guest()
    await site.approved("First", guest=jonas)

    asked = await challenged(site, guest=jonas)

    assert asked["altcha"] is None
    assert await waits_for(site, {}, "Second", guest=jonas) == []
    assert await waits_for(site, {"form_token": asked["form_token"]}, "Third", guest=jonas) == []


async def test_a_proof_that_nobody_needs_is_not_spent(site: SiteUnderTest) -> None:
    jonas, brings = Guest(), await written(site)
    await site.approved("First", guest=jonas)

    assert await waits_for(site, brings, "Second", guest=jonas) == []
    assert await spent(site) == 0


async def test_a_site_can_do_without(site: SiteUnderTest) -> None:
    await site.set(proof_of_work="no")

    assert (await challenged(site))["altcha"] is None
    assert await waits_for(site, {}) == []


async def test_a_token_that_has_ended_is_a_strangers(site: SiteUnderTest) -> None:
    assert (await challenged(site, guest=Guest(token="g_" + "x" * 43)))["altcha"] is not None


async def test_challenges_are_not_kept_and_never_alike(site: SiteUnderTest) -> None:
    answer = await site.send("POST", "challenge", {"page": PAGE})
    salts = {(await challenged(site))["altcha"]["salt"] for _ in range(5)}

    assert answer.headers["cache-control"] == "no-store"
    assert len(salts) == 5
    assert ORIGIN not in answer.text


async def test_spam_from_a_network_makes_the_work_harder(site: SiteUnderTest) -> None:
    most = [(await challenged(site))["altcha"]["maxnumber"]]
    for number in range(9):
        comment = await site.posted(f"Buy {number}", guest=Guest(f"Eve {number}", f"203.0.113.{number}"))
        await site.decide("spam", comment["id"])
        most.append((await challenged(site))["altcha"]["maxnumber"])
    elsewhere = await challenged(site, guest=Guest("Ann", "198.51.100.1"))

    assert [number // EASIEST for number in most] == [1, 2, 4, 4, 8, 8, 8, 8, 16, 16]
    assert elsewhere["altcha"]["maxnumber"] == EASIEST


async def test_many_requests_from_one_address_make_the_work_harder(site: SiteUnderTest) -> None:
    site.service.limits = Limits(on=True)
    most = [(await challenged(site))["altcha"]["maxnumber"] for _ in range(12)]

    assert most == [EASIEST] * 10 + [EASIEST * 4] * 2


async def test_spent_proofs_are_forgotten_once_they_are_too_old(site: SiteUnderTest) -> None:
    await waits_for(site, await written(site))
    await tidy(site.service.db, site.clock.now())
    assert await spent(site) == 1

    await tidy(site.service.db, site.clock.now() + timedelta(hours=2))

    assert await spent(site) == 0


async def test_spam_of_a_network_is_found_by_its_index(site: SiteUnderTest) -> None:
    comment = await site.posted()
    row = await stored(site, comment)
    assert row.network_key is not None

    key = row.network_key

    def asked(session: Session) -> dict[str, str]:
        if session.get_bind().dialect.name == "postgresql":
            # There is one row, and PostgreSQL may have noticed: to read all of it is as cheap.
            session.execute(text("SET LOCAL enable_seqscan = off"))
        return plans_of(session, lambda within: spam_from(within, row.site_id, key))

    plans = await site.service.db.read(asked)

    assert all("ix_comments_spam_from" in plan for plan in plans.values()), plans
