"""How the commands that try rules speak: what would have been otherwise, and how right the rules are."""

from collections.abc import Iterator

from comments.classifier.precision import Tally
from comments.cli.output import counted
from comments.moderation.sweeps.recheck import RecheckCounts
from comments.moderation.sweeps.recheck_actions import RecheckVerdict
from comments.moderation.trials.outcomes import ChangedVerdict, Trial, by_weight, shortened
from comments.moderation.trials.run import TrialRequest

DECIDED = {True: "moderators took it down", False: "moderators kept it"}


def trial_lines(wanted: TrialRequest, trial: Trial) -> Iterator[str]:
    """Yield what came of a trial, for people."""
    for one in trial.otherwise:
        yield from _otherwise(one)
    if trial.changed > len(trial.otherwise):
        yield f"… and {trial.changed - len(trial.otherwise):,} more"
    yield (
        f"Tried on {counted(trial.tried, 'comment')} that moderators decided about:"
        f" {trial.changed:,} would have been decided otherwise."
    )
    if not trial.tried:
        return
    rules = by_weight(trial)
    width = max(len("all rules"), *(len(name) for name, _ in rules)) if rules else len("all rules")
    for name, compared in [("all rules", trial.all), *rules]:
        yield f"{name.ljust(width)}  {tally_words(compared.before)}  →  {tally_words(compared.after)}"
    yield "Not published by themselves: unwanted ones of all unwanted, others of all others."
    if trial.unguessed:
        yield (
            f"The classifier had no guess about {trial.unguessed:,} of them that it had not learned from"
            " them; there it was left out."
        )
    if wanted.not_tried:
        yield f"Not tried, as past comments say nothing about it: {', '.join(wanted.not_tried)}."


def tally_words(tally: Tally) -> str:
    """Return how many were taken for unwanted, and how right that is."""
    return (
        f"{tally.caught} of {tally.caught + tally.missed}, {tally.wronged} of {tally.wronged + tally.left}"
        f" (precision {part(tally.precision)}, recall {part(tally.recall)})"
    )


def part(share: float | None) -> str:
    """Return a share as people read it."""
    return "unknown" if share is None else f"{share:.1%}"


def anew_line(one: RecheckVerdict) -> str:
    """Say what the rules make of a comment today."""
    stays = "" if one.deed else " (stays)"
    name, text = one.read.row.author_name, shortened(one.read.draft.text)
    return (
        f"{one.read.row.id}  {one.read.row.state} → {one.state}{stays}\n    {name}: {text}\n    {one.because}"
    )


def recheck_words(recheck_counts: RecheckCounts, site_name: str, *, applies: bool) -> str:
    """Say what became of a queue."""
    counts = recheck_counts.done if applies else recheck_counts.wanted
    spam, public = counts["rules_spam"], counts["rules_approve"]
    done = "went to Spam" if applies else "would go to Spam"
    appeared = "appeared" if applies else "would appear"
    left = (
        f" {counted(recheck_counts.left, 'comment')} the rules see otherwise, and leave to people."
        if recheck_counts.left
        else ""
    )
    passed = recheck_counts.wanted.total() - recheck_counts.left - spam - public if applies else 0
    meanwhile = f" {counted(passed, 'comment')} somebody else was first with." if passed else ""
    return (
        f"Checked {counted(recheck_counts.checked, 'comment')} of {site_name}:"
        f" {spam:,} {done}, {public:,} {appeared}.{left}{meanwhile}"
    )


def _otherwise(one: ChangedVerdict) -> Iterator[str]:
    yield f"{one.id}  {one.was} → {one.would_be}, {DECIDED[one.is_unwanted]}"
    yield f"    {one.author}: {one.beginning}"
    if one.reason is not None:
        yield f"    {one.reason.rule}: {one.reason.words}"
