"""What can be wrong with an import that an owner asks for."""

from comments.errors import Conflict, NotFound


class ImportUnknown(NotFound):
    """This site has no such import."""

    code = "import-unknown"


class ImportUnderWay(Conflict):
    """A site has one import at a time, and another one is not at its end."""

    code = "import-under-way"


class ImportNotTried(Conflict):
    """Only what was tried, and is not at its end, can be started."""

    code = "import-not-tried"


class ImportOver(Conflict):
    """It has come to its end, and cannot be stopped any more."""

    code = "import-over"
