"""The same or nearly the same text elsewhere: what is known again, and what never is."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comments.policy.fingerprints import NEARLY_THE_SAME, fingerprint_of, likeness
from tests.policy.asking import stored
from tests.support.site import ORIGIN, Guest, SiteUnderTest

LONG = (
    "I have tried many services for my sleep and nothing worked until a friend told me about this "
    "wonderful little shop that sends everything within two days"
)
OTHER = (
    "The night train from Warsaw was always late in winter because the points froze near Katowice and "
    "nobody had thought of heating them until the new century"
)

texts = st.lists(st.sampled_from("a b c d e f g h night train sleep shop".split()), max_size=60).map(" ".join)


def alike(one: str, other: str) -> float:
    ours, theirs = fingerprint_of(one), fingerprint_of(other)
    assert ours is not None
    assert theirs is not None
    return likeness(ours.sketch, theirs.sketch)


@pytest.mark.parametrize(
    "changed",
    [
        LONG.upper(),
        LONG.replace("sleep", "ѕleeр"),
        LONG.replace(" ", "  ") + "!!!",
        LONG.replace("little", "small"),
        "Hi Ann, " + LONG,
        LONG + " 8347 xk",
    ],
)
def test_a_text_is_known_again_however_it_is_dressed(changed: str) -> None:
    ours, theirs = fingerprint_of(LONG), fingerprint_of(changed)

    assert ours is not None
    assert theirs is not None
    assert set(ours.marks) & set(theirs.marks)
    assert likeness(ours.sketch, theirs.sketch) >= NEARLY_THE_SAME


def test_different_texts_are_not_alike() -> None:
    assert alike(LONG, OTHER) < 0.1


@pytest.mark.parametrize("text", ["", "thanks!", "Thank you all!", "谢谢你的文章", "🎉" * 50])
def test_what_many_people_say_has_no_print(text: str) -> None:
    assert fingerprint_of(text) is None


@pytest.mark.parametrize("text", ["Thank you, this helped me a lot today.", "谢谢你的文章很好看"])
def test_a_short_text_is_known_of_one_author_alone(text: str) -> None:
    ann, bob = UUID(int=1), UUID(int=2)
    seen = fingerprint_of(text)

    assert seen is not None
    assert seen.said_by(ann) == seen.said_by(ann)
    assert not {*seen.said_by(ann).marks} & {*seen.said_by(bob).marks, *seen.marks}
    assert fingerprint_of(LONG) == (fingerprint_of(LONG) or seen).said_by(ann)


def test_scripts_without_blanks_have_prints_too() -> None:
    text = "昨天晚上我在网上看到了一家非常好的小店他们的东西又便宜又好而且送货很快大家都应该去看看"

    assert alike(text, text.replace("小店", "商店")) >= NEARLY_THE_SAME


@given(texts, texts)
def test_likeness_is_a_share_the_same_both_ways_and_whole_for_the_same(one: str, other: str) -> None:
    ours, theirs = fingerprint_of(one), fingerprint_of(other)
    if ours is None or theirs is None:
        return
    assert 0 <= likeness(ours.sketch, theirs.sketch) <= 1
    assert likeness(ours.sketch, theirs.sketch) == likeness(theirs.sketch, ours.sketch)
    assert likeness(ours.sketch, ours.sketch) == 1
    assert (one == other) <= (ours == theirs)


@pytest.mark.anyio
class TestOnASite:
    async def known(self, site: SiteUnderTest, number: int = 1) -> Guest:
        guest = Guest(name=f"Guest {number}", address=f"198.51.100.{number}")
        await site.approved(f"Hello {number}", guest=guest)
        return guest

    def page(self, number: int) -> dict[str, str]:
        return {"url": f"{ORIGIN}/{number}"}

    async def test_the_same_text_on_another_page_waits(self, site: SiteUnderTest) -> None:
        ann, bob = await self.known(site, 1), await self.known(site, 2)

        first = await site.posted(LONG, guest=ann, page=self.page(1))
        second = await site.posted(LONG.replace("little", "tiny"), guest=bob, page=self.page(2))
        third = await site.posted(OTHER, guest=bob, page=self.page(2))

        assert [one["state"] for one in (first, second, third)] == ["approved", "pending", "approved"]

    async def test_of_texts_that_come_at_the_same_moment_one_is_the_first(self, site: SiteUnderTest) -> None:
        people = [await self.known(site, number) for number in range(1, 6)]
        texts = [f"{LONG} {number}" for number in range(5)]

        answers = await asyncio.gather(
            *(
                site.posted(text, guest=who, page=self.page(n))
                for n, (who, text) in enumerate(zip(people, texts, strict=True), 1)
            )
        )

        assert sorted(one["state"] for one in answers) == ["approved", *["pending"] * 4]

    async def test_a_flood_is_one_group(self, site: SiteUnderTest) -> None:
        posted = [await site.posted(f"{LONG} {n}", page=self.page(n), guest=Guest(f"G{n}")) for n in range(4)]
        other = await stored(site, await site.posted(OTHER, page=self.page(9)))

        kept = [await stored(site, one) for one in posted]

        assert len({one.similar_group for one in kept}) == 1
        assert other.similar_group not in {None, kept[0].similar_group}
        assert "Nearly the same as 3 comments" in kept[3].reasons

    async def test_short_texts_and_quotations_are_not_compared(self, site: SiteUnderTest) -> None:
        ann, bob = await self.known(site, 1), await self.known(site, 2)
        await site.posted(LONG, guest=ann, page=self.page(1))

        quoting = await site.posted(f"> {LONG}\n\nI do not think so at all.", guest=bob, page=self.page(1))
        thanks = [await site.posted("Thanks!", guest=who, page=self.page(3)) for who in (ann, bob)]

        assert quoting["state"] == "approved"
        assert [one["state"] for one in thanks] == ["approved", "approved"]

    async def test_a_short_text_is_compared_with_its_authors_own(self, site: SiteUnderTest) -> None:
        ann, bob = await self.known(site, 1), await self.known(site, 2)
        short = "Everybody should have such a sofa."

        said = [await site.posted(short, guest=ann, page=self.page(n)) for n in range(3)]
        others = await site.posted(short.upper(), guest=bob, page=self.page(4))
        thanks = [await site.posted("Thank you all!", guest=ann, page=self.page(n)) for n in range(4)]

        assert [one["state"] for one in said] == ["approved", "approved", "pending"]
        assert others["state"] == "approved"
        assert {one["state"] for one in thanks} == {"approved"}

    async def test_a_text_is_forgotten_after_the_sites_days(self, site: SiteUnderTest) -> None:
        ann, bob = await self.known(site, 1), await self.known(site, 2)
        await site.set(similar_days="3")
        await site.posted(LONG, guest=ann, page=self.page(1))

        site.clock.advance(timedelta(days=3))

        assert (await site.posted(LONG, guest=bob, page=self.page(2)))["state"] == "approved"

    async def test_an_edit_is_compared_with_others_and_not_with_itself(self, site: SiteUnderTest) -> None:
        ann, bob = await self.known(site, 1), await self.known(site, 2)
        await site.posted(LONG, guest=ann, page=self.page(1))
        own = await site.posted(OTHER, guest=bob, page=self.page(2))

        async def edited(body: str) -> dict[str, object]:
            answer = await site.send("PATCH", f"comments/{own['id']}", {"body": body}, guest=bob)
            comment: dict[str, object] = answer.json()["comment"]
            return comment

        assert "waiting_body" not in await edited(OTHER + " indeed")
        assert (await edited(LONG))["waiting_body"] == LONG
