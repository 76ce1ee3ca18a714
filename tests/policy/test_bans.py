"""Bans: whom they meet, for how long, and what becomes of comments."""

from datetime import timedelta

import pytest

from comments.background.maintenance import tidy
from comments.policy.actions import LIFTING_STANDS_AFTER, lift
from comments.policy.errors import BanRefused, BanUnknown
from comments.policy.subjects import address_subject, domain_subject, network_subject
from tests.policy.asking import all_bans, banned, stored
from tests.support.site import PAGE, Guest, SiteUnderTest

pytestmark = pytest.mark.anyio


async def known(site: SiteUnderTest, **more: str) -> tuple[Guest, str]:
    """Return a guest who has been approved, and their author's id."""
    guest = Guest(**more)
    comment = await site.approved("First", guest=guest)
    return guest, str((await stored(site, comment)).author_id)


async def test_a_banned_author_cannot_comment_until_the_ban_is_lifted(site: SiteUnderTest) -> None:
    jonas, author = await known(site)
    made = await banned(site, "author", author)

    refused = await site.post("Second", guest=jonas)
    await site.service.db.write(lift, made.site_id, made.id, at=site.clock.now())

    assert (refused.status_code, refused.json()["code"]) == (403, "post-refused")
    assert refused.json()["detail"] == "You cannot comment here."
    assert (await site.posted("Third", guest=jonas))["state"] == "approved"


async def test_a_ban_for_a_time_ends_by_itself_and_is_forgotten(site: SiteUnderTest) -> None:
    jonas, author = await known(site)
    await banned(site, "author", author, until=site.clock.now() + timedelta(days=1))

    refused = await site.post("Second", guest=jonas)
    site.clock.advance(timedelta(days=1))
    posted = await site.posted("Third", guest=jonas)
    site.clock.advance(LIFTING_STANDS_AFTER)
    await tidy(site.service.db, site.clock.now())

    assert refused.status_code == 403
    assert posted["state"] == "approved"
    assert await all_bans(site) == []


async def test_an_edit_is_under_the_same_bans(site: SiteUnderTest) -> None:
    jonas = Guest()
    comment = await site.posted("First", guest=jonas)
    await banned(site, "author", str((await stored(site, comment)).author_id))

    answer = await site.send("PATCH", f"comments/{comment['id']}", {"body": "Second"}, guest=jonas)

    assert answer.json()["code"] == "post-refused"


@pytest.mark.parametrize(
    ("kind", "value", "address", "is_met"),
    [
        ("address", "203.0.113.9", "203.0.113.9", True),
        ("address", "203.0.113.9", "203.0.113.8", False),
        ("address", "2001:db8::1", "2001:db8::9", True),
        ("network", "203.0.113.0/24", "203.0.113.200", True),
        ("network", "203.0.113.0/24", "203.0.114.200", False),
        ("network", "2001:db8::/48", "2001:db8:0:9::1", True),
        ("network", "2001:db8::/48", "2001:db8:1::1", False),
    ],
)
async def test_addresses_and_networks(
    site: SiteUnderTest, kind: str, value: str, address: str, is_met: bool
) -> None:
    of = {"address": address_subject, "network": network_subject}[kind]
    await banned(site, kind, of(site.service.keys, value))

    answer = await site.post("Hello", guest=Guest(address=address))

    assert (answer.status_code == 403) == is_met


@pytest.mark.parametrize(
    ("domain", "email", "is_met"),
    [
        ("spam.example", "a@spam.example", True),
        ("@SPAM.example", "a@mail.Spam.example", True),
        ("spam.example", "a@notspam.example", False),
        ("mail.spam.example", "a@spam.example", False),
        ("münchen.example", "a@xn--mnchen-3ya.example", True),
    ],
)
async def test_mail_domains_with_all_below_them(
    site: SiteUnderTest, domain: str, email: str, is_met: bool
) -> None:
    await banned(site, "domain", domain_subject(domain))

    answer = await site.post("Hello", author={"name": "Ann", "email": email})

    assert (answer.status_code == 403) == is_met


async def test_a_mail_domain_that_was_once_given_stays_banned_when_it_is_left_out(
    site: SiteUnderTest,
) -> None:
    ann = Guest()
    await site.approved("One", guest=ann, author={"name": "Ann", "email": "a@spam.example"})
    await banned(site, "domain", "spam.example")

    assert (await site.post("Two", guest=ann, author={"name": "Ann"})).status_code == 403


async def test_who_is_banned_silently_sees_their_comment_wait(site: SiteUnderTest) -> None:
    jonas, author = await known(site)
    await banned(site, "author", author, outcome="silent")

    comment = await site.posted("Second", guest=jonas)
    kept = await stored(site, comment)

    assert comment["state"] == "pending"
    assert comment.get("reasons", []) == []
    assert (kept.state, kept.queue, kept.silent) == ("spam", "silent", True)
    # Moderators see it where they ask for it, and nowhere else.
    asking = {"authorization": f"Bearer {await site.moderator()}"}
    listed = {
        state: (await site.client.get(site.path(f"moderation/comments?state={state}"), headers=asking)).json()
        for state in ("silent", "spam", "all")
    }
    assert [one["id"] for one in listed["silent"]["comments"]] == [comment["id"]]
    assert comment["id"] not in str(listed["spam"]) + str(listed["all"])


async def test_what_was_taken_silently_is_silent_again_when_its_author_brings_it_back(
    site: SiteUnderTest,
) -> None:
    jonas, author = await known(site)
    await banned(site, "author", author, outcome="silent")
    comment = await site.posted("Second", guest=jonas)

    await site.send("DELETE", f"comments/{comment['id']}", guest=jonas)
    await site.send("POST", f"comments/{comment['id']}/restore", guest=jonas)

    assert (await stored(site, comment)).queue == "silent"


async def test_a_moderator_is_under_no_ban(site: SiteUnderTest) -> None:
    await banned(site, "address", address_subject(site.service.keys, "127.0.0.1"))

    assert (await site.said("Hello"))["state"] == "approved"


async def test_a_ban_is_of_one_site(site: SiteUnderTest) -> None:
    made = await banned(site, "domain", "spam.example")
    with pytest.raises(BanUnknown):
        await site.service.db.write(lift, made.id, made.id, at=site.clock.now())

    assert len(await all_bans(site)) == 1


async def test_banning_again_changes_the_ban(site: SiteUnderTest) -> None:
    await banned(site, "domain", "spam.example", until=site.clock.now() + timedelta(days=1))
    await banned(site, "domain", "spam.example", outcome="silent")

    (made,) = await all_bans(site)
    assert (made.outcome, made.until) == ("silent", None)


@pytest.mark.parametrize("domain", ["", "com", "a b.example", "@"])
def test_what_is_no_mail_domain_is_refused(domain: str) -> None:
    with pytest.raises(BanRefused):
        domain_subject(domain)


async def test_only_networks_whose_hash_is_kept_can_be_banned(site: SiteUnderTest) -> None:
    for network in ("203.0.113.0/16", "203.0.113.0", "2001:db8::/64", "203.0.113.9/24", "everybody"):
        with pytest.raises(BanRefused):
            network_subject(site.service.keys, network)


async def test_neither_address_nor_network_is_kept_plainly(site: SiteUnderTest) -> None:
    comment = await stored(site, await site.posted(guest=Guest(address="203.0.113.9")))

    assert comment.address_key == site.service.keys.address_key("203.0.113.9")
    assert comment.network_key == site.service.keys.network_key("203.0.113.200")
    assert PAGE["url"] not in str(comment.network_key)
