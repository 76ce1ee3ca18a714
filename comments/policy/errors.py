"""What can be refused about bans, each with its lasting code."""

from comments import errors


class BanRefused(errors.Invalid):
    """Nothing that can be banned; `errors` says what is missing or wrong."""

    code = "ban-refused"


class BanOutside(errors.NotAllowed):
    """Bans are for the whole site, and somebody who moderates a section asked for one."""

    code = "ban-outside"


class BanUnknown(errors.NotFound):
    code = "ban-unknown"
