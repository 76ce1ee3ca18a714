"""What is known of how a comment was sent: its form, its proof of work, and a trap for programs."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class FormTokenCheck(StrEnum):
    """What came of something that a comment brings along to show how it was written.

    `forged` is what we have not made, or made for another page; `spent` what another comment has used up.
    """

    UNASKED = "unasked"
    GOOD = "good"
    MISSING = "missing"
    FORGED = "forged"
    OUTDATED = "outdated"
    SPENT = "spent"


@dataclass(frozen=True, slots=True)
class Submission:
    """How a comment was sent; of an edit nothing of it is asked.

    `open_for` is how long its form was open, `trapped` says that a field was filled in that people do not
    see.
    """

    form: FormTokenCheck = FormTokenCheck.UNASKED
    proof: FormTokenCheck = FormTokenCheck.UNASKED
    open_for: timedelta | None = None
    trapped: bool = False
