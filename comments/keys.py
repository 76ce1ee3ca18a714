"""What is derived from the secret key: hashes of tokens and addresses, signatures of cursors and forms."""

import hashlib
import hmac
import ipaddress
import secrets
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES = 12


class Keyring:
    """Keyed hashes for separate purposes, all from one secret of at least 32 characters.

    BLAKE2b in keyed mode (RFC 7693, section 2.9); the purpose is its personalisation, so that a value
    made for one purpose never fits another. All is made with `secret`; what was made with the `old` one
    is still known while the key is being changed.
    """

    def __init__(self, secret: str, old: str = "") -> None:
        self._key = hashlib.blake2b(secret.encode()).digest()
        self._old = Keyring(old) if old else None
        # Who writes twice comes from one address; as many are kept as their networks are below.
        self.address_keys = lru_cache(maxsize=1024)(self._address_keys)
        """Return all that an address and its network may be kept as: with this key, and with the old one."""

    def mac(self, purpose: str, message: bytes, *, size: int = 16) -> bytes:
        """Return `size` bytes that nobody without the key can make; `purpose` has at most 16 bytes."""
        return hashlib.blake2b(message, digest_size=size, key=self._key, person=purpose.encode()).digest()

    def macs(self, purpose: str, message: bytes, *, size: int = 16) -> tuple[bytes, ...]:
        """Return all that `mac` may have given: with this key, and with the old one."""
        older = self._old.macs(purpose, message, size=size) if self._old else ()
        return (self.mac(purpose, message, size=size), *older)

    def matches(self, purpose: str, message: bytes, given: bytes) -> bool:
        if not 16 <= len(given) <= 64:
            return False
        if hmac.compare_digest(self.mac(purpose, message, size=len(given)), given):
            return True
        return self._old is not None and self._old.matches(purpose, message, given)

    def seal(self, purpose: str, secret: str) -> bytes:
        """Return a secret of others, such as a key of theirs, as it may be stored: unread without our key.

        AES-256-GCM (NIST SP 800-38D), with a nonce of 96 random bits in front.
        """
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._cipher(purpose).encrypt(nonce, secret.encode(), None)

    def unseal(self, purpose: str, sealed: bytes) -> str | None:
        """Return what was sealed; None if it was with neither this key nor the old one, or was changed."""
        # It comes late because it takes long, and few installations keep a secret of others.
        from cryptography.exceptions import InvalidTag

        try:
            return self._cipher(purpose).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], None).decode()
        except InvalidTag:
            return self._old.unseal(purpose, sealed) if self._old else None

    def _cipher(self, purpose: str) -> "AESGCM":
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        return AESGCM(self.mac(purpose, b"seal", size=32))

    def token_hash(self, token: str) -> bytes:
        """Return the 32 bytes a bearer token, sign-in link or session cookie is stored as."""
        return self.mac("token", token.encode(), size=32)

    def token_hashes(self, token: str) -> tuple[bytes, ...]:
        """Return all that a token may be stored as: with this key, and with the old one."""
        return (self.token_hash(token), *(self._old.token_hashes(token) if self._old else ()))

    def address_key(self, address: str) -> bytes:
        """Return the 16 bytes an address is kept as; IPv6 counts by its /64."""
        return self.mac("address", network_of(address).encode())

    def network_key(self, address: str) -> bytes:
        """Return the 16 bytes that the network of an address is kept as: its /24, or /48 of IPv6."""
        return self.mac("network", wider_network_of(address).encode())

    def _address_keys(self, address: str) -> tuple[bytes, ...]:
        ours = (self.address_key(address), self.network_key(address))
        return (*ours, *(self._old.address_keys(address) if self._old else ()))

    def fingerprint(self) -> str:
        """Return what tells this key from another without giving it away."""
        return self.mac("fingerprint", b"").hex()

    def fingerprints(self) -> tuple[str, ...]:
        """Return the fingerprints of this key and of the old one."""
        return (self.fingerprint(), *(self._old.fingerprints() if self._old else ()))


def new_token(kind: str) -> str:
    """Return `kind` and 256 random bits, such as `g_…` for a guest."""
    return f"{kind}_{secrets.token_urlsafe(32)}"


@lru_cache(maxsize=1024)
def network_of(address: str) -> str:
    """Return an IPv4 address as it is and an IPv6 address as its /64, IPv4-mapped ones as IPv4."""
    parsed = _parsed(address)
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((int(parsed), 64), strict=False))
    return address if parsed is None else str(parsed)


@lru_cache(maxsize=1024)
def wider_network_of(address: str) -> str:
    """Return the /24 of an IPv4 address and the /48 of an IPv6 address, IPv4-mapped ones as IPv4."""
    parsed = _parsed(address)
    if parsed is None:
        return address
    return str(ipaddress.ip_network((int(parsed), 24 if parsed.version == 4 else 48), strict=False))


def _parsed(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return None
    mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
    return mapped or parsed
