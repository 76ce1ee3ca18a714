"""The fourth step of a post: from what is known to a verdict. Pure."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from comments.identity.accounts.sections import in_sections
from comments.policy.facts import KnownFacts, facts_of
from comments.rules import Draft, FormTokenCheck, Submission, ThreadFacts
from comments.text.plain import skeleton
from comments.threads.addresses.urls import page_path
from comments.threads.errors import (
    ConsentMissing,
    NameMissing,
    NameReserved,
    OutsideSection,
    PageMissing,
    ParentElsewhere,
    ParentNotPublic,
    TooManyPosts,
    TooManyThreads,
)
from comments.threads.models import KEPT_OPEN, OPEN
from comments.threads.posting.load_context import PostContext
from comments.threads.posting.prepare import Prepared
from comments.threads.posting.rates import Rates
from comments.threads.posting.verdict import TextVerdict, verdict_on


@dataclass(frozen=True, slots=True)
class PostVerdict:
    """What becomes of a post, and the name it is shown under."""

    name: str
    text: TextVerdict


def evaluate(prepared: Prepared, rates: Rates, context: PostContext, at: datetime) -> PostVerdict:
    """Return what becomes of a post.

    Raises what its refusal is: TooManyPosts, ConsentMissing, NameMissing, NameReserved, PageMissing,
    TooManyThreads, OutsideSection, PostRefused, ThreadClosed, ParentNotPublic, ParentElsewhere.
    """
    if not context.is_team:
        _refuse_guest(prepared, rates)
    name = _name(prepared, context)
    _refuse_opening(prepared, rates, context)
    _refuse_outside(context)
    facts = facts_of(_known(prepared, rates, context, name, at), context.findings, at)
    draft = Draft(prepared.rendered.text, prepared.rendered.links, name, prepared.website)
    text = verdict_on(prepared.draft.site, draft, facts, context.fingerprint)
    _refuse_answer(prepared, context)
    return PostVerdict(name, text)


def refuse_reserved(name: str, reserved: Collection[str]) -> None:
    """Raise NameReserved for a name that can be taken for one of these, which are skeletons."""
    if skeleton(name) in reserved:
        detail = "This name belongs to the author here. Please choose another."
        raise NameReserved(detail, errors={"author.name": detail})


def _known(prepared: Prepared, rates: Rates, context: PostContext, name: str, at: datetime) -> KnownFacts:
    thread, site = context.thread, prepared.draft.site
    return KnownFacts(
        site_id=site.id,
        author=context.author,
        name=name,
        email=prepared.email,
        address_keys=prepared.draft.sender.credentials.address_keys,
        bursts=rates.bursts,
        fingerprint=context.fingerprint,
        score=prepared.score,
        thread=ThreadFacts(
            is_closed=site.settings.closed or thread.state not in OPEN,
            is_kept_open=thread.state == KEPT_OPEN,
            is_new=thread.is_new,
            age=at - thread.created_at,
            holds_all=thread.hold_all,
            slow_wait=context.slow_wait,
        ),
        submission=_sending(prepared, context),
    )


def _sending(prepared: Prepared, context: PostContext) -> Submission:
    """Return how a comment was sent; a proof of work is good once."""
    submission = prepared.proof_result.submission
    return replace(submission, proof=FormTokenCheck.SPENT) if context.proof_is_spent else submission


def _name(prepared: Prepared, context: PostContext) -> str:
    if context.is_team:
        return context.author.name or "Moderator"
    name = prepared.name or context.author.name
    if name is None:
        raise NameMissing("Please give a name.", errors={"author.name": "Please give a name."})
    refuse_reserved(name, prepared.draft.site.reserved)
    return name


def _refuse_guest(prepared: Prepared, rates: Rates) -> None:
    """Refuse what only the team may."""
    if rates.post_wait:
        detail = f"A moment, please. You can post again in {rates.post_wait} seconds."
        raise TooManyPosts(detail, retry_after=rates.post_wait)
    if prepared.draft.site.settings.asks_consent and not prepared.draft.consents:
        detail = "Please agree to the terms of this site."
        raise ConsentMissing(detail, errors={"consent": detail})


def _refuse_opening(prepared: Prepared, rates: Rates, context: PostContext) -> None:
    if not context.thread.is_new:
        return
    if prepared.draft.page.url is None:
        raise PageMissing("The first comment of a page needs its `url`.", errors={"page.url": "is needed"})
    if rates.open_wait and not context.is_team:
        detail = f"Too many new discussions from here. Try again in {rates.open_wait} seconds."
        raise TooManyThreads(detail, retry_after=rates.open_wait)


def _refuse_outside(context: PostContext) -> None:
    """Let somebody who moderates a section speak for the team there alone."""
    # Asked first, for almost nobody has sections, and to read the address takes longer.
    sections = context.author.sections
    if sections is not None and not in_sections(sections, page_path(context.thread.url)):
        raise OutsideSection("This page is outside your sections. Write here without your token.")


def _refuse_answer(prepared: Prepared, context: PostContext) -> None:
    parent_id, parent = prepared.draft.parent_id, context.parent
    if parent_id is None:
        return
    if parent is None or parent.state != "approved":
        raise ParentNotPublic("The comment you answer is not here any more.", parent_id=str(parent_id))
    if parent.thread_id != context.thread.id:
        raise ParentElsewhere("The comment you answer is on another page.", parent_id=str(parent_id))
