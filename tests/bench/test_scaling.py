"""What the bench of a great many comments reckons, without a database."""

import re
from types import SimpleNamespace
from uuid import UUID

import pytest

from comments.moderation.messages import decided_before
from comments.threads.order.tree import TOP, place_below
from tests.bench.desk_rows import BEGAN, DAYS
from tests.bench.scaling import BYTES_A_COMMENT, costs_table, room_for, sizes_table
from tests.bench.scaling_asking import Cost, questions, walked
from tests.bench.scaling_rows import AFTERWARDS, COMMENTS, STEP, Measures, comment_id, moment
from tests.bench.scaling_upkeep import Size


def test_so_many_comments_are_whole_conversations() -> None:
    with pytest.raises(ValueError, match="multiple"):
        Measures(STEP + 1)

    assert Measures(STEP).comments == STEP


def test_the_small_page_is_as_small_on_any_site() -> None:
    for size in (100_000, 10_000_000):
        of = Measures(size)
        # Pages are drawn by the square of a share: the last one gets half of what an even draw would give.
        assert 70 < of.comments * 0.79 / of.pages / 2 < 90
        assert of.small_page == of.pages - 1


def test_ids_rise_with_the_number_and_the_last_comment_ends_the_days() -> None:
    of = Measures(8 * STEP)
    ids = [comment_id(of, number) for number in range(0, of.comments, 1_000)]

    assert ids == sorted(ids)
    assert all(one.version == 7 for one in ids)
    assert moment(of, of.comments).days == DAYS
    assert of.since(30) == of.comments - of.comments * 30 // DAYS


def test_places_are_made_as_the_service_makes_them() -> None:
    of = Measures(STEP)
    place = place_below(UUID(int=1), TOP, comment_id(of, 7), BEGAN + moment(of, 7))

    assert place.path[8:] == comment_id(of, 7).bytes
    assert of.filled("$began_micros + 7 * $step") == (
        f"{int(BEGAN.timestamp()) * 1_000_000} + 7 * {of.step_micros}"
    )
    assert int.from_bytes(place.path[:8], "big") == int(BEGAN.timestamp()) * 1_000_000 + 7 * of.step_micros


def test_no_name_in_a_statement_is_left_open() -> None:
    filled = Measures(STEP).filled(COMMENTS, first=0, last=STEP - 1)

    assert "$" not in filled
    assert f"generate_series(0, {STEP - 1})" in filled


def test_what_moderators_decided_can_be_shown() -> None:
    (decisions,) = [one for one in AFTERWARDS if "INSERT INTO decisions" in one]
    decided = re.findall(r"(?:THEN|ELSE) '(\w+)'", decisions)

    assert len(decided) == 4
    assert all(decided_before(SimpleNamespace(choice=one)) for one in decided)  # type: ignore[arg-type]


def test_a_plan_names_the_large_tables_that_it_walks_through() -> None:
    plan = {
        "Node Type": "Nested Loop",
        "Plans": [
            {"Node Type": "Seq Scan", "Relation Name": "sites"},
            {"Node Type": "Limit", "Plans": [{"Node Type": "Seq Scan", "Relation Name": "comments"}]},
            {"Node Type": "Index Scan", "Relation Name": "threads"},
        ],
    }

    assert walked(plan) == ["comments"]


def test_the_tables_say_what_one_comment_takes() -> None:
    sizes = [Size("votes", "votes", False, 2_000_000, 100), Size("votes", "pk_votes", True, 1_000_000, 100)]

    assert sizes_table(sizes, 1_000).splitlines()[2:] == [
        "| **votes** | 2 | 100 | 20,000 | 2,000 |",
        "| pk_votes | 1 | 100 | 10,000 | 1,000 |",
    ]

    few, many = (
        Cost([0.002, 0.001, 0.003, 0.001, 0.003], 0.01, 3, 0, 10),
        Cost([0.003, 0.003, 0.003, 0.0045, 0.0045], 0.5, 3, 2048, 12),
    )
    (row,) = costs_table({"page": few}, {"page": many}, (1_000, 2_000)).splitlines()[2:]
    assert row == "| page | 2.0 ms ±50% | 3.0 ms ±25% | 1.50 | 10 | 12 | 500 ms | 3 | 2.0 kB | – |"


def test_a_disk_that_is_too_full_is_not_filled() -> None:
    assert room_for(1_000, 1_000 * BYTES_A_COMMENT + 1)
    assert not room_for(1_000, 1_000 * BYTES_A_COMMENT)


def test_posts_are_asked_on_pages_of_both_sizes() -> None:
    assert {"a post on the huge page", "a post on the small page"} <= set(questions())
