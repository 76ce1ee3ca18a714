"""What can go wrong with a reader's own data."""

from comments.errors import Conflict, Invalid, NotFound


class ReaderUnknown(NotFound):
    """Nobody like this has written, voted or reported on the site."""

    code = "reader-unknown"


class ReaderOfTeam(Conflict):
    """It is one of the site's team; they leave the team first."""

    code = "reader-of-team"


class ErasureUnknown(NotFound):
    code = "erasure-unknown"


class ReceiptRefused(Invalid):
    """It is no receipt of this service, or was changed."""

    code = "receipt-refused"
