"""What a comment brings along to show how it was written: a form's token and a proof of work. Pure.

The proof follows ALTCHA's protocol, version 1: find the number for which SHA-256 of `salt` and it is
`challenge`. Everything that says what a challenge is good for stands in its salt. The salt ends with `&` and
the number is a whole one, so that nothing wanders from the one into the other. The signature is a keyed hash
of ours: who solves it only hands it back.

Source: https://altcha.org/docs, and https://altcha.org/security-advisory for the `&`.
"""

import base64
import binascii
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs
from uuid import UUID

import msgspec

from comments.keys import Keyring
from comments.rules import FormTokenCheck, Submission

ALGORITHM = "SHA-256"
EASIEST = 100_000
"""The greatest number to be tried: about a twentieth of a second for a laptop, a third for an old phone."""
MOST_SUSPICION = 4
"""Each step doubles the work, so that this is sixteen times the easiest."""

PROOF_GOOD_FOR = timedelta(hours=2)
FORM_GOOD_FOR = timedelta(hours=24)
LONGEST_PROOF = 1_000
"""Of a proof as it is sent, in characters; ours have about 350."""

_MOST_TRIED = EASIEST << MOST_SUSPICION


class Challenge(msgspec.Struct):
    """A challenge of ALTCHA's: find the number up to `maxnumber` that makes `salt` into `challenge`."""

    algorithm: str
    challenge: str
    maxnumber: int
    salt: str
    signature: str


class Solution(msgspec.Struct):
    """What comes back, as base64 of its JSON; other fields, such as `took`, are passed over."""

    algorithm: str
    challenge: str
    number: int
    salt: str
    signature: str


@dataclass(frozen=True, slots=True)
class ProofResult:
    """What came of a comment's form token and proof; a good one uses up `spends`, until `good_until`."""

    submission: Submission = field(default_factory=Submission)
    spends: bytes | None = None
    good_until: datetime | None = None


def challenge_for(keys: Keyring, place: str, suspicion: int, at: datetime) -> Challenge:
    """Return a new challenge for `place`, the harder the more suspicion there is, from 0."""
    most = EASIEST << min(suspicion, MOST_SUSPICION)
    expires = int((at + PROOF_GOOD_FOR).timestamp())
    salt = f"{secrets.token_hex(8)}?expires={expires}&place={place}&"
    challenge = _challenge(salt, secrets.randbelow(most + 1))
    return Challenge(ALGORITHM, challenge, most, salt, keys.mac("proof", challenge.encode(), size=32).hex())


def form_token(keys: Keyring, place: str, at: datetime) -> str:
    """Return what shows when a form was made for `place`."""
    made = f"{int(at.timestamp() * 1_000)}"
    return f"{made}.{keys.mac('written', f'{place} {made}'.encode()).hex()}"


def place_of(site_id: UUID, page: bytes) -> str:
    """Return what ties a challenge and a form to a site and to one of its pages, known by its key's hash."""
    return hashlib.blake2b(site_id.bytes + page, digest_size=12).hexdigest()


def proof_result(
    keys: Keyring, places: Sequence[str], token: str | None, proof: str | None, at: datetime, *, trapped: bool
) -> ProofResult:
    """Check what a comment brings along for a page that is known as any of `places`."""
    form, open_for = _form(keys, places, token, at)
    ticket, solution = _proof(keys, places, proof, at)
    submission = Submission(form, ticket, open_for, trapped)
    if ticket is not FormTokenCheck.GOOD or solution is None:
        return ProofResult(submission)
    return ProofResult(submission, bytes.fromhex(solution.challenge), _expiry(_said(solution.salt)))


def _form(
    keys: Keyring, places: Sequence[str], token: str | None, at: datetime
) -> tuple[FormTokenCheck, timedelta | None]:
    if not token:
        return FormTokenCheck.MISSING, None
    made, _, signature = token.partition(".")
    given = _bytes(signature)
    if not any(keys.matches("written", f"{place} {made}".encode(), given) for place in places):
        return FormTokenCheck.FORGED, None
    open_for = at - datetime.fromtimestamp(int(made) / 1_000, UTC)
    return (FormTokenCheck.GOOD if open_for <= FORM_GOOD_FOR else FormTokenCheck.OUTDATED), open_for


def _proof(
    keys: Keyring, places: Sequence[str], proof: str | None, at: datetime
) -> tuple[FormTokenCheck, Solution | None]:
    if not proof:
        return FormTokenCheck.MISSING, None
    solution = _solution(proof)
    if solution is None or not _is_ours(keys, solution):
        return FormTokenCheck.FORGED, None
    said = _said(solution.salt)
    if said.get("place") not in places:
        return FormTokenCheck.FORGED, None
    return (FormTokenCheck.GOOD if _expiry(said) > at else FormTokenCheck.OUTDATED), solution


def _solution(proof: str) -> Solution | None:
    if len(proof) > LONGEST_PROOF:
        return None
    try:
        return msgspec.json.decode(base64.b64decode(proof, validate=True), type=Solution)
    except (binascii.Error, msgspec.DecodeError, ValueError):
        return None


def _is_ours(keys: Keyring, solution: Solution) -> bool:
    is_solved = (
        solution.algorithm == ALGORITHM
        and solution.salt.endswith("&")
        and 0 <= solution.number <= _MOST_TRIED
        and _challenge(solution.salt, solution.number) == solution.challenge
    )
    return is_solved and keys.matches("proof", solution.challenge.encode(), _bytes(solution.signature))


def _challenge(salt: str, number: int) -> str:
    return hashlib.sha256(f"{salt}{number}".encode()).hexdigest()


def _said(salt: str) -> dict[str, str]:
    """Return what a salt of ours says."""
    return {name: values[0] for name, values in parse_qs(salt.partition("?")[2]).items()}


def _expiry(said: dict[str, str]) -> datetime:
    return datetime.fromtimestamp(int(said["expires"]), UTC)


def _bytes(written: str) -> bytes:
    try:
        return bytes.fromhex(written)
    except ValueError:
        return b""
