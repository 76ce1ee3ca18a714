"""The families of expected failures; every one has a lasting `code` that programs may rely on.

CommentsError
├── BadRequest        the request cannot be understood
├── NotSignedIn       nobody is known, and somebody must be
├── NotAllowed        somebody is known, and may not
├── NotFound          nothing there that the asker may see
├── Conflict          true when asked, not true any more
├── TooLarge          more bytes than are read
├── TooSlow           the request did not come in time
├── UnsupportedType   another content type
├── Invalid           understood, and refused: `errors` says which field
├── TooMany           later: `retry_after` seconds
└── Unavailable       not now: `retry_after` seconds

Anything else that is raised is a bug. `comments.web.problems` is the only place that knows HTTP's numbers.
"""

from collections.abc import Mapping
from typing import Any, ClassVar


class CommentsError(Exception):
    """An expected failure: `code` is for programs, `detail` for people, `facts` for the client's program."""

    code: ClassVar[str] = "error"

    def __init__(self, detail: str, **facts: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.facts = facts


class BadRequest(CommentsError):
    code = "bad-request"


class NotSignedIn(CommentsError):
    code = "not-signed-in"


class NotAllowed(CommentsError):
    code = "not-allowed"


class NotFound(CommentsError):
    code = "not-found"


class Conflict(CommentsError):
    code = "conflict"


class TooLarge(CommentsError):
    code = "too-large"


class TooSlow(CommentsError):
    code = "too-slow"


class UnsupportedType(CommentsError):
    code = "unsupported-type"


class Invalid(CommentsError):
    """Input that is understood and refused; `errors` maps a field's name to what is wrong with it."""

    code = "invalid"

    def __init__(self, detail: str, *, errors: Mapping[str, str] | None = None, **facts: Any) -> None:
        super().__init__(detail, **facts)
        self.errors = dict(errors or {})


class TooMany(CommentsError):
    """Too much in too short a time; the same may be asked again after `retry_after` seconds."""

    code = "too-many"

    def __init__(self, detail: str, *, retry_after: int, **facts: Any) -> None:
        super().__init__(detail, **facts)
        self.retry_after = retry_after


class Unavailable(CommentsError):
    """Not now, through no fault of the asker; nothing was stored. `retry_after` is in seconds."""

    code = "unavailable"

    def __init__(self, detail: str, *, retry_after: int = 2, **facts: Any) -> None:
        super().__init__(detail, **facts)
        self.retry_after = retry_after
