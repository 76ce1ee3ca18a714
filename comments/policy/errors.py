"""What can be refused about bans, each with its lasting code."""

from comments import errors


class BanRefused(errors.Invalid):
    """Nothing that can be banned; `errors` says what is missing or wrong."""

    code = "ban-refused"


class BanUnknown(errors.NotFound):
    code = "ban-unknown"
