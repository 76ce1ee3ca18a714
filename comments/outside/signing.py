"""How a message is signed, so that whoever gets it knows that it is ours, whole and new.

Source: Standard Webhooks, version 1: the headers `webhook-id`, `webhook-timestamp` and `webhook-signature`,
and HMAC-SHA256 over the three of id, timestamp and body with full stops between.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from comments.keys import Keyring

SECRET_BYTES = 32
_PURPOSE = "webhook"


def shown_secret(keys: Keyring, webhook_id: UUID) -> str:
    """Return the secret as the receiver's library takes it. It is stored nowhere: it follows from the key."""
    return f"whsec_{base64.b64encode(keys.mac(_PURPOSE, webhook_id.bytes, size=SECRET_BYTES)).decode()}"


def signed_headers(
    keys: Keyring, webhook_id: UUID, message_id: UUID, body: bytes, at: datetime
) -> Mapping[str, str]:
    """Return the headers of one attempt. While the key is changed there is a signature of each secret."""
    name, seconds = f"msg_{message_id.hex}", str(int(at.timestamp()))
    signed = b".".join([name.encode(), seconds.encode(), body])
    secrets = keys.macs(_PURPOSE, webhook_id.bytes, size=SECRET_BYTES)
    signatures = (hmac.digest(secret, signed, hashlib.sha256) for secret in secrets)
    return {
        "webhook-id": name,
        "webhook-timestamp": seconds,
        "webhook-signature": " ".join(f"v1,{base64.b64encode(one).decode()}" for one in signatures),
    }
