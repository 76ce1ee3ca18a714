"""What is said to other processes fits on every line, and nothing that is said unsettles who hears it."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from comments.broadcast.messages import MOST_CHANGES, messages, read
from comments.outbox import Enqueued
from comments.storage import LONGEST_MESSAGE
from comments.threads.events import ThreadChanged

SITE, THREAD = UUID(int=1), UUID(int=2)
CHANGE = ThreadChanged(SITE, THREAD, 7)
TASK = Enqueued("mail", datetime(2026, 11, 24, 12, 0, 0, 123456, tzinfo=UTC))


def test_what_is_written_is_read_as_it_was() -> None:
    (message,) = messages("me", [CHANGE, TASK])

    assert read(message) == ("me", [CHANGE, TASK], False)


def test_many_changes_take_several_messages_that_fit() -> None:
    changes = [ThreadChanged(SITE, UUID(int=2**128 - n), 2**62) for n in range(1, MOST_CHANGES + 1)]
    said = list(messages("0123456789abcdef", changes))

    assert max(len(message.encode()) for message in said) <= LONGEST_MESSAGE
    assert [change for message in said for change in read(message)[1]] == changes


def test_too_many_are_told_as_a_request_to_look() -> None:
    (message,) = messages("me", [CHANGE] * (MOST_CHANGES + 1))

    assert read(message) == ("me", [], True)


@pytest.mark.parametrize(
    "said",
    [
        "",
        "no JSON",
        "[]",
        '{"sender":"me","changes":[["Unheard", {}]]}',
        '{"sender":"me","changes":[["ThreadChanged", {"version": "seven"}]]}',
    ],
    ids=["empty", "no JSON", "another shape", "another release's kind", "other fields"],
)
def test_what_cannot_be_read_makes_who_hears_it_look(said: str) -> None:
    _, changes, look = read(said)

    assert (changes, look) == ([], True)
