"""The order called `best`: an integer for each comment that only votes change."""

from math import sqrt

SCALE = 1_000_000
_Z = 1.281551565545
"""The 90th percentile of the normal distribution: the bound is below the truth nine times in ten."""


def rank(upvotes: int, downvotes: int) -> int:
    """Return the lower bound of the share of readers who would vote up, in millionths.

    A comment nobody has voted on counts as if its author had voted for it once, so that it stands above one
    that was voted down. Between equal ranks the newer comment comes first.

    Source: Wilson score interval, E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical
    Inference", 1927, doi:10.1080/01621459.1927.10502953; used for ranking as in Evan Miller, "How Not To Sort
    By Average Rating", 2009, https://www.evanmiller.org/how-not-to-sort-by-average-rating.html
    """
    ups, votes = upvotes + 1, upvotes + downvotes + 1
    share = ups / votes
    middle = share + _Z * _Z / (2 * votes)
    spread = _Z * sqrt((share * (1 - share) + _Z * _Z / (4 * votes)) / votes)
    return int(SCALE * (middle - spread) / (1 + _Z * _Z / votes))
