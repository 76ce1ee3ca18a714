"""Mails a sign-in link to who asked for one. The link leads to a page with a button: scanners use none up."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import quote, urlsplit
from uuid import UUID

from sqlalchemy.orm import Session

from comments.identity.accounts.queries import sites_of
from comments.identity.models import Account
from comments.identity.sign_in.email_link_actions import MAILED_LINK_LIFETIME, make_sign_in_link
from comments.notifications.catalogue import Catalogue
from comments.notifications.mail_content import Letter, MailLink, Paragraph
from comments.notifications.messages import Mail
from comments.notifications.senders.factory import Mailer
from comments.outbox import Task, Undeliverable
from comments.sites.queries import settings_of
from comments.web.service import Service

STILL_WANTED = timedelta(hours=1)
"""Whoever asked longer ago has asked again, or gone."""


class SignInMails:
    """Does the tasks that `identity.asking_actions` puts in."""

    def __init__(self, svc: Service, mailer: Mailer) -> None:
        self._svc = svc
        self._mailer = mailer

    async def do(self, task: Task) -> None:
        if task.payload["account_id"] is None:
            return
        asked, now = datetime.fromisoformat(task.payload["at"]), self._svc.clock.now()
        if now - asked > STILL_WANTED:
            raise Undeliverable("The mail server was away for an hour; nobody waits for this link any more.")
        account_id = UUID(task.payload["account_id"])
        found = await self._svc.db.read(whom, account_id)
        if found is None:
            return
        email, lang = found
        # Made as late as can be, and for each attempt anew: its secret is stored nowhere.
        secret = await self._svc.db.write(
            make_sign_in_link, self._svc.keys, account_id, at=now, lifetime=MAILED_LINK_LIFETIME
        )
        base_url, onwards = self._svc.settings.base_url, task.payload["next"]
        address = f"{base_url}/sign-in/{secret}{'?next=' + quote(onwards, safe='') if onwards else ''}"
        letter = sign_in_letter(Catalogue(lang), urlsplit(base_url).hostname or "", address, asked)
        await self._mailer.send(Mail(email, "", letter, id=f"sign-in-{task.id}"))


def whom(session: Session, account_id: UUID) -> tuple[str, str] | None:
    """Return an account's address, and the language of the sites it moderates, if they have one."""
    account = session.get(Account, account_id)
    if account is None:
        return None
    languages: Sequence[str] = [settings_of(site).language for site, _ in sites_of(session, account_id)]
    return account.email, languages[0] if len(set(languages)) == 1 else "en"


def sign_in_letter(words: Catalogue, host: str, address: str, asked: datetime) -> Letter:
    return Letter(
        subject=words("sign_in_subject", host=host),
        lang=words.lang,
        direction=words.direction,
        heading=words("sign_in", host=host),
        parts=[Paragraph(words("sign_in_once"))],
        button=MailLink(words("sign_in_button"), address),
        after=[Paragraph(words("sign_in_asked", time=words.time(asked)))],
        foot=[[words("sign_in_why")]],
    )
