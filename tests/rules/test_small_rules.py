"""The rules of a line or two: newcomers, links, floods, pages that are read first."""

from dataclasses import replace

import pytest

from comments.rules import Draft, Outcome, Policy
from comments.rules.first_comment import first_comment
from comments.rules.flood import flood
from comments.rules.hold_all import hold_all
from comments.rules.known_author import known_author
from comments.rules.links import links
from comments.rules.moderator import moderator
from tests.rules.examples import DEFAULTS, KNOWN, MODERATOR, NEWCOMER, TRUSTED, a_draft, reasons

RENAMED = replace(KNOWN, name_changed=True)


def test_first_comments_wait_until_enough_are_approved() -> None:
    three = Policy(first_comments_held=3)

    said = [reasons(first_comment, a_draft(), replace(KNOWN, author_approved=n), three) for n in range(5)]

    assert said == [["First comment"], ["First comment"], ["First comment"], [], []]


def test_a_site_can_hold_no_first_comments() -> None:
    assert reasons(first_comment, a_draft(), NEWCOMER, Policy(first_comments_held=0)) == []
    assert reasons(first_comment, a_draft(), RENAMED, Policy(first_comments_held=0)) == []


def test_a_known_author_under_a_new_name_waits() -> None:
    assert reasons(first_comment, a_draft(), RENAMED) == ["New name"]
    assert reasons(first_comment, a_draft(), replace(TRUSTED, name_changed=True)) == ["New name"]
    assert reasons(first_comment, a_draft(), replace(NEWCOMER, name_changed=True)) == ["First comment"]


def test_an_author_whom_a_moderator_trusts_is_no_newcomer() -> None:
    assert reasons(first_comment, a_draft(), TRUSTED) == []


@pytest.mark.parametrize(
    ("draft", "said"),
    [
        (a_draft(), []),
        (a_draft("", "https://a.example"), ["1 link"]),
        (a_draft("", "https://a.example", "https://a.example"), ["2 links"]),
        (a_draft("", "mailto:ann@a.example"), ["1 link"]),
        (a_draft(website="https://ann.example"), ["1 link"]),
        (a_draft("", "https://a.example", website="https://ann.example"), ["2 links"]),
        (a_draft(name="https://a.example"), ["1 link"]),
        (a_draft(name="Ann, casino.com"), ["1 link"]),
        (a_draft(name="www.casino.com or casino.net", website="https://ann.example"), ["3 links"]),
        (a_draft(name="J.R.R. Tolkien"), []),
        (a_draft(name="St.John Smith"), []),
        (a_draft(name="Ann @ Home"), []),
    ],
)
def test_links_in_text_name_and_website_are_counted(draft: Draft, said: list[str]) -> None:
    assert reasons(links, draft) == said


def test_as_many_links_pass_as_the_site_lets() -> None:
    two = Policy(links_before_hold=2)

    assert reasons(links, a_draft("", *["https://a.example"] * 2), policy=two) == []
    assert reasons(links, a_draft("", *["https://a.example"] * 3), policy=two) == ["3 links"]


def test_an_author_whom_a_moderator_trusts_may_link() -> None:
    assert reasons(links, a_draft("", "https://a.example"), TRUSTED) == []


def test_many_comments_at_once_wait() -> None:
    assert reasons(flood, a_draft(), KNOWN) == []
    assert reasons(flood, a_draft(), replace(TRUSTED, is_flood=True)) == ["Many comments at once"]


def test_a_site_can_have_everything_read_first() -> None:
    assert reasons(hold_all, a_draft(), TRUSTED) == []
    assert reasons(hold_all, a_draft(), TRUSTED, Policy(hold_all=True)) == [
        "Comments on this page are read first"
    ]


def test_the_known_and_the_trusted_are_approved_if_nobody_objects() -> None:
    verdicts = {
        who: [verdict.outcome for verdict in known_author(a_draft(), who, DEFAULTS)]
        for who in (NEWCOMER, KNOWN, TRUSTED)
    }

    assert verdicts == {NEWCOMER: [], KNOWN: [Outcome.APPROVE], TRUSTED: [Outcome.APPROVE]}


def test_a_moderator_is_approved_whatever_else_is_said() -> None:
    (verdict,) = moderator(a_draft(), MODERATOR, DEFAULTS)

    assert verdict.outcome is Outcome.APPROVE
    assert verdict.is_final
    assert list(moderator(a_draft(), TRUSTED, DEFAULTS)) == []
