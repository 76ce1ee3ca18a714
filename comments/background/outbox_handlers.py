"""Who does which task of the outbox: every capability's handlers, put together in one place."""

from collections.abc import Callable, Mapping

from comments.moderation import handlers as moderation
from comments.notifications import handlers as notifications
from comments.outbox import Delivery, Handler
from comments.outside.webhooks import handlers as outside
from comments.privacy import erase as privacy
from comments.web.service import Service


def handlers(svc: Service) -> Mapping[str, Handler]:
    """Return the handler of every kind of task."""
    return {
        **notifications.handlers(svc),
        **moderation.handlers(svc),
        **outside.handlers(svc),
        **privacy.handlers(svc),
    }


def delivery(svc: Service, observe: Callable[[str, str], None] = lambda kind, outcome: None) -> Delivery:
    """Return what does the tasks, in the one process of a service or worker that does them."""
    return Delivery(svc.db, svc.clock, handlers(svc), observe=observe)
