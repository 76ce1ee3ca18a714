"""Why an import stops; nothing has been written then."""

from comments.errors import Invalid


class FileBroken(Invalid):
    """The file breaks off, or is not what its format says."""

    code = "import-file-broken"


class FormatUnknown(Invalid):
    """No importer reads this file, or has this name."""

    code = "import-format-unknown"


class ImportRefused(Invalid):
    """The file is whole, and does not belong here."""

    code = "import-refused"


NOTHING_IMPORTED = "Nothing was imported."


def file_broken(what: str) -> FileBroken:
    """Return the error that says what is wrong with the file, and that it changed nothing."""
    return FileBroken(f"{what} {NOTHING_IMPORTED}")
