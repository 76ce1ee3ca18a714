"""The language of the search box: what is typed, what it means, and what is said about what means nothing."""

from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from comments.moderation.search.query_language import ParsedQuery, QueryPart, parse, written

PIECES = (
    "author:",
    "page:",
    "is:",
    "reason:",
    "before:",
    "after:",
    "-",
    '"',
    "“",
    "*",
    ":",
    " ",
    "edited",
    "spam",
)


def test_words_phrases_and_operators_are_told_apart() -> None:
    asked = parse('author:"Ana Lee" page:/path is:edited reason:links words "a phrase" -without begin*')

    assert asked == ParsedQuery(
        (
            QueryPart("author", "Ana Lee"),
            QueryPart("page", "/path"),
            QueryPart("is", "edited"),
            QueryPart("reason", "links"),
            QueryPart("", "words"),
            QueryPart("", "a phrase"),
            QueryPart("", "without", without=True),
            QueryPart("", "begin", begins=True),
        )
    )


def test_days_begin_at_midnight_utc_and_the_narrowest_count() -> None:
    asked = parse("before:2026-03-01 before:2026-02-01 after:2025-12-31")

    assert asked.before == datetime(2026, 2, 1, tzinfo=UTC)
    assert asked.after == datetime(2025, 12, 31, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "queue"), [("is:waiting", "pending"), ("is:SPAM x", "spam"), ("is:edited", None)]
)
def test_a_queue_can_be_named(text: str, queue: str | None) -> None:
    assert parse(text).queue == queue


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("before:yesterday", "“before:yesterday” is no day. Write it like before:2026-01-31."),
        ("after:2026-02-30", "“after:2026-02-30” is no day. Write it like after:2026-01-31."),
        ("-before:2026-02-01", "Leave the “-” before “before:” out."),
        ('author:""', "Say what after “author:”."),
        ("-is:spam", "“-is:spam” cannot be searched; choose a queue."),
    ],
)
def test_what_means_nothing_is_a_fault_in_words(text: str, fault: str) -> None:
    asked = parse(f"word {text}")

    assert (asked.parts, asked.faults) == ((QueryPart("", "word"),), (fault,))


def test_an_unknown_state_is_answered_with_those_there_are() -> None:
    [fault] = parse("is:hidden").faults

    assert fault.startswith("There is no “is:hidden”. There are: waiting, ")
    assert "edited" in fault


def test_an_unknown_operator_is_words_and_a_hint() -> None:
    asked = parse("autor:Ana")

    assert asked.parts == (QueryPart("", "autor:Ana"),)
    assert asked.hints == ("There is no “autor:”. Did you mean “author:”?",)


def test_an_address_is_words_and_no_hint() -> None:
    assert parse("https://spam.example/x?y") == ParsedQuery((QueryPart("", "https://spam.example/x?y"),))


def test_quotation_marks_of_phones_and_open_ones_count() -> None:
    assert parse("“two words”").parts == parse('"two words').parts == (QueryPart("", "two words"),)


@given(st.text() | st.lists(st.sampled_from(PIECES) | st.text(max_size=3)).map("".join))
@example('-"a:b"*')
@example("is:*")
def test_every_text_can_be_asked_and_asks_the_same_when_written_again(text: str) -> None:
    asked = parse(text)

    again = parse(written(asked))

    assert (again.parts, again.faults) == (asked.parts, ())
