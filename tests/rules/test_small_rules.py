"""The rules of a line or two: newcomers, links, floods, pages that are read first."""

from dataclasses import replace
from datetime import timedelta

import pytest

from comments.rules import Banned, Draft, FormTokenCheck, Outcome, Policy, Submission, ThreadFacts, Verdict
from comments.rules.author.banned import banned
from comments.rules.author.first_comment import first_comment
from comments.rules.author.known_author import known_author
from comments.rules.author.moderator import moderator
from comments.rules.content.links import links
from comments.rules.content.similar import similar
from comments.rules.form.form_token import form_token
from comments.rules.form.honeypot import honeypot
from comments.rules.form.proof_of_work import proof_of_work
from comments.rules.thread.bursts import bursts
from comments.rules.thread.closed_thread import closed_thread
from comments.rules.thread.hold_all import hold_all
from comments.rules.thread.new_thread import new_thread
from comments.rules.thread.old_thread import old_thread
from comments.rules.thread.slow_mode import slow_mode
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
    assert reasons(bursts, a_draft(), KNOWN) == []
    assert reasons(bursts, a_draft(), replace(TRUSTED, bursts=("site",))) == [
        "Many comments at once on this site"
    ]
    assert reasons(bursts, a_draft(), replace(TRUSTED, bursts=("author", "thread"))) == [
        "Many comments at once by this author"
    ]


def test_a_site_can_have_everything_read_first() -> None:
    assert reasons(hold_all, a_draft(), TRUSTED) == []
    held = ["Comments on this page are read first"]
    on_this_page = replace(TRUSTED, thread=ThreadFacts(holds_all=True))
    assert reasons(hold_all, a_draft(), TRUSTED, Policy(hold_all=True)) == held
    assert reasons(hold_all, a_draft(), on_this_page) == held


def test_the_known_and_the_trusted_are_approved_if_nobody_objects() -> None:
    approved = Verdict(Outcome.APPROVE, "known-author", "Known author")

    said = [known_author(a_draft(), who, DEFAULTS) for who in (NEWCOMER, KNOWN, TRUSTED)]

    assert said == [None, approved, approved]


def test_a_moderator_is_approved_whatever_else_is_said() -> None:
    verdict = moderator(a_draft(), MODERATOR, DEFAULTS)

    assert verdict == Verdict(Outcome.APPROVE, "moderator", "Moderator", is_final=True)
    assert moderator(a_draft(), TRUSTED, DEFAULTS) is None


@pytest.mark.parametrize(
    ("thread", "policy", "is_closed"),
    [
        (ThreadFacts(), Policy(close_after_days=3), False),
        (ThreadFacts(is_closed=True), DEFAULTS, True),
        (ThreadFacts(age=timedelta(days=3)), Policy(close_after_days=3), False),
        (ThreadFacts(age=timedelta(days=3, seconds=1)), Policy(close_after_days=3), True),
        (ThreadFacts(age=timedelta(days=9), is_kept_open=True), Policy(close_after_days=3), False),
        (ThreadFacts(is_closed=True, is_kept_open=True), DEFAULTS, True),
        (ThreadFacts(age=timedelta(days=9_000)), DEFAULTS, False),
    ],
)
def test_a_page_is_closed_by_hand_or_by_age(thread: ThreadFacts, policy: Policy, is_closed: bool) -> None:
    verdict = closed_thread(a_draft(), replace(TRUSTED, thread=thread), policy)

    assert (verdict is not None and verdict.outcome is Outcome.REFUSE) == is_closed


def test_what_is_written_in_an_old_discussion_waits() -> None:
    old = replace(TRUSTED, thread=ThreadFacts(age=timedelta(days=31)))

    assert reasons(old_thread, a_draft(), old) == []
    assert reasons(old_thread, a_draft(), old, Policy(hold_after_days=31)) == []
    assert reasons(old_thread, a_draft(), old, Policy(hold_after_days=30)) == ["Old discussion"]


def test_the_first_comment_on_a_page_waits_where_the_site_wants_it() -> None:
    first, want = ThreadFacts(is_new=True), Policy(hold_new_threads=True)

    assert reasons(new_thread, a_draft(), replace(KNOWN, thread=first)) == []
    assert reasons(new_thread, a_draft(), KNOWN, want) == []
    assert reasons(new_thread, a_draft(), replace(KNOWN, thread=first), want) == [
        "First comment on this page"
    ]
    assert reasons(new_thread, a_draft(), replace(TRUSTED, thread=first), want) == []


def test_slow_mode_says_how_long_to_wait() -> None:
    verdict = slow_mode(a_draft(), replace(TRUSTED, thread=ThreadFacts(slow_wait=40)), DEFAULTS)

    assert verdict == Verdict(Outcome.REFUSE, "slow-mode", "Slow mode, 40 s left", n=40, is_final=True)
    assert slow_mode(a_draft(), TRUSTED, DEFAULTS) is None


def test_the_strongest_ban_counts() -> None:
    silent, refused = Banned("network", Outcome.SILENT), Banned("domain", Outcome.REFUSE)

    one = banned(a_draft(), replace(TRUSTED, bans=(silent,)), DEFAULTS)
    both = banned(a_draft(), replace(TRUSTED, bans=(silent, refused)), DEFAULTS)

    assert one == Verdict(Outcome.SILENT, "banned", "Banned network")
    assert both == Verdict(Outcome.REFUSE, "banned", "Banned mail domain", is_final=True)
    assert banned(a_draft(), TRUSTED, DEFAULTS) is None


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Look at www.cheap.example", 1),
        ("Look at cheap.com, or at sub.cheap.xyz.", 2),
        ("bit.ly/3abc", 1),
        ("CHEAP\uff0eCOM and cheap\u3002com", 2),
        ("README.md, main.py and Node.js, e.g./i.e. Done.It was fine. and/or 3.5", 0),
        ("buy@cheap.com", 0),
        ("a." * 5_000, 0),
    ],
)
def test_an_address_that_is_only_written_is_a_link_too(text: str, count: int) -> None:
    verdict = links(a_draft(text=text), KNOWN, DEFAULTS)

    assert (verdict.n if verdict else 0) == count


def test_an_address_on_a_link_to_it_counts_once() -> None:
    linked = a_draft("Look at cheap.com", "https://cheap.com/")

    assert reasons(links, linked, KNOWN) == ["1 link"]


def test_a_text_that_stands_elsewhere_waits() -> None:
    assert reasons(similar, a_draft(), TRUSTED) == []
    assert reasons(similar, a_draft(), replace(TRUSTED, similar=1)) == ["Nearly the same as 1 comment"]
    assert reasons(similar, a_draft(), replace(TRUSTED, similar=36)) == ["Nearly the same as 36 comments"]


def test_a_field_that_people_do_not_see_is_filled_in_by_programs() -> None:
    trapped = Submission(trapped=True)

    said = [
        honeypot(a_draft(), replace(who, submission=trapped), DEFAULTS) for who in (NEWCOMER, KNOWN, TRUSTED)
    ]

    assert [verdict and verdict.outcome for verdict in said] == [Outcome.SILENT, Outcome.HOLD, Outcome.HOLD]
    assert reasons(honeypot, a_draft(), NEWCOMER) == []


@pytest.mark.parametrize(
    ("ticket", "said"),
    [
        (FormTokenCheck.UNASKED, []),
        (FormTokenCheck.GOOD, []),
        (FormTokenCheck.MISSING, ["No proof of work"]),
        (FormTokenCheck.FORGED, ["A proof of work for another page, or not by us"]),
        (FormTokenCheck.OUTDATED, ["A proof of work that was too old"]),
        (FormTokenCheck.SPENT, ["A proof of work that another comment has used"]),
    ],
)
def test_a_strangers_comment_waits_without_a_good_proof(ticket: FormTokenCheck, said: list[str]) -> None:
    submission = Submission(form=FormTokenCheck.GOOD, proof=ticket)

    assert reasons(proof_of_work, a_draft(), replace(NEWCOMER, submission=submission)) == said
    assert (
        reasons(
            proof_of_work, a_draft(), replace(NEWCOMER, submission=submission), Policy(proof_of_work=False)
        )
        == []
    )
    assert reasons(proof_of_work, a_draft(), replace(KNOWN, submission=submission)) == []
    assert reasons(proof_of_work, a_draft(), replace(TRUSTED, submission=submission)) == []


@pytest.mark.parametrize(
    ("submission", "said"),
    [
        (Submission(), []),
        (Submission(FormTokenCheck.GOOD, open_for=timedelta(seconds=3)), []),
        (Submission(FormTokenCheck.GOOD, open_for=timedelta(seconds=2.9)), ["Written within 3 seconds"]),
        (Submission(FormTokenCheck.FORGED), ["Its form was made for another page, or not by us"]),
        (
            Submission(FormTokenCheck.OUTDATED, open_for=timedelta(days=2)),
            ["Its form was more than a day old"],
        ),
        (Submission(FormTokenCheck.MISSING, FormTokenCheck.GOOD), ["Sent without a form"]),
        (Submission(FormTokenCheck.MISSING, FormTokenCheck.MISSING), []),
    ],
)
def test_a_strangers_comment_waits_without_a_form_or_too_soon_after_it(
    submission: Submission, said: list[str]
) -> None:
    assert reasons(form_token, a_draft(), replace(NEWCOMER, submission=submission)) == said
    assert reasons(form_token, a_draft(), replace(KNOWN, submission=submission)) == []
