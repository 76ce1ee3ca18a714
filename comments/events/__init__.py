"""The outbox: what is to be done after a commit, stored with it, and done until it succeeds."""

from comments.events.actions import Enqueued, enqueue, take_out
from comments.events.delivery import Delivery, first_task
from comments.events.handling import Handler, Later, Task, Undeliverable

__all__ = [
    "Delivery",
    "Enqueued",
    "Handler",
    "Later",
    "Task",
    "Undeliverable",
    "enqueue",
    "first_task",
    "take_out",
]
