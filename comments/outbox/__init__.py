"""The outbox: what is to be done after a commit, stored with it, and done until it succeeds."""

from comments.outbox.actions import Enqueued, enqueue, take_out
from comments.outbox.jobs import Handler, Later, Task, Undeliverable
from comments.outbox.worker import Delivery

__all__ = [
    "Delivery",
    "Enqueued",
    "Handler",
    "Later",
    "Task",
    "Undeliverable",
    "enqueue",
    "take_out",
]
