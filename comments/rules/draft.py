"""What rules judge, what they judge by, and what they can say."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from comments.rules.form.submission import Submission
from comments.rules.reasons import Reason


class Outcome(StrEnum):
    """What becomes of a comment, the mildest first.

    `silent` is spam that never shows in digests or in the counts of Spam. Its author sees it wait, as they do
    with spam.
    """

    APPROVE = "approve"
    HOLD = "hold"
    SPAM = "spam"
    SILENT = "silent"
    REFUSE = "refuse"

    @property
    def strength(self) -> int:
        return _STRENGTHS[self]


_STRENGTHS = {outcome: strength for strength, outcome in enumerate(Outcome)}


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
class Banned:
    """A ban that its author is under: of an `author`, an `address`, a `network` or a mail `domain`."""

    kind: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class ThreadFacts:
    """What is known of its discussion; of an edit only what concerns comments that are there already.

    `is_new` says that this very comment opens it, `slow_wait` in how many seconds its author may post again
    where the thread is in slow mode, `is_kept_open` that its age does not close it.
    """

    is_closed: bool = False
    is_kept_open: bool = False
    is_new: bool = False
    age: timedelta = timedelta()
    holds_all: bool = False
    slow_wait: int = 0


@dataclass(frozen=True, slots=True)
class Guess:
    """How much a text is like what moderators here called spam, from 0 to 1, and the clearest signs of it."""

    share: float
    because: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of its author and of this moment.

    `author_approved` counts the author's approved comments, `name_changed` says that those had another name.
    `bursts` are what is over its rate: its author, its `thread`, the `site`. `similar` counts comments of the
    last days with the same or nearly the same text.
    """

    author_approved: int
    author_trusted: bool
    is_moderator: bool
    name_changed: bool
    bursts: tuple[str, ...] = ()
    bans: tuple[Banned, ...] = ()
    similar: int = 0
    thread: ThreadFacts = ThreadFacts()
    submission: Submission = field(default_factory=Submission)
    learned: Guess | None = None

    @property
    def is_stranger(self) -> bool:
        return not self.author_trusted and not self.author_approved


@dataclass(frozen=True, slots=True)
class Policy:
    """What a site has laid down; a site that says nothing has these. Days of 0 mean never.

    `learned` says what becomes of what is like spam here: `hold`, `spam` if that is clear, or `off`.
    """

    first_comments_held: int = 1
    links_before_hold: int = 0
    hold_all: bool = False
    hold_words: tuple[str, ...] = ()
    spam_words: tuple[str, ...] = ()
    refuse_words: tuple[str, ...] = ()
    silent_words: tuple[str, ...] = ()
    close_after_days: int = 0
    hold_after_days: int = 0
    hold_new_threads: bool = False
    proof_of_work: bool = True
    learned: str = "hold"


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


Rule = Callable[[Draft, Facts, Policy], Verdict | None]
