"""The ways by which the processes of one service can reach each other."""

from collections.abc import Callable
from typing import Protocol


class BroadcastChannel(Protocol):
    """One way to reach all other processes; what is sent comes back to who has sent it, too."""

    name: str
    """As people know it; it stands in the log."""

    async def send(self, message: str) -> None:
        """Send up to `storage.LONGEST_MESSAGE` bytes to all who listen; raises Unavailable."""

    async def listen(self, connected: Callable[[], None], received: Callable[[str], None]) -> None:
        """Call `connected` once nothing is missed any more, then `received` with each message.

        It ends by raising Unavailable when the line is lost, or cannot be had.
        """

    async def close(self) -> None:
        """Let go of what was opened."""
