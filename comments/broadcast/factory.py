"""Which lines to other processes an installation has."""

from comments.broadcast.channels import BroadcastChannel
from comments.broadcast.valkey import Valkey
from comments.config import Settings
from comments.keys import Keyring
from comments.storage import Database


def valkey_of(settings: Settings, keys: Keyring) -> Valkey | None:
    """Return the Valkey of COMMENTS_REDIS_URL, not connected yet; None where none is set.

    What an installation has there begins with a name made from its key: others may use the same server.
    """
    if not settings.redis_url:
        return None
    return Valkey(settings.redis_url, f"comments:{keys.mac('valkey', b'').hex()}")


def channels_of(settings: Settings, db: Database, valkey: Valkey | None) -> list[BroadcastChannel]:
    """Return the channels there are, the best first.

    All processes listen on each of them and send by the first that works, so a Valkey that only some can
    reach harms nobody. Without any, as on SQLite, the file itself shows a change.
    """
    channels: list[BroadcastChannel] = [] if valkey is None else [valkey]
    channel = db.channel(settings.unpooled_url)
    return channels if channel is None else [*channels, channel]
