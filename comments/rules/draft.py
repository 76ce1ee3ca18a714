"""What rules judge, what they judge by, and what they can say."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from comments.rules.reasons import Reason


class Outcome(StrEnum):
    """What becomes of a comment, the mildest first."""

    APPROVE = "approve"
    HOLD = "hold"
    SPAM = "spam"
    REFUSE = "refuse"

    @property
    def strength(self) -> int:
        return list(Outcome).index(self)


@dataclass(frozen=True, slots=True)
class Draft:
    """A comment before it is stored.

    `text` is what readers will see, without markup; `links` are the addresses it leads to, repeated ones too.
    """

    text: str
    links: tuple[str, ...]
    name: str
    website: str | None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of its author and of this moment.

    `author_approved` counts the author's approved comments, `name_changed` says that those had another name,
    `is_flood` that the thread or the site is over its rate.
    """

    author_approved: int
    author_trusted: bool
    is_moderator: bool
    name_changed: bool
    is_flood: bool


@dataclass(frozen=True, slots=True)
class Policy:
    """What a site has laid down; a site that says nothing has these."""

    first_comments_held: int = 1
    links_before_hold: int = 0
    hold_all: bool = False
    hold_words: tuple[str, ...] = ()
    spam_words: tuple[str, ...] = ()
    refuse_words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one rule says; `reason` is a few words for moderators, `n` how many of it there are.

    `rule` is a lasting code: programs go by it. After a final verdict no rule is asked.
    """

    outcome: Outcome
    rule: str
    reason: str
    n: int | None = None
    is_final: bool = False

    @property
    def against(self) -> Reason:
        return Reason(self.rule, self.reason, self.n)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What becomes of a comment, and all that speaks against it, the strongest last."""

    outcome: Outcome
    reasons: tuple[Reason, ...]


Rule = Callable[[Draft, Facts, Policy], Iterator[Verdict]]
