"""What the rules judge by, gathered once for each comment, in two short questions."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from comments.classifier.score import CommentScore
from comments.identity.actors import KnownAuthor
from comments.policy.fingerprints import NEARLY_THE_SAME, Fingerprint, likeness
from comments.policy.queries import FingerprintMatch, PolicyFindings, sharing_a_mark, standing_bans
from comments.policy.subjects import subjects_of
from comments.rules import Facts, Policy, Submission, ThreadFacts
from comments.sites.settings import SiteSettings
from comments.text.plain import skeleton


@dataclass(frozen=True, slots=True)
class KnownFacts:
    """What is known of a comment before anything is asked.

    `address_keys` are all that its address and network may be kept as, `email` what its author has given,
    `fingerprint` the print of its text; `comment_id` names a comment that is there already; `score` is
    None where nothing was learned yet.
    """

    site_id: UUID
    author: KnownAuthor
    name: str
    email: str | None = None
    address_keys: Sequence[bytes] = ()
    bursts: tuple[str, ...] = ()
    fingerprint: Fingerprint | None = None
    comment_id: UUID | None = None
    thread: ThreadFacts = field(default_factory=ThreadFacts)
    submission: Submission = field(default_factory=Submission)
    score: CommentScore | None = None


@dataclass(frozen=True, slots=True)
class GatheredFacts:
    """The facts, and the group of nearly equal texts that this one belongs to, None for a short one."""

    facts: Facts
    similar_group: int | None


def gather(session: Session, known: KnownFacts, settings: SiteSettings, at: datetime) -> GatheredFacts:
    """Ask what the rules judge by, and return it. About who moderates the site nothing is asked."""
    author = known.author
    if author.account_id is not None:
        return facts_of(known, PolicyFindings((), ()), at)
    subjects = subjects_of(author.id, known.address_keys, known.email or author.email)
    findings = PolicyFindings(
        standing_bans(session, known.site_id, subjects, at),
        alike_texts(session, known, settings.similar_days, at),
    )
    return facts_of(known, findings, at)


def facts_of(known: KnownFacts, findings: PolicyFindings, at: datetime) -> GatheredFacts:
    """Return what the rules judge by, from what was asked for this author and this print. Pure."""
    author = known.author
    if author.account_id is not None:
        return GatheredFacts(Facts(0, author_trusted=True, is_moderator=True, name_changed=False), None)
    similar, group = _similar(known, findings.near_duplicates)
    known_as = author.approved_name
    facts = Facts(
        author_approved=author.approved_count,
        author_trusted=author.trusted,
        is_moderator=False,
        name_changed=known_as is not None and skeleton(known_as) != skeleton(known.name),
        bursts=known.bursts,
        bans=findings.bans,
        similar=similar,
        thread=known.thread,
        submission=known.submission,
    )
    if known.score is not None:
        facts = replace(facts, learned=known.score.guess(facts, at))
    return GatheredFacts(facts, group)


def asks_for_proof(settings: SiteSettings, author: KnownAuthor | None) -> bool:
    """Say whether an author's comments are to bring a proof of work: strangers' are; None is nobody yet."""
    is_known = author is not None and (author.trusted or author.approved_count > 0)
    return settings.proof_of_work and not is_known


def policy_of(settings: SiteSettings) -> Policy:
    """Return what a site has laid down for the rules."""
    return Policy(
        first_comments_held=settings.first_comments_held,
        links_before_hold=settings.links_before_hold,
        hold_all=settings.hold_all,
        hold_words=settings.hold_words,
        spam_words=settings.spam_words,
        refuse_words=settings.refuse_words,
        silent_words=settings.silent_words,
        close_after_days=settings.close_after_days,
        hold_after_days=settings.hold_after_days,
        hold_new_threads=settings.hold_new_threads,
        proof_of_work=settings.proof_of_work,
        learned=settings.learned,
    )


def alike_texts(session: Session, known: KnownFacts, days: int, at: datetime) -> Sequence[FingerprintMatch]:
    """Return what may be nearly the same as a comment's text among those of the last days; 0 is none."""
    if known.fingerprint is None or not days:
        return ()
    return sharing_a_mark(session, known.site_id, known.fingerprint.marks, at - timedelta(days=days))


def _similar(known: KnownFacts, near_duplicates: Sequence[FingerprintMatch]) -> tuple[int, int | None]:
    """Return how many comments of the last days have nearly the same text, and their group."""
    fingerprint = known.fingerprint
    if fingerprint is None:
        return 0, None
    found: dict[UUID, int] = {}
    for row in near_duplicates:
        if row.comment_id == known.comment_id or row.comment_id in found:
            continue
        if row.sketch == fingerprint.sketch or likeness(row.sketch, fingerprint.sketch) >= NEARLY_THE_SAME:
            found[row.comment_id] = row.similar_group
    return max(0, len(found) - fingerprint.passing), next(reversed(found.values()), fingerprint.group)
