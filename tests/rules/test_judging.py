"""Who writes what under which policy, and what becomes of it; holding is what happens by itself."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comments.rules import (
    RULES,
    Draft,
    Facts,
    Judgement,
    Outcome,
    Policy,
    Reason,
    Rule,
    Verdict,
    decoded,
    encoded,
    judge,
    told_to_author,
)
from tests.rules.examples import DEFAULTS, KNOWN, MODERATOR, NEWCOMER, TRUSTED, a_draft

WHO = {
    "newcomer": NEWCOMER,
    "known": KNOWN,
    "renamed": replace(KNOWN, name_changed=True),
    "trusted": TRUSTED,
    "in a flood": replace(KNOWN, bursts=("thread",)),
    "moderator": MODERATOR,
}
LISTS = Policy(hold_words=("perhaps",), spam_words=("casino",), refuse_words=("vile",))
POLICIES = {
    "by default": LISTS,
    "open": replace(LISTS, first_comments_held=0, links_before_hold=1),
    "all held": replace(LISTS, first_comments_held=0, links_before_hold=1, hold_all=True),
}
TEXTS = {
    "plain": a_draft("I liked this."),
    "link": a_draft("See here.", "https://a.example/"),
    "held word": a_draft("Perhaps."),
    "spam word": a_draft("My casino!"),
    "refused word": a_draft("How vile."),
}
COMES_OF_IT = """
                plain    link     held word  spam word  refused word

    by default
    newcomer    hold     hold     hold       spam       refuse
    known       approve  hold     hold       spam       refuse
    renamed     hold     hold     hold       spam       refuse
    trusted     approve  approve  hold       spam       refuse
    in a flood  hold     hold     hold       spam       refuse
    moderator   approve  approve  approve    approve    approve

    open
    newcomer    approve  approve  hold       spam       refuse
    known       approve  approve  hold       spam       refuse
    renamed     approve  approve  hold       spam       refuse
    trusted     approve  approve  hold       spam       refuse
    in a flood  hold     hold     hold       spam       refuse
    moderator   approve  approve  approve    approve    approve

    all held
    newcomer    hold     hold     hold       spam       refuse
    known       hold     hold     hold       spam       refuse
    renamed     hold     hold     hold       spam       refuse
    trusted     hold     hold     hold       spam       refuse
    in a flood  hold     hold     hold       spam       refuse
    moderator   approve  approve  approve    approve    approve
"""


def cells() -> Iterator[tuple[str, str, str, str]]:
    """Yield policy, who, text and outcome of every cell of the table."""
    policy = ""
    for line in COMES_OF_IT.splitlines():
        cell, *outcomes = line.strip().split("  ", 1)
        if cell in POLICIES and not outcomes:
            policy = cell
        elif cell in WHO:
            for text, outcome in zip(TEXTS, outcomes[0].split(), strict=True):
                yield policy, cell, text, outcome


def test_the_table_is_whole() -> None:
    assert len(set(cells())) == len(POLICIES) * len(WHO) * len(TEXTS)


@pytest.mark.parametrize(("policy", "who", "text", "outcome"), list(cells()))
def test_what_becomes_of_a_comment(policy: str, who: str, text: str, outcome: str) -> None:
    judgement = judge(TEXTS[text], WHO[who], POLICIES[policy])

    assert judgement.outcome == outcome
    assert bool(judgement.reasons) == (outcome != "approve")


bursts = st.sampled_from([(), ("author",), ("thread", "site")])
facts = st.builds(Facts, st.integers(0, 3), st.booleans(), st.just(value=False), st.booleans(), bursts)
policies = st.builds(Policy, st.integers(0, 3), st.integers(0, 2), st.booleans(), st.just(("casino",)))
drafts = st.builds(
    Draft,
    st.text(alphabet="casino ", max_size=12),
    st.lists(st.just("https://a.example/"), max_size=3).map(tuple),
    st.just("Ann"),
    st.none(),
)


@given(drafts, facts, policies)
def test_a_guest_gets_into_public_only_when_known_and_when_nothing_speaks_against_them(
    draft: Draft, who: Facts, policy: Policy
) -> None:
    judgement = judge(draft, who, policy)

    is_known = who.author_trusted or who.author_approved >= policy.first_comments_held
    assert (judgement.outcome is Outcome.APPROVE) == (is_known and not judgement.reasons)


def says(outcome: Outcome, reason: str, *, is_final: bool = False) -> Rule:
    def rule(draft: Draft, who: Facts, policy: Policy) -> Verdict | None:
        return Verdict(outcome, "made-up", reason, is_final=is_final)

    return rule


def no_opinion(draft: Draft, who: Facts, policy: Policy) -> Verdict | None:
    return None


@pytest.mark.parametrize("rules", [(), (no_opinion,), (no_opinion, no_opinion)])
def test_a_comment_waits_when_no_rule_says_anything(rules: tuple[Rule, ...]) -> None:
    assert judge(a_draft(), KNOWN, DEFAULTS, rules=rules) == Judgement(Outcome.HOLD, ())


def test_the_strongest_outcome_wins_and_its_reason_is_the_last() -> None:
    rules = [
        says(Outcome.REFUSE, "refused"),
        says(Outcome.HOLD, "held first"),
        says(Outcome.SPAM, "spam"),
        says(Outcome.APPROVE, "approved"),
        says(Outcome.HOLD, "held next"),
    ]

    judgement = judge(a_draft(), KNOWN, DEFAULTS, rules=rules)

    assert judgement.outcome is Outcome.REFUSE
    assert [one.words for one in judgement.reasons] == ["held first", "held next", "spam", "refused"]


def test_after_a_final_verdict_nothing_is_asked() -> None:
    rules = [says(Outcome.APPROVE, "final", is_final=True), says(Outcome.REFUSE, "never asked")]

    assert judge(a_draft(), KNOWN, DEFAULTS, rules=rules) == Judgement(Outcome.APPROVE, ())


def test_outcomes_are_ordered_from_the_mildest() -> None:
    assert sorted(Outcome, key=lambda outcome: outcome.strength) == [
        "approve",
        "hold",
        "spam",
        "silent",
        "refuse",
    ]


def test_only_two_rules_ever_approve() -> None:
    approving = {
        verdict.rule
        for draft in TEXTS.values()
        for who in WHO.values()
        for policy in POLICIES.values()
        for rule in RULES
        for verdict in [rule(draft, who, policy)]
        if verdict is not None and verdict.outcome is Outcome.APPROVE
    }

    assert approving == {"moderator", "known-author"}


def test_all_that_speaks_against_a_comment_is_told() -> None:
    draft = a_draft("Perhaps my casino?", "https://a.example/", website="https://b.example/")
    who = replace(NEWCOMER, bursts=("thread",))

    assert judge(draft, who, replace(LISTS, hold_all=True)).reasons == (
        Reason("hold-all", "Comments on this page are read first"),
        Reason("flood", "Many comments at once on this page"),
        Reason("first-comment", "First comment"),
        Reason("links", "2 links", 2),
        Reason("words", "Words: casino, perhaps"),
    )


def test_an_author_is_told_why_but_not_which_word_of_a_list_it_was() -> None:
    draft = a_draft("Perhaps my casino?", "https://a.example/", website="https://b.example/")
    against = judge(draft, replace(KNOWN, name_changed=True), LISTS).reasons

    told = told_to_author(decoded(encoded(against)))

    assert [(reason.rule, reason.n) for reason in told] == [("new-name", None), ("links", 2)]


def test_a_reason_without_a_code_is_for_moderators_alone() -> None:
    stored = '["Waited in the old system","Word: casino"]'

    assert [reason.words for reason in decoded(stored)] == ["Waited in the old system", "Word: casino"]
    assert told_to_author(decoded(stored)) == []
