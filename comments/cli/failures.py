"""Why a command failed, in words: the one place that turns exceptions into what is read on a terminal."""

import errno

from comments.config import SettingsFault
from comments.errors import CommentsError, Invalid

ADVICE_BY_ERRNO = {
    errno.EACCES: "this is not allowed; make it yours, or choose another by COMMENTS_DATA_DIR",
    errno.EPERM: "this is not allowed; make it yours, or choose another by COMMENTS_DATA_DIR",
    errno.EROFS: "this disk can only be read; choose another folder by COMMENTS_DATA_DIR",
    errno.ENOSPC: "the disk is full; make room and try again",
    errno.ENOENT: "there is no such file",
    errno.EEXIST: "a file of this name is in the way",
    errno.ENOTDIR: "a file is where a folder should be; choose another by COMMENTS_DATA_DIR",
    errno.EISDIR: "this is a folder, and a file is needed",
}


def reason(failure: Exception) -> str:
    """Return what went wrong and what to do, without a traceback."""
    if isinstance(failure, SettingsFault):
        return str(failure)
    if isinstance(failure, CommentsError):
        return _of_expected(failure)
    if isinstance(failure, OSError) and failure.filename is not None:
        return f"{failure.filename}: {ADVICE_BY_ERRNO.get(failure.errno or 0, failure.strerror)}"
    return (
        f"This is a fault of the program: {type(failure).__name__}: {failure}\n"
        "With COMMENTS_LOG_LEVEL=debug it says where."
    )


def _of_expected(failure: CommentsError) -> str:
    fields = failure.errors if isinstance(failure, Invalid) else {}
    # A message that was made from the fields' own has said it all.
    more = [f"{field}: {problem}" for field, problem in fields.items() if problem not in failure.detail]
    return "\n".join([failure.detail, *more])
