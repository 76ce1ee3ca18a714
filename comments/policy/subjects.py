"""What is banned, as it is kept and compared: ids, keyed hashes, domains, never an address. Pure."""

import ipaddress
from collections.abc import Iterator, Sequence
from uuid import UUID

from comments.keys import Keyring
from comments.policy.errors import BanRefused
from comments.sites.urls.addresses import AddressFault, ascii_host

NETWORKS = {4: 24, 6: 48}
"""The only networks whose keyed hash is kept with comments."""


def subjects_of(author_id: UUID | None, address_keys: Sequence[bytes], email: str | None) -> list[str]:
    """Return all that a ban on somebody may have as its subject."""
    found = [key.hex() for key in address_keys]
    if author_id is not None:
        found.append(str(author_id))
    if email:
        found.extend(_domains(email.rpartition("@")[2]))
    return found


def domain_subject(domain: str) -> str:
    """Return a mail domain as it is compared; `@spam.example` and `*.spam.example` are `spam.example`.

    Raises BanRefused.
    """
    written = domain.strip().removeprefix("@").removeprefix("*.")
    try:
        host = ascii_host(written)
    except AddressFault:
        host = ""
    if "." not in host:
        raise _refused("is not a mail domain such as spam.example")
    return host


def address_subject(keys: Keyring, address: str) -> str:
    """Return what an address is compared by, IPv6 by its /64. Raises BanRefused."""
    try:
        ipaddress.ip_address(address.strip())
    except ValueError:
        raise _refused("is not an address such as 203.0.113.9") from None
    return keys.address_key(address.strip()).hex()


def network_subject(keys: Keyring, network: str) -> str:
    """Return what a network is compared by: a /24, or a /48 of IPv6. Raises BanRefused."""
    try:
        found = ipaddress.ip_network(network.strip())
    except ValueError:
        raise _refused("is not a network such as 203.0.113.0/24") from None
    if found.prefixlen != NETWORKS[found.version]:
        raise _refused("has another size: networks are /24, or /48 of IPv6")
    return keys.network_key(str(found.network_address)).hex()


def _domains(host: str) -> Iterator[str]:
    labels = host.lower().split(".")
    for start in range(len(labels) - 1):
        yield ".".join(labels[start:])


def _refused(problem: str) -> BanRefused:
    return BanRefused(f"This cannot be banned: it {problem}.", errors={"value": problem})
