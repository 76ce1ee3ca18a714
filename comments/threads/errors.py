"""What can be refused in a thread, each with its lasting code."""

from comments import errors


class CommentUnknown(errors.NotFound):
    code = "comment-unknown"


class ThreadUnknown(errors.NotFound):
    """Nobody has written on this page, or somebody else moderates it."""

    code = "thread-unknown"


class PageRefused(errors.NotAllowed):
    """The page is not under one of the site's origins."""

    code = "page-refused"


class PageMissing(errors.Invalid):
    """Neither a URL nor an identifier was given."""

    code = "page-missing"


class UrlRefused(errors.Invalid):
    """An address that no page can have, or that browsers and servers would read in different ways."""

    code = "url-refused"


class CursorRefused(errors.BadRequest):
    """A cursor that we did not make, or made for another place."""

    code = "cursor-refused"


class ParentNotPublic(errors.Conflict):
    code = "parent-not-public"


class ParentElsewhere(errors.Conflict):
    """The comment that is answered belongs to another page."""

    code = "parent-elsewhere"


class ThreadClosed(errors.NotAllowed):
    code = "thread-closed"


class UrlTaken(errors.Conflict):
    """There is another discussion on this address."""

    code = "url-taken"


class MoveRefused(errors.Conflict):
    """A comment, or a whole discussion, cannot go there."""

    code = "move-refused"


class NotYours(errors.NotAllowed):
    """Only its author may do this."""

    code = "not-yours"


class VoteOnOwnComment(errors.NotAllowed):
    """Nobody votes on their own comment."""

    code = "own-comment"


class EditWindowOver(errors.Conflict):
    code = "edit-window-over"


class AlreadyDecided(errors.Conflict):
    """A moderator has removed it, or it is deleted: there is nothing left to change."""

    code = "already-decided"


class NameReserved(errors.Invalid):
    """The name belongs, or looks as if it belonged, to one of the site's team."""

    code = "name-reserved"


class ConsentMissing(errors.Invalid):
    """The site asks guests to agree to its terms, and the comment came without that."""

    code = "consent-missing"


class NameMissing(errors.Invalid):
    """A guest's first comment needs a name."""

    code = "name-missing"


class PostRefused(errors.NotAllowed):
    """A rule of the site refuses the text."""

    code = "post-refused"


class OutsideSection(errors.NotAllowed):
    """Somebody who moderates a section of the site speaks for the team on its pages alone."""

    code = "outside-section"


class KeyReused(errors.Invalid):
    """The Idempotency-Key was used for another comment."""

    code = "idempotency-key-reused"


class KeyTooShort(errors.Invalid):
    code = "idempotency-key-short"


class TooManyKeys(errors.Invalid):
    """More than 100 pages in one request for counts."""

    code = "too-many-keys"


class IdsRefused(errors.Invalid):
    """The ids of comments cannot be read, or are too many."""

    code = "ids-refused"


class TooManyPosts(errors.TooMany):
    code = "too-many-posts"


class TooManyThreads(errors.TooMany):
    code = "too-many-threads"


class TooManyActions(errors.TooMany):
    code = "too-many-actions"
