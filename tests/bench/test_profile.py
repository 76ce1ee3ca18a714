"""What the profile of a journey makes of the frames that were seen."""

from tests.bench.profile import shares


def test_the_innermost_frame_of_a_layer_counts_and_nonsense_does_not() -> None:
    loop = "run (asyncio/runners.py:1);answer (comments/web/edge.py:2)"
    lines = [
        f"{loop} 60",
        f"{loop};dumps (json/__init__.py:3) 10",
        f"{loop};find (comments/threads/queries/comment_page.py:9);do_execute (sqlalchemy/default.py:4) 20",
        "send (uvicorn/protocols/http.py:1) 9",
        "Thread-1 (nothing known:0) 1",
        "garbage Pure.",
    ]

    assert [(layer, round(share, 3)) for layer, share in shares(lines)] == [
        ("web/edge", 0.7),
        ("statements, by the driver", 0.2),
        ("uvicorn and the loop", 0.09),
        ("all else", 0.01),
    ]
