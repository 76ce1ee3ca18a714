"""Where moderators find a comment: its queue, which follows from its state. Pure."""


def queue_of(state: str, *, silent: bool) -> str:
    """Return the queue of a comment of which no edit waits."""
    return "silent" if silent and state == "spam" else state
