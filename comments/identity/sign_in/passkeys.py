"""Passkeys (Web Authentication): what a browser is asked, and whether its answer holds. Nothing is stored.

Source: Web Authentication, Level 3 (W3C), sections 7.1 and 7.2, as `webauthn` carries them out. It is
imported when it is needed: with all that it brings, it takes a ninth of the service's start.
"""

import ipaddress
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from comments.config import LOOPBACK_HOSTS, Settings
from comments.identity.errors import PasskeyRefused
from comments.identity.models import Account

LONGEST_ANSWER = 20_000
"""Characters of a browser's answer as JSON; a key's id has at most 1,023 bytes."""

_FAULTS = (
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    OverflowError,
    RecursionError,
)
"""What reading an answer raises that no browser has made, beside what `webauthn` itself refuses."""

REFUSED = "This passkey is not good here, or the time for it is over. Please try again."


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """Where passkeys are good: the host they are made for, and the origins of the pages that may ask."""

    host: str
    origins: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NewPasskey:
    """A passkey that a browser has just made."""

    credential_id: bytes
    public_key: bytes
    sign_count: int


@dataclass(frozen=True, slots=True)
class PasskeyAssertion:
    """A passkey that was shown: how often it says it was used, and whether it asked who holds it."""

    sign_count: int
    is_verified: bool


def place_of(settings: Settings) -> RelyingParty | None:
    """Return where passkeys are good, None if nowhere: no browser makes one for an address in numbers."""
    host = urlsplit(settings.base_url).hostname or ""
    if host in LOOPBACK_HOSTS:
        return RelyingParty("localhost", settings.own_origins)
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return RelyingParty(host, settings.own_origins) if settings.base_url.startswith("https:") else None
    return None


def creation_options(place: RelyingParty, account: Account, known: Sequence[bytes], challenge: bytes) -> str:
    """Return as JSON what the browser is asked to make; it makes none where one of the `known` is."""
    import webauthn
    from webauthn.helpers import structs

    options = webauthn.generate_registration_options(
        rp_id=place.host,
        rp_name="Comments",
        user_id=account.id.bytes,
        user_name=account.email,
        user_display_name=account.name,
        challenge=challenge,
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.REQUIRED,
            user_verification=structs.UserVerificationRequirement.PREFERRED,
        ),
        exclude_credentials=[structs.PublicKeyCredentialDescriptor(id=one) for one in known],
    )
    return webauthn.options_to_json(options)


def request_options(place: RelyingParty, challenge: bytes) -> str:
    """Return as JSON what the browser is asked to show: any passkey that is for this host."""
    import webauthn
    from webauthn.helpers import structs

    options = webauthn.generate_authentication_options(
        rp_id=place.host,
        challenge=challenge,
        user_verification=structs.UserVerificationRequirement.PREFERRED,
    )
    return webauthn.options_to_json(options)


def made_key(place: RelyingParty, answer: str, challenge: bytes) -> NewPasskey:
    """Return the passkey that a browser made for this challenge. Raises PasskeyRefused."""
    import webauthn

    with _refused():
        made = webauthn.verify_registration_response(
            credential=_short(answer),
            expected_challenge=challenge,
            expected_rp_id=place.host,
            expected_origin=list(place.origins),
        )
    return NewPasskey(made.credential_id, made.credential_public_key, made.sign_count)


def named_key(answer: str) -> bytes:
    """Return the id of the passkey that an answer says it is of. Raises PasskeyRefused."""
    from webauthn.helpers import parse_authentication_credential_json

    with _refused():
        return parse_authentication_credential_json(_short(answer)).raw_id


def shown_key(
    place: RelyingParty, answer: str, challenge: bytes, *, public_key: bytes, sign_count: int
) -> PasskeyAssertion:
    """Return what an answer to this challenge shows. Raises PasskeyRefused.

    A counter that did not grow is refused: there is a copy of the key, or the answer is an old one. Keys
    that are kept on several devices do not count, and say 0 for ever.
    """
    import webauthn

    with _refused():
        shown = webauthn.verify_authentication_response(
            credential=_short(answer),
            expected_challenge=challenge,
            expected_rp_id=place.host,
            expected_origin=list(place.origins),
            credential_public_key=public_key,
            credential_current_sign_count=sign_count,
        )
    return PasskeyAssertion(shown.new_sign_count, shown.user_verified)


@contextmanager
def _refused() -> Iterator[None]:
    """Raise PasskeyRefused for whatever is wrong with an answer."""
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        yield
    except (WebAuthnException, *_FAULTS) as fault:
        raise PasskeyRefused(REFUSED) from fault


def _short(answer: str) -> str:
    if len(answer) > LONGEST_ANSWER:
        raise PasskeyRefused(REFUSED)
    return answer
