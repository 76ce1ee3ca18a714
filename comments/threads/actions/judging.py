"""From an order to a verdict: the facts the rules judge by, and what their outcome means here."""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row

from comments.identity.authors import KnownAuthor
from comments.rules import Draft, Facts, Judgement, Outcome, Policy, judge
from comments.sites.settings import SiteSettings
from comments.text import Rendered
from comments.text.plain import skeleton
from comments.threads.errors import NameMissing, NameReserved
from comments.threads.ranking import rank

if TYPE_CHECKING:
    from comments.threads.actions.own_comments import EditOrder
    from comments.threads.actions.posting import PostOrder

STATES: Mapping[Outcome, str] = {
    Outcome.APPROVE: "approved",
    Outcome.HOLD: "pending",
    Outcome.SPAM: "spam",
}

UNVOTED_RANK = rank(0, 0)


def allowed_name(order: "PostOrder", author: KnownAuthor) -> str:
    """Return the name a comment is shown under. Raises NameMissing, NameReserved."""
    if author.account_id is not None:
        return author.name or "Moderator"
    name = order.name or author.name
    if name is None:
        raise NameMissing("Please give a name.", errors={"author.name": "Please give a name."})
    refuse_reserved(name, order.site.reserved)
    return name


def refuse_reserved(name: str, reserved: Collection[str]) -> None:
    """Raise NameReserved for a name that can be taken for one of these, which are skeletons."""
    if skeleton(name) in reserved:
        detail = "This name belongs to the author here. Please choose another."
        raise NameReserved(detail, errors={"author.name": detail})


def judge_post(order: "PostOrder", author: KnownAuthor, name: str) -> Judgement:
    facts = _facts(author, name, is_flood=order.is_flood)
    return judge(_draft(order.rendered, name, order.website), facts, policy_of(order.site.settings))


def judge_edit(order: "EditOrder", author: KnownAuthor, row: Row[Any]) -> Judgement:
    """An edit keeps the comment's name, so only the new text is judged."""
    facts = _facts(author, row.author_name, is_flood=False)
    draft = _draft(order.rendered, row.author_name, row.author_website)
    return judge(draft, facts, policy_of(order.site.settings))


def policy_of(settings: SiteSettings) -> Policy:
    return Policy(
        first_comments_held=settings.first_comments_held,
        links_before_hold=settings.links_before_hold,
        hold_all=settings.hold_all,
        hold_words=settings.hold_words,
        spam_words=settings.spam_words,
        refuse_words=settings.refuse_words,
    )


def in_words(judgement: Judgement) -> str:
    return "This cannot be posted here: " + judgement.reasons[-1].words


def _facts(author: KnownAuthor, name: str, *, is_flood: bool) -> Facts:
    known_as = author.approved_name
    return Facts(
        author_approved=author.approved_count,
        author_trusted=author.trusted,
        is_moderator=author.account_id is not None,
        name_changed=known_as is not None and skeleton(known_as) != skeleton(name),
        is_flood=is_flood,
    )


def _draft(rendered: Rendered, name: str, website: str | None) -> Draft:
    return Draft(text=rendered.text, links=rendered.links, name=name, website=website)
