"""What can be refused to who wants to listen, each with its lasting code."""

from comments import errors


class SinceRefused(errors.Invalid):
    """Not one version for each page that is asked for."""

    code = "since-refused"


class TooManyPages(errors.Invalid):
    """More pages on one stream than a page holds discussions."""

    code = "too-many-pages"


class StreamsFull(errors.Unavailable):
    """This process holds as many streams as it can."""

    code = "streams-full"


class TooManyStreams(errors.TooMany):
    """One address has as many streams open as it may."""

    code = "too-many-streams"
