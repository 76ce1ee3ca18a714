"""Reading a file of old and new URLs."""

import pytest

from comments.moderation.threads.remap import RemapRefused, read_lines

ORIGINS = ["https://a.example"]


def test_a_head_is_passed_over_and_lines_keep_their_numbers() -> None:
    (line,) = read_lines(["old,new", "https://b.example/old,https://a.example/new"], ORIGINS)

    assert (line.number, line.old.url, line.new.url) == (
        2,
        "https://b.example/old",
        "https://a.example/new",
    )


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("https://a.example/one", "line 1: has 1 columns"),
        ("https://a.example/one,https://b.example/new", "line 1: Pages of https://b.example"),
        ("nonsense,https://a.example/new", "line 1: The page's address"),
    ],
)
def test_a_fault_is_refused_with_its_line(row: str, said: str) -> None:
    with pytest.raises(RemapRefused) as refused:
        read_lines([row], ORIGINS)

    assert refused.value.errors["file"].startswith(said)
