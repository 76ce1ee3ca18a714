"""Mails moderators what waits: one an hour each at most, never for spam, none for what is done already."""

from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from comments.moderation.audit.hash_chain import ChainLink as LogEnd
from comments.moderation.audit.verify import head
from comments.notifications.catalogue import Catalogue
from comments.notifications.digests.actions import note_digest, plan_digests
from comments.notifications.digests.queries import (
    MOST_COUNTED,
    SPAM_COUNTED_FOR,
    Digest,
    DigestReader,
    Waiting,
    digest_of,
    readers,
)
from comments.notifications.link_tokens import LinkToken, signed
from comments.notifications.mail_content import Letter, MailEntry, MailLink, Paragraph, isolated
from comments.notifications.messages import Mail
from comments.notifications.quotes import excerpt, shown
from comments.notifications.senders.factory import Mailer
from comments.outbox import Later, Task
from comments.outside.external_checks.actions import SAID
from comments.policy.check_effects import NO_ANSWER, UNANSWERED
from comments.rules import Reason
from comments.rules.author.banned import NAMES
from comments.web.service import Service

LONGEST_TEXT = 280


class Digests:
    """Does the tasks that `threads.telling` puts in, and those that follow from them, one a moderator."""

    def __init__(self, svc: Service, mailer: Mailer) -> None:
        self._svc = svc
        self._mailer = mailer

    async def plan(self, task: Task) -> None:
        await self._svc.db.write(plan_digests, cast(UUID, task.site_id), at=self._svc.clock.now())

    async def mail(self, task: Task) -> None:
        db, now, site_id = self._svc.db, self._svc.clock.now(), cast(UUID, task.site_id)
        account_id = UUID(task.payload["account_id"])
        found = await db.read(readers, site_id, account_id)
        if not found or _was_told(found[0], task):
            return
        (reader,) = found
        if reader.not_before is not None and now < reader.not_before:
            raise Later(reader.not_before)
        since = max(reader.digest_at or now - SPAM_COUNTED_FOR, now - SPAM_COUNTED_FOR)
        digest = await db.read(lambda session: digest_of(session, site_id, reader.sections, since=since))
        if digest is None:
            return
        stop = signed(self._svc.keys, LinkToken("digest", (site_id, account_id)))
        log_end = await db.read(head, site_id)
        letter = digest_letter(
            reader, digest, log_end, now, base_url=self._svc.settings.base_url, ticket=stop
        )
        await self._mailer.send(
            Mail(
                to=reader.email,
                sender=reader.site_title,
                letter=letter,
                id=f"digest-{task.id}",
                answers=f"queue-{site_id}",
                stop_address=f"{self._svc.settings.base_url}/mail/{stop}",
            )
        )
        await db.write(note_digest, site_id, account_id, at=now)


def _was_told(reader: DigestReader, task: Task) -> bool:
    return reader.digest_at is not None and reader.digest_at >= datetime.fromisoformat(task.payload["at"])


def digest_letter(
    reader: DigestReader, digest: Digest, log_end: LogEnd | None, now: datetime, *, base_url: str, ticket: str
) -> Letter:
    """Write a digest. It names the log's end: whoever cuts the log later cannot change a mail that is out."""
    words = Catalogue(reader.lang)
    sentences = [words("oldest", since=_age(words, now - digest.oldest))]
    if digest.spam:
        sentences.append(_counted(words, "spam", digest.spam))
    # Where not all were counted there are more than the others of those that were.
    more = min(digest.count, MOST_COUNTED) - sum(one.times for one in digest.newest)
    others = words("more_than", n=more) if digest.count > MOST_COUNTED else words.number(more)
    after = [Paragraph(words("more", count=others))] if more > 0 else []
    settings = f"{base_url}/mail/{ticket}"
    return Letter(
        subject=_counted(words, "waits_on", digest.count, site=reader.site_title),
        lang=words.lang,
        direction=words.direction,
        heading=_counted(words, "waits", digest.count),
        parts=[
            Paragraph(" ".join(sentences)),
            *(_entry(words, one, digest) for one in digest.newest),
            *after,
        ],
        button=MailLink(words("open_queue"), f"{base_url}/moderate/{reader.site_name}"),
        foot=[
            [words("digest_why"), " ", MailLink(words("digest_choose"), settings)],
            *([[isolated(reader.note, words.direction)]] if reader.note else []),
            *([[words("log_end", end=str(log_end))]] if log_end is not None else []),
        ],
    )


def _counted(words: Catalogue, key: str, total: int, **more: str) -> str:
    """Say how many there are, or that there are more than were counted."""
    n = min(total, MOST_COUNTED)
    return words(key, n=n, count=words.number(n) if n == total else words("more_than", n=n), **more)


def _entry(words: Catalogue, waiting: Waiting, digest: Digest) -> MailEntry:
    reasons = [_why(words, reason) for reason in waiting.reasons]
    # Of a group only those that were counted are known.
    or_more = "+" if digest.count > MOST_COUNTED else ""
    return MailEntry(
        name=shown(waiting.name, words),
        times=f"× {words.number(waiting.times)}{or_more}" if waiting.times > 1 else "",
        note=words("approved_before", n=waiting.approved_count) if waiting.approved_count else words("new"),
        text=" ".join(excerpt(waiting.html, words, LONGEST_TEXT).splitlines()),
        facts=[
            *([words("waits_for", reasons=" · ".join(reasons))] if reasons else []),
            words("on_page", page=shown(waiting.page, words)),
        ],
    )


def _why(words: Catalogue, reason: Reason) -> str:
    """Say why something waits; what has no sentence, such as what a program outside wrote, stays as it is.

    Where there is a list, or what an outside check said, it follows a colon (`rules.words`, `outside`).
    """
    before, _, found = reason.words.partition(": ")
    key = _KEYS.get((reason.rule, found if reason.rule == SAID else reason.words))
    key = key or f"reason_{reason.rule.replace('-', '_')}"
    if key not in words:
        return shown(reason.words, words)
    return words(key, n=reason.n or 0, found=shown(found, words), name=before)


_KEYS = {
    **{("banned", f"Banned {name}"): f"reason_banned_{kind}" for kind, name in NAMES.items()},
    (UNANSWERED.rule, UNANSWERED.words): "reason_outside_waits",
    (NO_ANSWER.rule, NO_ANSWER.words): "reason_outside_silent",
    (SAID, "hold"): "reason_outside_hold",
    (SAID, "spam"): "reason_outside_spam",
    (SAID, "blatant spam"): "reason_outside_blatant",
}
"""The sentence for a reason whose code is not enough to tell which one it is."""


def _age(words: Catalogue, age: timedelta) -> str:
    minutes = max(1, int(age.total_seconds()) // 60)
    for key, length in (("days", 24 * 60), ("hours", 60)):
        if minutes >= length:
            return words(key, n=minutes // length)
    return words("minutes", n=minutes)
