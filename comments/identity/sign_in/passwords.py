"""Passwords: which are taken, and how they are kept. Pure, and slow on purpose: not for the event loop."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from comments.identity.errors import PasswordRefused

SHORTEST, LONGEST = 12, 200

# RFC 9106, section 4, its second choice: 64 MiB, three passes, four lanes.
_HASHER = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=4)

# Of those that are common everywhere, the ones that are long enough to get this far.
_COMMON = frozenset(
    "123456789012 1234567890123 12345678901234 123456789123 123123123123 111111111111 000000000000 "
    "qwertyuiop12 qwertyuiop123 qwerty123456 qwertyuiopas qwertyqwerty asdfghjkl123 1qaz2wsx3edc "
    "q1w2e3r4t5y6 passwordpassword password1234 password12345 password123456 passw0rd1234 "
    "adminadminadmin administrator administrator1 iloveyou1234 iloveyouiloveyou letmeinletmein "
    "welcome12345 changeme1234 abcdefghijkl abcdefghijklm abc123abc123 abcd1234abcd "
    "correcthorsebatterystaple trustno1trustno1 monkeymonkey dragondragon footballfootball".split()
)


def check_password(password: str, email: str) -> None:
    """Raise PasswordRefused for what is too short, too long, known to everybody, or the address."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise _refused(f"has {SHORTEST} to {LONGEST} characters")
    folded = password.casefold()
    if folded in _COMMON or len(set(folded)) < 4:
        raise _refused("must not be one that everybody tries first")
    if email.partition("@")[0] in folded and len(folded) < 2 * SHORTEST:
        raise _refused("must not be made of your address")


def password_hash(password: str) -> str:
    return _HASHER.hash(password)


def is_password(stored: str | None, given: str) -> bool:
    """Compare in the same time whether there is a password or not: nobody learns who has an account."""
    try:
        _HASHER.verify(stored or _of_nobody(), given[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


@cache
def _of_nobody() -> str:
    return _HASHER.hash("nobody has this one")


def _refused(problem: str) -> PasswordRefused:
    return PasswordRefused(f"A password {problem}.", errors={"password": problem})
