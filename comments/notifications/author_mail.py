"""Mails an author what a moderator wrote to them; the moderator never sees the address."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from comments.identity.models import Author
from comments.moderation.models import Decision
from comments.notifications.catalogue import Catalogue
from comments.notifications.digests.queries import language_of, page_name, title_of
from comments.notifications.link_tokens import LinkToken, signed
from comments.notifications.mail_content import Letter, MailLink, Paragraph, Quote, isolated
from comments.notifications.messages import Mail
from comments.notifications.quotes import excerpt, shown
from comments.notifications.reply_queries import wants_no_mail
from comments.notifications.senders.factory import Mailer
from comments.outbox import Task, Undeliverable
from comments.sites.models import Site
from comments.sites.queries import settings_of
from comments.threads.actions.reply_mail import key_of_address
from comments.threads.models import Comment, Thread
from comments.web.service import Service

LONGEST_COMMENT = 400


@dataclass(frozen=True, slots=True)
class AuthorMessage:
    """What a moderator wrote about a comment, and where that goes."""

    email: str
    text: str
    html: str
    page: str
    site_id: UUID
    site_title: str
    comment_id: UUID
    thread_id: UUID
    lang: str
    note: str = ""
    """What the site's owners say at the end of its mails."""


class AuthorMessages:
    """Does the tasks that a decision to write to an author puts in."""

    def __init__(self, svc: Service, mailer: Mailer) -> None:
        self._svc = svc
        self._mailer = mailer

    async def do(self, task: Task) -> None:
        decision_id = UUID(task.payload["decision"])
        found = await self._svc.db.read(message, decision_id)
        if found is None:
            return
        key = key_of_address(self._svc.keys, found.email)
        if await self._svc.db.read(wants_no_mail, found.site_id, key):
            raise Undeliverable("Whoever reads this address wants no mail from this site.")
        ticket = signed(self._svc.keys, LinkToken("message", (found.comment_id, UUID(bytes=key))))
        stop = f"{self._svc.settings.base_url}/mail/{ticket}"
        await self._mailer.send(
            Mail(
                found.email,
                found.site_title,
                message_letter(found, stop),
                id=f"message-{decision_id}",
                answers=f"thread-{found.thread_id}",
                stop_address=stop,
            )
        )


def message(session: Session, decision_id: UUID) -> AuthorMessage | None:
    """Return a message; None if the author, their address or the text was erased meanwhile."""
    row = session.execute(
        select(Author.email, Decision.reason, Comment.id, Comment.html, Thread, Site)
        .select_from(Decision)
        .join(Comment, Comment.id == Decision.comment_id)
        .join(Author, Author.id == Comment.author_id)
        .join(Thread, Thread.id == Comment.thread_id)
        .join(Site, Site.id == Decision.site_id)
        .where(Decision.id == decision_id)
    ).one_or_none()
    if row is None or not row.email or not row.reason:
        return None
    return AuthorMessage(
        email=row.email,
        text=row.reason,
        html=row.html,
        page=page_name(row.Thread.title if row.Thread.title_confirmed else None, row.Thread.url),
        site_id=row.Site.id,
        site_title=title_of(row.Site),
        comment_id=row.id,
        thread_id=row.Thread.id,
        lang=language_of(row.Site),
        note=settings_of(row.Site).mail_note,
    )


def message_letter(found: AuthorMessage, stop: str) -> Letter:
    words = Catalogue(found.lang)
    page = shown(found.page, words)
    return Letter(
        subject=words("message_subject", page=page),
        lang=words.lang,
        direction=words.direction,
        heading=words("message"),
        parts=[
            Paragraph(words("you_wrote", page=page)),
            Quote(excerpt(found.html, words, LONGEST_COMMENT)),
            Paragraph(words("message_says", site=found.site_title)),
            Quote(found.text, loud=True),
        ],
        foot=[
            [words("message_why"), " ", MailLink(words("stop_link"), stop)],
            *([[isolated(found.note, words.direction)]] if found.note else []),
            [words("no_answers")],
        ],
    )


@dataclass(frozen=True, slots=True)
class WrittenTo:
    """What a link in a message leads to: the site, and the address that the author has by now."""

    email: str | None
    site_id: UUID
    site_title: str
    lang: str


def written_to(session: Session, comment_id: UUID) -> WrittenTo | None:
    """Return whose comment a message was about; None if it is gone."""
    row = session.execute(
        select(Author.email, Site)
        .select_from(Comment)
        .join(Author, Author.id == Comment.author_id)
        .join(Site, Site.id == Comment.site_id)
        .where(Comment.id == comment_id)
    ).one_or_none()
    return row and WrittenTo(row.email, row.Site.id, title_of(row.Site), language_of(row.Site))
