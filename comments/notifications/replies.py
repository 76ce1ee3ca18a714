"""Mails readers a reply, once, and before that the question whether they want such mails."""

from datetime import timedelta
from uuid import UUID

from comments.notifications.catalogue import Catalogue
from comments.notifications.link_tokens import LinkToken, Purpose, signed
from comments.notifications.mail_content import Letter, MailLink, Paragraph, Quote, isolated
from comments.notifications.messages import Mail
from comments.notifications.quotes import excerpt, shown
from comments.notifications.reply_queries import Reply, WatchedPage, reply, watched_page
from comments.notifications.senders.factory import Mailer
from comments.outbox import Task
from comments.sites.urls.origins import origin_allowed
from comments.web.service import Service

LONGEST_ANSWERED = 400
LONGEST_REPLY = 1_500
STILL_NEWS = timedelta(days=30)
"""An older comment that becomes public is no news; perhaps it was imported."""

STILL_WAITING = timedelta(days=7)
"""Whoever gave an address longer ago does not wait for the question any more."""


class ReplyMails:
    """Does the tasks that `threads.telling` puts in when a comment becomes public."""

    def __init__(self, svc: Service, mailer: Mailer) -> None:
        self._svc = svc
        self._mailer = mailer

    async def tell(self, task: Task) -> None:
        comment_id = UUID(task.payload["comment_id"])
        found = await self._svc.db.read(reply, comment_id)
        if found is None or self._svc.clock.now() - found.created_at > STILL_NEWS:
            return
        stop = self._address("watch", found.to.comment_id)
        link = self._page_address(found.to, comment_id)
        await self._mailer.send(
            Mail(
                to=found.to.email,
                sender=found.to.site_title,
                letter=reply_letter(found, link=link, stop=stop),
                id=f"reply-{comment_id}",
                answers=f"thread-{found.to.thread_id}",
                stop_address=stop,
            )
        )

    async def ask(self, task: Task) -> None:
        comment_id = UUID(task.payload["comment_id"])
        found = await self._svc.db.read(watched_page, comment_id)
        if found is None or found.state != "asked" or not found.is_public:
            return
        if self._svc.clock.now() - found.asked_at > STILL_WAITING:
            return
        address = self._address("confirm", comment_id)
        await self._mailer.send(
            Mail(
                to=found.email,
                sender=found.site_title,
                letter=confirm_letter(found, address),
                id=f"confirm-{comment_id}",
                stop_address=address,
            )
        )

    def _address(self, purpose: Purpose, comment_id: UUID) -> str:
        secret = signed(self._svc.keys, LinkToken(purpose, (comment_id,)))
        return f"{self._svc.settings.base_url}/mail/{secret}"

    def _page_address(self, to: WatchedPage, comment_id: UUID) -> str:
        """Return where the reply is read; never a page that the site does not call its own (any more)."""
        page = to.url.partition("#")[0]
        origin = "/".join(page.split("/")[:3])
        if not origin_allowed(origin, to.origins):
            page = self._svc.settings.base_url
        return f"{page}#comment-{comment_id}"


def reply_letter(found: Reply, *, link: str, stop: str) -> Letter:
    words = Catalogue(found.to.lang)
    name, page = shown(found.name, words), shown(found.to.page, words)
    answered = f"answered_as_{found.badge}" if found.badge else "answered"
    return Letter(
        subject=words("reply_subject", name=name, page=page),
        lang=words.lang,
        direction=words.direction,
        heading=words("reply", name=name),
        parts=[
            Paragraph(words("you_wrote", page=page)),
            Quote(excerpt(found.answered_html, words, LONGEST_ANSWERED)),
            Paragraph(words(answered, name=name)),
            Quote(excerpt(found.html, words, LONGEST_REPLY), loud=True),
        ],
        button=MailLink(words("read_and_answer"), link),
        foot=[
            [words("reply_why"), " ", MailLink(words("stop_link"), stop)],
            *([[isolated(found.to.note, words.direction)]] if found.to.note else []),
            [words("no_answers")],
        ],
    )


def confirm_letter(found: WatchedPage, address: str) -> Letter:
    words = Catalogue(found.lang)
    return Letter(
        subject=words("confirm_subject", site=found.site_title),
        lang=words.lang,
        direction=words.direction,
        heading=words("confirm"),
        parts=[Paragraph(words("confirm_asked", page=shown(found.page, words)))],
        button=MailLink(words("confirm_button"), address),
        after=[Paragraph(words("confirm_not"))],
        foot=[[words("confirm_why")], [words("no_answers")]],
    )
