"""What `comments doctor` finds, one line each."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: fine, worth a look (there is advice), or wrong."""

    what: str
    advice: str = ""
    is_wrong: bool = False
    check: str = ""
    """What kind of thing it is, for programs: names may be added, never changed."""

    @property
    def state(self) -> str:
        return "wrong" if self.is_wrong else "look" if self.advice else "ok"


def of_kind(check: str, findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield findings of a kind, except for those that say themselves what they are."""
    for finding in findings:
        yield finding if finding.check else replace(finding, check=check)
