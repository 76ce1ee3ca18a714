"""Judging anew what waits, by the settings and by what is known today, and doing what comes of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, update
from sqlalchemy.orm import Session

from comments.classifier.features import features_of
from comments.classifier.score import CommentScore, Model
from comments.identity.actors import KnownAuthor
from comments.keys import Keyring
from comments.moderation.audit.history import histories
from comments.moderation.decisions.decide import decide
from comments.moderation.decisions.judged_draft import draft_of, facts_of
from comments.moderation.decisions.requests import (
    LONGEST_REASON,
    AutomaticActor,
    CommentChoice,
    DecisionOrder,
    Deed,
)
from comments.moderation.errors import AllHandled
from comments.policy.facts import KnownFacts, gather, policy_of
from comments.policy.fingerprints import Fingerprint, fingerprint_of
from comments.rules import Draft, Facts, Judgement, Outcome, ThreadFacts, encoded, judge
from comments.sites.models import Site
from comments.sites.queries import has_checks, settings_of
from comments.threads.models import Comment

THE_RULES = "The rules"
"""Who decides, for the log."""

STATE_OF = {
    Outcome.APPROVE: "approved",
    Outcome.HOLD: "pending",
    Outcome.SPAM: "spam",
    Outcome.SILENT: "spam",
    Outcome.REFUSE: "spam",
}
"""Silent too: moderators have seen it wait, and are to find it again."""


@dataclass(frozen=True, slots=True)
class RecheckedComment:
    """A stored comment, read again: its draft, by what it is known again, and what of it is like spam."""

    row: Row[Any]
    draft: Draft
    fingerprint: Fingerprint | None
    facts: Facts
    score: CommentScore | None


@dataclass(frozen=True, slots=True)
class RecheckVerdict:
    """What the rules say of a comment today. `deed` is what they may do about it, None is nothing.

    What was imported is never published, and nothing where outside checks are asked: their answer may be on
    its way. `is_peoples` says that somebody has decided about it before, or that readers report it: it is
    theirs.
    """

    read: RecheckedComment
    judgement: Judgement
    is_peoples: bool
    is_asked_outside: bool

    @property
    def deed(self) -> Deed | None:
        row = self.read.row
        if row.state != "pending" or self.is_peoples:
            return None
        if self.state == "spam":
            return "rules_spam"
        may_appear = row.author_kind == "guest" and not self.is_asked_outside
        return "rules_approve" if self.state == "approved" and may_appear else None

    @property
    def state(self) -> str:
        """The state that the rules would give it."""
        return STATE_OF[self.judgement.outcome]

    @property
    def because(self) -> str:
        """What speaks against it most, in words."""
        return self.judgement.reasons[-1].words if self.judgement.reasons else "Nothing speaks against it"


def reread(rows: Sequence[Row[Any]], model: Model | None) -> list[RecheckedComment]:
    """Read comments again. Takes a while for many: run it in a thread."""
    found = []
    for row in rows:
        draft = draft_of(row)
        score = None if model is None else CommentScore(model, features_of(draft))
        found.append(RecheckedComment(row, draft, fingerprint_of(draft.text), facts_of(row), score))
    return found


def judged_anew(
    session: Session, site: Site, some: Sequence[RecheckedComment], *, at: datetime
) -> list[RecheckVerdict]:
    """Judge comments by today's settings, bans, texts and authors, and by how they were sent then.

    A page that has closed since is not held against what was written before.
    """
    settings, asks = settings_of(site), has_checks(session, site.id)
    decided = histories(session, [one.row.id for one in some])
    found = []
    for one in some:
        history = decided.get(one.row.id, ())
        # Who has decided has also learned from it.
        is_peoples = one.row.report_count > 0 or bool(history)
        facts = gather(session, _known(site, one, at, looks=not is_peoples), settings, at).facts
        found.append(RecheckVerdict(one, judge(one.draft, facts, policy_of(settings)), is_peoples, asks))
    return found


def carry_out(
    session: Session, keys: Keyring, site: Site, deed: Deed, some: Sequence[RecheckedComment], *, at: datetime
) -> int:
    """Do what the rules say now about comments of which they said it before; return about how many.

    What somebody has changed meanwhile stays as it is.
    """
    # One decision: it holds the log's head at its end, and nothing may be held after that.
    anew = {one.read.row.id: one for one in judged_anew(session, site, some, at=at) if one.deed == deed}
    if not anew:
        return 0
    wanted = [CommentChoice(comment_id, one.read.row.version) for comment_id, one in anew.items()]
    reasons = {one.because for one in anew.values()}
    order = DecisionOrder(
        AutomaticActor(site.id, THE_RULES), deed, wanted, "; ".join(sorted(reasons))[:LONGEST_REASON]
    )
    try:
        outcome = decide(session, order, keys, at=at)
    except AllHandled:
        return 0
    if deed == "rules_spam":
        _write_reasons(session, [anew[done.comment_id] for done in outcome.decided])
    return len(outcome.decided)


def _known(site: Site, one: RecheckedComment, at: datetime, *, looks: bool) -> KnownFacts:
    row, then = one.row, one.facts
    author = KnownAuthor(
        id=row.author_id,
        kind=row.author_kind,
        name=row.author_name,
        email=row.email,
        website=row.author_website,
        approved_name=row.approved_name,
        approved_count=row.approved_count,
        trusted=row.trusted,
        account_id=None,
    )
    return KnownFacts(
        site_id=site.id,
        author=author,
        name=row.author_name,
        address_keys=[key for key in (row.address_key, row.network_key) if key is not None],
        bursts=then.bursts,
        fingerprint=one.fingerprint.said_by(row.author_id) if one.fingerprint is not None else None,
        comment_id=row.id,
        thread=ThreadFacts(
            is_new=then.thread.is_new, age=row.created_at - row.thread_since, holds_all=row.hold_all
        ),
        submission=then.submission,
        score=one.score if looks else None,
    )


def _write_reasons(session: Session, done: Sequence[RecheckVerdict]) -> None:
    table = Comment.__table__
    session.connection().execute(
        update(Comment).where(table.c.id == bindparam("of_comment")).values(reasons=bindparam("new_reasons")),
        [{"of_comment": one.read.row.id, "new_reasons": encoded(one.judgement.reasons)} for one in done],
    )
