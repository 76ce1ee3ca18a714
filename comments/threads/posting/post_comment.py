"""Posting a comment: the one way by which the API, the pages without JavaScript and moderators' answers go.

parse         what was sent             -> CommentDraft   who, where, text
prepare       CommentDraft              -> Prepared       cleaned, rendered, fingerprint; pure
load_context  Prepared                  -> PostContext    every SELECT, on rows that are held
evaluate      Prepared, PostContext     -> PostVerdict    the rules; pure
store         all of it                 -> Posted         rows, counters, outbox
"""

from datetime import datetime

from sqlalchemy.orm import Session

from comments.classifier.score import Model
from comments.keys import Keyring
from comments.limits import Limits, Rate
from comments.storage import Database
from comments.threads.posting.evaluate import evaluate
from comments.threads.posting.load_context import Repeat, load_context
from comments.threads.posting.parse import CommentDraft
from comments.threads.posting.prepare import Prepared, in_time, prepare
from comments.threads.posting.rates import Rates, count_post
from comments.threads.posting.store import Posted, store, stored_before


async def post(
    db: Database, limits: Limits, keys: Keyring, draft: CommentDraft, model: Model | None
) -> Posted:
    """Post what `parse` has made of a request, and return once it is committed.

    `model` is what the site has learned. Raises as `prepare`, `load_context` and `evaluate` do.
    """
    prepared = await in_time(draft.source, lambda: prepare(draft, keys, model))
    rates = count_post(limits, draft)
    posted = await db.write(post_comment, prepared, rates, at=draft.sender.at)
    if posted.opened:
        limits.hit(Rate.OPEN_THREAD, draft.sender.network)
    return posted


def post_comment(session: Session, prepared: Prepared, rates: Rates, *, at: datetime) -> Posted:
    """Store a comment, or return the one that the same post has stored before: an action, one transaction."""
    context = load_context(session, prepared, at)
    if isinstance(context, Repeat):
        return stored_before(session, prepared, context, at)
    verdict = evaluate(prepared, rates, context, at)
    return store(session, prepared, context, verdict, at)
