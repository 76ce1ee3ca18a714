"""Which mail is whose task."""

from collections.abc import Mapping
from datetime import timedelta

from comments.identity.sign_in.email_link_actions import SIGN_IN_MAIL
from comments.moderation.authors.message import MESSAGE_MAIL
from comments.notifications.author_mail import AuthorMessages
from comments.notifications.digests.actions import DIGEST_MAIL
from comments.notifications.digests.mail import Digests
from comments.notifications.replies import ReplyMails
from comments.notifications.senders.factory import mailer
from comments.notifications.sign_in import SignInMails
from comments.outbox import Handler
from comments.threads.outbox_jobs import SOMETHING_WAITS, WANTS_MAIL, WAS_ANSWERED
from comments.web.service import Service

OF_A_SITE = {
    SOMETHING_WAITS: "Who gets a digest",
    DIGEST_MAIL: "Digest for a moderator",
    WAS_ANSWERED: "Notice of a reply",
    WANTS_MAIL: "Question whether somebody wants notices",
    MESSAGE_MAIL: "Message to an author",
}
"""What is mailed for a site, in words; sign-in links are nobody's site's."""

LANE = "mail"
LIMIT = timedelta(seconds=30)


def handlers(svc: Service) -> Mapping[str, Handler]:
    """Return who sends which mail; without a mail server nobody, and what is to be sent waits for one."""
    sending = mailer(svc.settings, svc.clock, svc.templates)
    if sending is None:
        return {}
    digests = Digests(svc, sending)
    replies = ReplyMails(svc, sending)
    return {
        SIGN_IN_MAIL: Handler(SignInMails(svc, sending).do, LANE, LIMIT),
        SOMETHING_WAITS: Handler(digests.plan, LANE, LIMIT),
        DIGEST_MAIL: Handler(digests.mail, LANE, LIMIT),
        MESSAGE_MAIL: Handler(AuthorMessages(svc, sending).do, LANE, LIMIT),
        WAS_ANSWERED: Handler(replies.tell, LANE, LIMIT),
        WANTS_MAIL: Handler(replies.ask, LANE, LIMIT),
    }
