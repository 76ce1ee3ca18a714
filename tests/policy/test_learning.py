"""What moderators' decisions teach, and what is done with it."""

import pytest
from sqlalchemy import select

from comments.classifier.models import LearnedComment, LearnedFeature
from comments.moderation.training.worker import learn_anew
from comments.sites.queries import site_by_name
from tests.policy.asking import stored
from tests.policy.learning import GOOD, NEW_SPAM, SPAM, decided_about, learn, quality_of, taught
from tests.support.site import Guest, SiteUnderTest

pytestmark = pytest.mark.anyio


async def regular(site: SiteUnderTest) -> Guest:
    """Return somebody whose comments appear at once."""
    guest = Guest(name="Ruth")
    await site.approved("I remember that station well, and the clock above it", guest=guest)
    return guest


async def counts(site: SiteUnderTest) -> list[tuple[int, int, int]]:
    """Return what is counted, by sign; what was counted and taken back is as if it had never been."""
    rows = await site.service.db.read(
        lambda session: session.execute(
            select(LearnedFeature.bucket, LearnedFeature.good, LearnedFeature.bad)
        ).all()
    )
    return sorted((row.bucket, row.good, row.bad) for row in rows if row.good or row.bad)


async def test_a_regular_who_writes_what_was_called_spam_is_held_and_told_why(site: SiteUnderTest) -> None:
    guest = await regular(site)
    await taught(site)

    comment = await site.posted(NEW_SPAM, guest=guest)

    assert comment["state"] == "pending"
    assert "Like spam here because of" in (await stored(site, comment)).reasons
    assert "watches" in (await stored(site, comment)).reasons


async def test_what_is_like_what_was_kept_appears(site: SiteUnderTest) -> None:
    guest = await regular(site)
    await taught(site)

    comment = await site.posted("The guard gave us tea on the late train, near Katowice", guest=guest)

    assert comment["state"] == "approved"


async def test_a_newcomer_waits_however_good_their_text_looks(site: SiteUnderTest) -> None:
    await taught(site)

    comment = await site.posted(GOOD + " and again", guest=Guest(name="Somebody new"))

    assert comment["state"] == "pending"


async def test_nothing_is_said_before_there_are_fifty_of_each(site: SiteUnderTest) -> None:
    guest = await regular(site)
    await decided_about(site, GOOD, "approve", 50)
    await decided_about(site, SPAM, "spam", 49)
    await learn(site)

    comment = await site.posted(NEW_SPAM, guest=guest)

    assert comment["state"] == "approved"


async def test_clear_spam_is_called_so_only_where_the_owner_wants_that(site: SiteUnderTest) -> None:
    guest = await regular(site)
    await taught(site)
    await site.set(learned="spam", similar_days="0")

    comment = await site.posted(f"{SPAM}! {NEW_SPAM}", guest=guest)

    assert (await stored(site, comment)).state == "spam"


async def test_a_site_can_do_without(site: SiteUnderTest) -> None:
    guest = await regular(site)
    await taught(site)
    await site.set(learned="off")

    comment = await site.posted(NEW_SPAM, guest=guest)

    assert comment["state"] == "approved"


async def test_an_edit_is_looked_at_like_a_post(site: SiteUnderTest) -> None:
    guest = await regular(site)
    await taught(site)
    comment = await site.posted("The guard gave us tea on the late train", guest=guest)

    await site.send("PATCH", f"comments/{comment['id']}", {"body": NEW_SPAM}, guest=guest)

    assert (await stored(site, comment)).queue == "pending"


async def test_what_is_taken_back_is_unlearned_exactly(site: SiteUnderTest) -> None:
    await decided_about(site, GOOD, "approve", 3)
    await learn(site)
    before = await counts(site)
    (comment_id,) = await decided_about(site, SPAM, "spam", 1)
    await learn(site)
    between = await counts(site)

    await site.decide("restore", comment_id)
    await learn(site)

    assert between != before
    assert await counts(site) == before
    assert (await quality_of(site)).bad == 0


async def test_who_decides_otherwise_later_is_believed(site: SiteUnderTest) -> None:
    (comment_id,) = await decided_about(site, GOOD, "spam", 1)
    await learn(site)

    await site.decide("approve", comment_id)
    await learn(site)

    found = await quality_of(site)
    assert (found.good, found.bad) == (1, 0)


async def test_learning_again_from_the_first_decision_comes_to_the_same(site: SiteUnderTest) -> None:
    ids = await decided_about(site, GOOD, "approve", 4)
    await learn(site)
    await decided_about(site, SPAM, "spam", 3)
    await site.decide("spam", ids[0])
    await learn(site)
    before = await counts(site)
    found = await site.service.db.read(site_by_name, site.name)

    told = await learn_anew(site.service.db, found.id)

    assert told == 7
    assert await counts(site) == before


async def test_removing_teaches_nothing(site: SiteUnderTest) -> None:
    await decided_about(site, "You are all fools", "remove", 2)
    await learn(site)

    assert await counts(site) == []


async def test_quality_is_of_guesses_made_before_their_comments_were_learned(site: SiteUnderTest) -> None:
    await taught(site)
    assert (await quality_of(site)).guessed == 0

    await decided_about(site, NEW_SPAM, "spam", 1)
    await decided_about(site, "Tea on the night train, as the guard said", "approve", 1)
    await learn(site)

    found = await quality_of(site)
    assert (found.guessed, found.hold.caught, found.hold.left) == (2, 1, 1)
    assert (found.hold.precision, found.hold.recall) == (1.0, 1.0)


async def test_another_sites_decisions_teach_nothing_here(site: SiteUnderTest) -> None:
    await taught(site)
    features = await site.service.db.read(
        lambda session: session.scalars(select(LearnedComment.site_id).distinct()).all()
    )

    assert len(features) == 1
    assert await site.app.state.model_cache.model(features[0]) is not None
    other = type(features[0])(int=1)
    assert await site.app.state.model_cache.model(other) is None
