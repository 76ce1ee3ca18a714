"""Attacks by people who were approved before, and by readers who report."""

from functools import partial

import pytest

from tests.defence.stronghold import (
    ADVERTS,
    GOT_THROUGH,
    PROSE,
    SPAM,
    Passed,
    Person,
    Site,
    Stronghold,
    at_once,
    wait_for,
)

pytestmark = pytest.mark.slow

LONG = (
    f"This {PROSE} has changed how we spend our evenings and everybody who visits us asks where we found it."
)

DRESSED = [
    f"Look at https://{SPAM}.example",
    f"Look at www.{SPAM}.com",
    f"Look at {SPAM}.com",
    f"Look at [this](https://{SPAM}.example)",
    f"Look at <https://{SPAM}.example/a>",
    f"Look at //{SPAM}.example/a and http:{SPAM}.example https://{SPAM}.example",
    f"[Look][1]\n\n[1]: https://{SPAM}.example",
    f"![picture](https://{SPAM}.example/p.png) [x](//{SPAM}.example)",
]


def test_a_regular_who_turns_to_links(hold: Stronghold) -> None:
    """Each link in another dress."""
    site = hold.site()
    who = site.regular()
    with site.watched() as watch:
        for text in DRESSED:
            site.posted(who, text)
        genuine = site.posted(site.regular("Lena", "A fine read."), "There is a second bridge upstream.")

    assert watch.saw_no_spam
    assert site.state_of(genuine["id"]) == "approved"
    assert len(site.queue("pending")) == len(DRESSED)
    assert site.mails_in_the_end() == 1


def test_a_regular_who_uses_listed_words(hold: Stronghold) -> None:
    site = hold.site(spam_words=SPAM)
    who = site.regular()
    dressed = [SPAM, SPAM.upper(), "l u c k y d r o p s", "lucky\u200bdrops", "1uckydr0ps", "luсkydrорs"]
    with site.watched() as watch:
        for word in dressed:
            site.posted(who, f"All of us use {word} at home.")

    assert watch.saw_no_spam
    assert len(site.queue("spam")) == len(dressed)
    assert site.mails() == []


def test_a_regular_who_edits_links_in(hold: Stronghold) -> None:
    """What was public stays until the owner has seen the edit."""
    site = hold.site()
    who = site.regular()
    with site.watched() as watch:
        comment = site.posted(who, "The second bridge is older.")
        assert comment["state"] == "approved"
        assert site.edit(who, comment["id"], f"Look at https://{SPAM}.example").status_code == 200

    assert watch.saw_no_spam
    assert "The second bridge is older." in "".join(site.public())
    assert site.mails_in_the_end() == 1


@pytest.mark.parametrize("text", [LONG, f"Everybody should have a {PROSE}."], ids=["long", "short"])
def test_a_regular_who_says_one_thing_on_30_pages(
    hold: Stronghold, record_property: Passed, text: str
) -> None:
    site = hold.site()
    who = site.regular()
    for number in range(30):
        site.posted(who, text, on=number)

    passed = site.advertised(range(30))
    record_property(GOT_THROUGH, f"{passed} of 30 times the same: {text}")
    assert passed <= 2


def test_a_regular_who_advertises_in_plain_words(hold: Stronghold, record_property: Passed) -> None:
    """No link, no listed word, never the same: nothing that a program could know by. It is told."""
    site = hold.site()
    who = site.regular()
    for number, text in enumerate(ADVERTS):
        site.posted(who, text, on=number)

    passed = site.advertised(range(len(ADVERTS)))
    record_property(GOT_THROUGH, f"{passed} of {len(ADVERTS)} texts in plain prose by one regular")
    assert passed > 0
    assert passed + len(site.queue("pending")) == len(ADVERTS)


def test_hosts_written_as_words(hold: Stronghold, record_property: Passed) -> None:
    """They lead nowhere when pressed, so they are no links; a list of hosts finds those with a dot."""
    written = [f"Find a {PROSE} at {host}" for host in ("sofa dot example", "sofa[.]example", "sofa . com")]
    site = hold.site()
    who = site.regular()
    for text in written:
        site.posted(who, text)

    passed = site.advertised(range(1))
    record_property(GOT_THROUGH, f"{passed} of {len(written)} hosts taken apart into words")
    assert "<a " not in "".join(site.public())


def test_a_brigade_of_false_reporters(hold: Stronghold, record_property: Passed) -> None:
    """It can have one comment looked at again, once; it loses nothing, and the owner's word ends it."""
    site = hold.site()
    who = site.regular()
    genuine = [site.posted(who, f"The {nth} arch is from another time.")["id"] for nth in ("first", "third")]
    brigade = [site.somebody(f"Reporter {number}") for number in range(12)]
    one_address = [Person(brigade[0].address, f"Twin {number}") for number in range(12)]

    assert {site.report(twin, genuine[1]).status_code for twin in one_address} == {202}
    assert at_once([partial(_code, site, reporter, genuine[0]) for reporter in brigade])
    wait_for(lambda: site.state_of(genuine[0]) == "pending")
    assert site.state_of(genuine[1]) == "approved"
    record_property(GOT_THROUGH, "1 of 2 genuine comments had to wait, by 12 reporters at 12 addresses")

    assert site.decide("approve", genuine[0]).status_code == 200
    for reporter in (*brigade, *(site.somebody() for _ in range(12))):
        site.report(reporter, genuine[0])
    # Those who were wrong once count half: three of them are no longer enough.
    for reporter in brigade[1:4]:
        site.report(reporter, genuine[1])
    wait_for(hold.is_idle)
    assert [site.state_of(comment) for comment in genuine] == ["approved", "approved"]


def test_a_mail_bomb_by_reports(hold: Stronghold) -> None:
    """Twenty reporters at twenty addresses report each of twenty comments."""
    site = hold.site()
    texts = [f"Number {n} says hello to everybody." for n in range(20)]
    targets = [site.posted(site.somebody(f"Guest {n}"), text)["id"] for n, text in enumerate(texts)]
    assert site.decide("approve", *targets).status_code == 200
    brigade = [site.somebody(f"Reporter {number}") for number in range(20)]
    acts = [partial(_code, site, reporter, target) for reporter in brigade for target in targets]
    answers = at_once(acts)

    assert set(answers) <= {202, 404, 429}
    assert site.mails_in_the_end() == 1
    assert {one["id"] for state in ("pending", "approved") for one in site.queue(state)} >= set(targets)


def _code(site: Site, reporter: Person, comment_id: str) -> int:
    return site.report(reporter, comment_id).status_code
