"""What an import says when it is done: as one object for programs, and in words."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from comments.importers.pipeline.page_matches import OTHER_HOST
from comments.importers.pipeline.plan import ALREADY, Plan

HOSTS_NAMED = 50
IN_WORDS = {"approved": "public", "pending": "waiting"}


@dataclass(frozen=True, slots=True)
class ImportReport:
    """Counts of comments, but for `threads` (pages they belong to) and `merged_threads` (joined to another).

    `read = imported + sum(skipped)`. A dry run says what an import would say.
    """

    format: str
    dry_run: bool
    read: int
    imported: int
    skipped: dict[str, int]
    states: dict[str, int]
    threads: int
    merged_threads: int
    orphans: int
    orphan_ids: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return the object that `import --json` prints."""
        return {
            "format": self.format,
            "dry_run": self.dry_run,
            "read": self.read,
            "imported": self.imported,
            "skipped": self.skipped,
            "threads": self.threads,
            "merged_threads": self.merged_threads,
            "orphans": self.orphans,
            "orphan_ids": self.orphan_ids,
            "states": self.states,
            "hosts": self.hosts,
        }

    @property
    def hosts(self) -> dict[str, int]:
        """Comments that were skipped because their page is on another host, by host."""
        start = f"{OTHER_HOST}: "
        return {
            reason.removeprefix(start): n for reason, n in self.skipped.items() if reason.startswith(start)
        }

    def in_words(self) -> list[str]:
        """Return lines for people, the first one saying it all."""
        skipped = sum(self.skipped.values())
        if self.dry_run:
            first = f"Nothing has been changed yet. {self.imported:,} would be imported, {skipped:,} skipped."
        else:
            first = f"Done: {self.imported:,} imported, {skipped:,} skipped."
        lines = [
            f"{first} {self.read:,} were read.",
            *self._skipped_in_words(),
            self._kept_in_words(),
        ]
        if self.merged_threads:
            lines.append(f"  {_threads(self.merged_threads)} merged into another of the same page")
        if self.orphans:
            lines.append(f"  {self._orphans_in_words()}")
        return lines

    def _kept_in_words(self) -> str:
        kept = [f"{count:,} {IN_WORDS.get(state, state)}" for state, count in self.states.items()]
        return f"  {', '.join(kept) or 'nothing new'}; the file has comments on {_pages(self.threads)} here"

    def _skipped_in_words(self) -> list[str]:
        return [f"  {count:,} skipped: {reason}" for reason, count in self.skipped.items()]

    def _orphans_in_words(self) -> str:
        named = ", ".join(self.orphan_ids)
        more = self.orphans - len(self.orphan_ids)
        whose = "reply answers a comment" if self.orphans == 1 else "replies answer comments"
        stands = "it stands" if self.orphans == 1 else "they stand"
        rest = f" and {more:,} more" if more else ""
        return f"{self.orphans:,} {whose} that cannot be found, {stands} at the top: {named}{rest}"


def report_of(plan: Plan, *, read: int, format_name: str, imported: int | None) -> ImportReport:
    """Return the report of a plan that was carried out, `imported` comments of it, or only made (None)."""
    skipped = _with_few_hosts(plan.skipped)
    if imported is not None and imported < plan.to_write:
        skipped[ALREADY] += plan.to_write - imported
    return ImportReport(
        format=format_name,
        dry_run=imported is None,
        read=read,
        imported=plan.to_write if imported is None else imported,
        skipped=dict(sorted(skipped.items(), key=lambda one: (-one[1], one[0]))),
        states=dict(sorted(plan.states.items())),
        threads=plan.threads,
        merged_threads=plan.merged_threads,
        orphans=plan.orphans,
        orphan_ids=plan.orphan_ids,
    )


def whole_report(report: ImportReport, trial: Mapping[str, Any]) -> ImportReport:
    """Return the report of an import with what attempts before it brought in, which it found here already.

    They are what is here now and was not when it was tried.
    """
    before = report.skipped.get(ALREADY, 0) - trial["skipped"].get(ALREADY, 0)
    if before <= 0:
        return report
    skipped = {**report.skipped, ALREADY: report.skipped[ALREADY] - before}
    return replace(
        report,
        imported=report.imported + before,
        skipped={reason: count for reason, count in skipped.items() if count},
        states=trial["states"],
    )


def _with_few_hosts(skipped: Counter[str]) -> Counter[str]:
    """Name the hosts with most comments, and count the rest together: a file may have any number of them."""
    hosts = [reason for reason, _ in skipped.most_common() if reason.startswith(f"{OTHER_HOST}: ")]
    rest = hosts[HOSTS_NAMED:]
    kept = Counter({reason: count for reason, count in skipped.items() if reason not in set(rest)})
    if rest:
        kept[f"{OTHER_HOST}: one of {len(rest):,} more"] = sum(skipped[reason] for reason in rest)
    return kept


def _pages(count: int) -> str:
    return "1 page" if count == 1 else f"{count:,} pages"


def _threads(count: int) -> str:
    return "1 thread" if count == 1 else f"{count:,} threads"
