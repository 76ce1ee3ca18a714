"""How the desk's forms name what takes back a ban, or a decision about a discussion, beside the orders."""

from uuid import UUID

from starlette.requests import Request

from comments.moderation.bans.actions import BanMade, BanToUndo
from comments.moderation.errors import FormMalformed
from comments.moderation.pages.frame import moment, read_id

_BAN = "ban/"
_THREAD = "thread/"
_LIFT = "lift/"


def ban_name(made: BanMade, account_id: UUID) -> str:
    """Return the name of a ban with its removal; of one that took another's place that of the removal alone.

    Lifting that one would let in whom somebody had banned before. Empty if there is nothing to take back.
    """
    if not made.is_new:
        return f"{account_id}:{made.removed_at.isoformat()}" if made.removed_at else ""
    times = (made.ban.created_at, made.removed_at, made.removed_until)
    return "/".join([f"{_BAN}{made.ban.id}", *(one.isoformat() for one in times if one is not None)])


def ban_notice(request: Request) -> str:
    """Return the name of the ban of which a page tells that it is made, for the form that takes it back."""
    name = request.query_params.get("undo", "") if request.method == "GET" else ""
    return name if ban_named(name) else ""


def ban_named(name: str) -> BanToUndo | None:
    """Return what a name says of a ban; None if it is not one of a ban. Raises FormMalformed."""
    if not name.startswith(_BAN):
        return None
    ban_id, *times = name.removeprefix(_BAN).split("/")
    if len(times) not in {1, 3}:
        raise FormMalformed("This form is not one of ours. Reload the page.")
    return BanToUndo(read_id(ban_id), *map(moment, times))


def thread_name(number: int) -> str:
    """Return the name of a decision about a discussion: the number of the log's entry says all of it."""
    return f"{_THREAD}{number}"


def thread_named(name: str) -> int | None:
    """Return the number that a name says; None if it is not one of a discussion. Raises FormMalformed."""
    return _numbered(name, _THREAD)


def lift_name(number: int) -> str:
    """Return the name of the lifting of a ban: the number of the log's entry about it."""
    return f"{_LIFT}{number}"


def lift_named(name: str) -> int | None:
    """Return the number that a name says; None if it is not one of a lifting. Raises FormMalformed."""
    return _numbered(name, _LIFT)


def _numbered(name: str, of: str) -> int | None:
    if not name.startswith(of):
        return None
    number = log_number(name.removeprefix(of))
    if not number:
        raise FormMalformed("This form is not one of ours. Reload the page.")
    return number


def log_number(text: str) -> int:
    """Return the number of an entry of the log; 0 if it can be none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
