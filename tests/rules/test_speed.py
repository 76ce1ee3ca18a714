"""No text takes long to judge, not even one that was made to."""

import random

import pytest

from comments.rules import Policy, judge
from tests.rules.examples import KNOWN, a_draft
from tests.support.speed import TRIES, least_share

HOSTILE_BYTES = 64_000
choose = random.Random(7)
LETTERS = "abcdefgh"
ENTRIES = (
    *("".join(choose.choices(LETTERS, k=choose.randint(3, 12))) for _ in range(500)),
    *(" ".join(choose.choices(("buy", "now", "a", "the", "best"), k=8)) + f" {n}" for n in range(300)),
    *("a" * 60 + "b" * n for n in range(1, 41)),
    *("赌" * n + "场" for n in range(1, 60)),
    *("!" * n + "?" for n in range(1, 2)),
    *("a*" * n + f"b{n}*a" for n in range(1, 51)),
    *(f"spam{n}.example" for n in range(50)),
)
POLICY = Policy(hold_words=ENTRIES)
TEXTS = {
    "one letter": "a" * HOSTILE_BYTES,
    "letters": "a " * (HOSTILE_BYTES // 2),
    "letters and dots": "a." * (HOSTILE_BYTES // 2),
    "letters and apostrophes": "a'" * (HOSTILE_BYTES // 2),
    "dots": "." * HOSTILE_BYTES,
    "signs": "!" * HOSTILE_BYTES,
    "Han": "赌" * (HOSTILE_BYTES // 3),
    "18 letters in one": "ﷺ" * (HOSTILE_BYTES // 3),
    "accents": "a" + "\u0337" * (HOSTILE_BYTES // 2),
    "accents out of order": "a" + "\u0337\u0316" * (HOSTILE_BYTES // 4),
    "Hebrew points out of order": "\u05d0" + "\u05b1\u05b0" * (HOSTILE_BYTES // 4),
    "nothing to see": "a\u200b" * (HOSTILE_BYTES // 4),
    "different words": " ".join(map(str, range(11_000))),
    "different hosts": " ".join(f"a{n}.b{n}" for n in range(4_500)),
    "long hosts": " ".join(".".join("abcdefgh"[n % 8] * 120) + f".{n}" for n in range(260)),
    "words of phrases": " ".join(choose.choices(("buy", "now", "a", "the", "best"), k=16_000)),
    "words of the list": " ".join(choose.choices(ENTRIES[:500], k=7_000)),
}


def test_the_list_is_as_long_as_a_site_may_have_it() -> None:
    assert len(ENTRIES) == 1_000


@pytest.mark.parametrize("kind", TEXTS)
def test_64_kilobytes_against_1000_entries(kind: str) -> None:
    draft = a_draft(TEXTS[kind][:HOSTILE_BYTES])
    judge(a_draft(), KNOWN, POLICY)  # a site's list is made ready once

    assert least_share(lambda: judge(draft, KNOWN, POLICY)) < 1


def test_a_list_is_quickly_made_ready() -> None:
    # Another list each time: what was made ready is kept.
    lists = (tuple(f"word {n} {list_}" for n in range(1_000)) for list_ in range(TRIES))

    assert least_share(lambda: judge(a_draft(), KNOWN, Policy(hold_words=next(lists)))) < 1
